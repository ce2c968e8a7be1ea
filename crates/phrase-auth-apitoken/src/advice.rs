//! What to do about a login that failed (reference sections 5.3 and 5.5).

use phrase_auth_core::{AuthError, ErrorKind};

/// A login with a password.
pub(crate) fn on_login(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused => error.with_hint(WRONG_PASSWORD),
        ErrorKind::Forbidden => error.with_hint(NOT_THIS_ACCOUNT),
        ErrorKind::Protocol if error.verdict().is_some() => error.with_hint(NO_KNOWN_REASON),
        _ => error,
    }
}

/// A login as somebody else.
pub(crate) fn on_login_other(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused | ErrorKind::Forbidden => error.with_hint(NOT_AN_ADMINISTRATOR),
        ErrorKind::Protocol if error.verdict().is_some() => error.with_hint(NO_SUCH_USER),
        _ => error,
    }
}

/// A person was asked for a code and gave none, or none that could be sent.
pub(crate) fn without_code(said: AuthError, cause: AuthError) -> AuthError {
    said.with_hint(NO_CODE).with_source(cause)
}

/// An adopted token is over.
pub(crate) fn not_renewable() -> AuthError {
    let what = "the token is over, and there is no password to log in again with";
    AuthError::new(ErrorKind::LoginRequired, what)
        .with_hint("log in again, or give a password along with the token")
}

const WRONG_PASSWORD: &str = "check the user name (not the e-mail address, which accounts may share), the password, the \
     user uid and the data centre; the same password is not sent again by itself";

const NOT_THIS_ACCOUNT: &str = "the organization may enforce single sign-on, its edition (such as Starter or Freelance) may \
     have no API access, or the account may be locked: use a Platform API token, or ask an \
     administrator";

const NO_KNOWN_REASON: &str = "check the user name, the user uid and the base URL; the same password is not sent again by \
     itself";

const NOT_AN_ADMINISTRATOR: &str = "only an administrator may log in as somebody else";

const NO_SUCH_USER: &str = "check the user name and the user uid of whom to log in as";

/// The account has a second factor, and nobody to type a code was named.
pub(crate) const NEEDS_A_CODE: &str =
    "a person has to type the code; where there is no person, use a Platform API token";

/// The account has a second factor, and the code was not the right one.
pub(crate) const WRONG_CODE: &str = "the code was not accepted: a person has to log in again with a new one; where there is no \
     person, use a Platform API token";

const NO_CODE: &str = "no code was given: a person has to log in again; where there is no person, use a Platform \
     API token";
