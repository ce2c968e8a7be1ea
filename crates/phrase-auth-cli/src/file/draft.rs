use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that was not there before, in the same folder, so that it can be renamed. Dropping it removes it: what is
/// left of it is of no use to anybody.
pub(super) struct Draft {
    pub(super) file: File,
    path: PathBuf,
    renamed: bool,
}

impl Draft {
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        for number in 0..MOST_NAMES {
            let mut draft = name.to_owned();
            draft.push(format!(".{}-{number}{END}", std::process::id()));
            let draft = path.with_file_name(draft);
            match private().open(&draft) {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        path: draft,
                        renamed: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub(super) fn rename(mut self, to: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, to)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Removes what killed processes have left of their drafts of this file. Only for whoever knows that nobody else is
/// writing it: the drafts of the living look the same.
///
/// What cannot be removed stays; it is in nobody's way.
pub(crate) fn sweep(path: &Path) {
    let (Some(name), Ok(entries)) = (path.file_name(), std::fs::read_dir(folder(path))) else {
        return;
    };
    for entry in entries.flatten() {
        if is_draft(&entry.file_name(), name) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Whether it is `NAME.PID-NUMBER.tmp`.
fn is_draft(found: &OsStr, name: &OsStr) -> bool {
    let middle = found
        .as_encoded_bytes()
        .strip_prefix(name.as_encoded_bytes())
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(END.as_bytes()));
    let mut numbers = middle.unwrap_or_default().split(|byte| *byte == b'-');
    let mut number = || {
        numbers
            .next()
            .is_some_and(|it| !it.is_empty() && it.iter().all(u8::is_ascii_digit))
    };
    number() && number() && numbers.next().is_none()
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Names that a killed process of the same number may have left behind.
const MOST_NAMES: u32 = 100;

/// How the name of a draft ends.
const END: &str = ".tmp";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_drafts_of_the_same_file_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let stays = [
            "token",
            "token.lock",
            "token.tmp",
            "token.1.tmp",
            "token.1-.tmp",
            "token.1-2-3.tmp",
            "token.a-0.tmp",
            "token2.1-0.tmp",
            "other.1-0.tmp",
        ];
        for name in stays
            .into_iter()
            .chain(["token.1-0.tmp", "token.4711-99.tmp"])
        {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(&path);
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut stays = stays.map(str::to_owned);
        stays.sort();
        assert_eq!(left, stays);
    }
}
