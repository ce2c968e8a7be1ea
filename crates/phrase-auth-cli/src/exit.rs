use std::process::{ExitCode, ExitStatus};

use phrase_auth_core::{AuthError, ErrorKind};

/// How the program ends, for the script that called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(u8);

impl Exit {
    pub(crate) const DONE: Self = Self(0);
    /// Unclassified, or our own mistake: report it.
    pub(crate) const BUG: Self = Self(1);
    /// The call is wrong: fix it.
    pub(crate) const USAGE: Self = Self(2);
    /// Something on this machine is set up wrongly: fix it.
    pub(crate) const CONFIGURATION: Self = Self(3);
    /// Nothing to authenticate with, or it was refused: give another secret.
    pub(crate) const AUTHENTICATION: Self = Self(4);
    /// The secret is right and may not: ask an administrator.
    pub(crate) const FORBIDDEN: Self = Self(5);
    /// It passes by itself: retry later.
    pub(crate) const TEMPORARY: Self = Self(6);
    /// A person is needed: run it where one is.
    pub(crate) const PERSON: Self = Self(7);
    /// A child that is there and cannot be run, as shells say it.
    pub(crate) const NOT_EXECUTABLE: Self = Self(126);
    /// A child that is not there, as shells say it.
    pub(crate) const NOT_FOUND: Self = Self(127);
    /// 128 and the number of SIGINT.
    pub(crate) const INTERRUPTED: Self = Self(130);
    /// 128 and the number of SIGTERM.
    #[cfg_attr(not(unix), expect(dead_code, reason = "no such signal"))]
    pub(crate) const TERMINATED: Self = Self(143);

    /// The code for a failure, by its kind; one that would pass by its kind, and does not, is not worth a
    /// retry: each would send the same secret again.
    pub(crate) fn of(error: &AuthError) -> Self {
        match error.kind() {
            ErrorKind::Config | ErrorKind::Store => Self::CONFIGURATION,
            ErrorKind::Refused | ErrorKind::LoginRequired => Self::AUTHENTICATION,
            ErrorKind::Forbidden => Self::FORBIDDEN,
            ErrorKind::Unreachable
            | ErrorKind::Timeout
            | ErrorKind::Throttled
            | ErrorKind::Unavailable
            | ErrorKind::Protocol => match error.is_transient() {
                true => Self::TEMPORARY,
                false => Self::AUTHENTICATION,
            },
            ErrorKind::SecondFactorRequired => Self::PERSON,
            // A kind that is newer than this table.
            _ => Self::BUG,
        }
    }

    /// What a child ended with: its code, or 128 and the number of the signal that ended it.
    pub(crate) fn of_child(status: ExitStatus) -> Self {
        let code = status
            .code()
            .or_else(|| Some(signal(status)?.saturating_add(128)));
        // Beyond a byte only where codes are wider than on Unix; what counts is that it is not 0.
        code.map_or(Self::BUG, |code| Self(u8::try_from(code).unwrap_or(1)))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_has_its_code() {
        for (kind, code) in [
            (ErrorKind::Config, 3),
            (ErrorKind::Store, 3),
            (ErrorKind::Refused, 4),
            (ErrorKind::LoginRequired, 4),
            (ErrorKind::Forbidden, 5),
            (ErrorKind::Unreachable, 6),
            (ErrorKind::Timeout, 6),
            (ErrorKind::Throttled, 6),
            (ErrorKind::Unavailable, 6),
            (ErrorKind::Protocol, 6),
            (ErrorKind::SecondFactorRequired, 7),
        ] {
            let error = AuthError::new(kind, "it went wrong");
            assert_eq!(Exit::of(&error), Exit(code), "{kind:?}");
        }
    }

    #[test]
    fn what_stands_is_not_to_be_retried() {
        let secret = phrase_auth_core::Secret::new("wrong").id();
        for kind in [ErrorKind::Unavailable, ErrorKind::Protocol] {
            let error = AuthError::new(kind, "no reason").with_verdict(secret);
            assert_eq!(Exit::of(&error), Exit::AUTHENTICATION);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_child_hands_on_its_code_or_its_signal() {
        use std::os::unix::process::ExitStatusExt;
        for (raw, code) in [
            (0, 0),
            (7 << 8, 7),
            (255 << 8, 255),
            (2, 130),
            (9, 137),
            (15, 143),
        ] {
            assert_eq!(
                Exit::of_child(ExitStatus::from_raw(raw)),
                Exit(code),
                "{raw}"
            );
        }
    }
}
