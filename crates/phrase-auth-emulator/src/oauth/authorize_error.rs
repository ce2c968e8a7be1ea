use std::{error, fmt};

/// Why [`Emulator::authorize`](crate::Emulator::authorize) ends on one of the emulator's pages, and not with a redirect
/// to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizeError {
    /// The URL does not lead to the authorize endpoint of this emulator: look where the client is pointed at.
    Elsewhere,
    /// The emulator shows its error page, because it cannot tell who asks or where the answer would go: the client's
    /// request is wrong, or the client is not registered.
    Page {
        /// What is wrong with the request.
        why: &'static str,
    },
    /// The login page comes again: another password, another user.
    Login {
        /// What the page says.
        why: &'static str,
    },
}

impl fmt::Display for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere => {
                f.write_str("the URL does not lead to the authorize endpoint of this emulator")
            }
            Self::Page { why } => write!(f, "the authorize endpoint shows an error page: {why}"),
            Self::Login { why } => write!(f, "the login page comes again: {why}"),
        }
    }
}

impl error::Error for AuthorizeError {}
