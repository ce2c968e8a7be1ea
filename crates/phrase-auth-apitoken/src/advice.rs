//! What to do about a login that failed (reference sections 5.3 and 5.5).

use phrase_auth_core::{AuthError, ErrorKind};

/// A login with a password.
pub(crate) fn on_login(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused => error
            .with_message("TMS refused the login")
            .with_hint(WRONG_PASSWORD),
        ErrorKind::Forbidden => error
            .with_message("this account may not log in here")
            .with_hint(NOT_THIS_ACCOUNT),
        ErrorKind::Protocol if error.verdict().is_some() => error.with_hint(NO_KNOWN_REASON),
        _ => error,
    }
}

/// A login as somebody else.
pub(crate) fn on_login_other(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused | ErrorKind::Forbidden => error
            .with_message("TMS refused the login as another user")
            .with_hint(NOT_AN_ADMINISTRATOR),
        ErrorKind::Protocol | ErrorKind::Config if error.code().is_some() => error
            .with_message("TMS does not log in as this user")
            .with_hint(NO_SUCH_USER),
        _ => error,
    }
}

/// The account has a second factor, and there is nobody to type a code.
pub(crate) fn needs_code(said: AuthError) -> AuthError {
    said.with_hint(NEEDS_CODE)
}

/// A person was asked for a code and gave none, or none that could be sent.
pub(crate) fn without_code(said: AuthError, cause: AuthError) -> AuthError {
    said.with_message("no code of the second factor was given")
        .with_hint(NO_CODE)
        .with_source(cause)
}

/// The code was not the right one; all else as without one.
pub(crate) fn on_code(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::SecondFactorRequired => error
            .with_message("TMS did not accept the code of the second factor")
            .with_hint(WRONG_CODE),
        _ => on_login(error),
    }
}

/// A token that answered a 401, by a server that has just been asked with it.
pub(crate) fn on_question(error: AuthError) -> AuthError {
    error
        .with_message("TMS does not know the token")
        .with_hint(TOKEN_ENDED)
}

/// An adopted token is over, or was never one.
pub(crate) fn not_renewable() -> AuthError {
    let what =
        "the token is over, or the server refused it, and there is no password to log in with";
    AuthError::new(ErrorKind::LoginRequired, what)
        .with_hint("log in again, or give a password along with the token")
}

const WRONG_PASSWORD: &str = "before it is sent again, check the user name (not the e-mail address, which accounts may \
     share), the password, the user uid and the data centre: wrong ones may lock an account";

const NOT_THIS_ACCOUNT: &str = "the organization may enforce single sign-on, its edition (such as Starter or Freelance) may \
     have no API access, or the account may be locked: use a Platform API token, or ask an \
     administrator";

const TOKEN_ENDED: &str = "it has ended, as by a log-out in the browser, or was never one; a new one is fetched at most once \
     a minute";

const NO_KNOWN_REASON: &str =
    "before it is sent again, check the user name, the user uid and the base URL";

const NOT_AN_ADMINISTRATOR: &str = "only an administrator may log in as somebody else";

const NO_SUCH_USER: &str = "check the user name and the user uid of whom to log in as";

const NEEDS_CODE: &str =
    "a person has to type the code; where there is no person, use a Platform API token";

const WRONG_CODE: &str = "a person has to log in again with a new code; where there is no person, use a Platform API token";

const NO_CODE: &str =
    "a person has to log in again; where there is no person, use a Platform API token";
