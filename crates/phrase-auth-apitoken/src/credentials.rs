use std::fmt;
use std::sync::Arc;

use phrase_auth_core::{AuthError, ErrorKind, SecretSource};

use crate::second_factor::SecondFactor;

/// Who logs in to TMS, and with what (reference section 5.1).
///
/// ```
/// use phrase_auth_apitoken::{Credentials, SecretSource};
///
/// let credentials = Credentials::new("jane.doe", SecretSource::file("/run/secrets/tms"))
///     .user_uid("1a2b3c"); // one of the accounts that share this user name and password
/// assert!(format!("{credentials:?}").contains("jane.doe"));
/// ```
#[derive(Clone)]
#[must_use = "credentials do nothing until they are given to an authenticator"]
pub struct Credentials {
    pub(crate) user_name: String,
    pub(crate) password: Arc<SecretSource>,
    pub(crate) user_uid: Option<String>,
    pub(crate) second_factor: Option<SecondFactor>,
}

/// Which of the two login calls is made (reference section 5.1). There is no falling back from one
/// to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginVersion {
    /// `/api2/v3/auth/login`: the account can be chosen.
    #[default]
    V3,
    /// `/api2/v1/auth/login`: always the default account. For a server that has no v3.
    V1,
}

impl Credentials {
    /// A user name, and where the password comes from.
    ///
    /// The user name rather than the e-mail address, which several accounts may share. A plain
    /// string as the password is [kept](SecretSource::value) for as long as the authenticator
    /// lives; [`SecretSource::once`] is good for one login; a file, a variable or a callback is
    /// asked again at each login, so that a changed password is picked up.
    pub fn new(user_name: impl Into<String>, password: impl Into<SecretSource>) -> Self {
        Self {
            user_name: user_name.into(),
            password: Arc::new(password.into()),
            user_uid: None,
            second_factor: None,
        }
    }

    /// The account to log in to, where one person has several with one password. Without it the
    /// default account answers.
    pub fn user_uid(self, uid: impl Into<String>) -> Self {
        Self {
            user_uid: Some(uid.into()),
            ..self
        }
    }

    /// Where the code of a second factor comes from. Without one, an account that has a second
    /// factor is [`ErrorKind::SecondFactorRequired`].
    pub fn second_factor(self, second_factor: SecondFactor) -> Self {
        Self {
            second_factor: Some(second_factor),
            ..self
        }
    }

    /// Finds what cannot be meant before anything is sent.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        name("user name", &self.user_name)?;
        if let Some(uid) = &self.user_uid {
            name("user uid", uid)?;
        }
        self.password.check().map_err(|error| {
            let what = format!("the password cannot be used: {}", error.message());
            AuthError::new(ErrorKind::Config, what).with_hint("give the bare password, in one line")
        })
    }
}

/// Refuses a name that is none, and one that could start a new line where it is printed or stored.
pub(crate) fn name(what: &str, name: &str) -> Result<(), AuthError> {
    let flaw = if name.is_empty() {
        "is empty"
    } else if name.chars().any(char::is_control) {
        "has a line break or another control character in it"
    } else if name.len() > LONGEST_NAME {
        "is longer than 1 KiB"
    } else {
        return Ok(());
    };
    Err(AuthError::new(
        ErrorKind::Config,
        format!("the {what} {flaw}"),
    ))
}

/// Names of people and ids are far shorter.
const LONGEST_NAME: usize = 1024;

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user_name", &self.user_name)
            .field("password", &self.password)
            .field("user_uid", &self.user_uid)
            .field("second_factor", &self.second_factor)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_names_the_user_and_not_the_password() {
        let shown = format!("{:?}", Credentials::new("jane", "canary"));
        assert!(
            shown.contains("jane") && !shown.contains("canary"),
            "{shown}"
        );
    }

    #[test]
    fn what_cannot_be_meant_is_found_at_once_and_a_password_is_not_shown() {
        let long = "x".repeat(LONGEST_NAME + 1);
        for bad in ["", "a\nb", "a\0", "a\r", &long] {
            let error = Credentials::new(bad, "pw").check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            let uid = Credentials::new("jane", "pw").user_uid(bad);
            assert!(uid.check().unwrap_err().message().contains("user uid"));
        }
        for bad in ["", "canary\ncanary"] {
            let error = Credentials::new("jane", bad).check().unwrap_err();
            assert!(error.message().contains("password"), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert!(
            Credentials::new("jane", "pw\n")
                .user_uid("u")
                .check()
                .is_ok()
        );
    }
}
