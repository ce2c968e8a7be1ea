use std::path::PathBuf;
use std::{error, fmt, io};

/// Why a seed cannot be used. It names keys and places; no value of the seed is in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SeedError {
    /// The file cannot be read, or is not UTF-8.
    Unreadable {
        /// The file that was asked for.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something in it cannot be used: mend it there.
    Flawed {
        /// The file that it is in, if it came from one.
        file: Option<PathBuf>,
        /// The line that it is on, from 1.
        line: usize,
        /// Which key it is, if the text can be read that far, and what is wrong with it.
        flaw: String,
    },
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => {
                write!(f, "the seed file {} cannot be read", file.display())
            }
            Self::Flawed {
                file: Some(file),
                line,
                flaw,
            } => write!(f, "line {line} of the seed file {}: {flaw}", file.display()),
            Self::Flawed { line, flaw, .. } => write!(f, "line {line} of the seed: {flaw}"),
        }
    }
}

impl error::Error for SeedError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Flawed { .. } => None,
        }
    }
}
