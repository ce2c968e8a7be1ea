use phrase_auth_core::{AuthError, ErrorKind, FetchReason};

/// Of a code that was not redeemed.
pub(crate) fn on_code(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused => error
            .with_message("the server refused the authorization code")
            .with_hint(CODE_REFUSED),
        ErrorKind::Config => client(error),
        ErrorKind::Forbidden => error,
        // It may have arrived, and then it is spent.
        _ => error.with_hint(BEGIN_AGAIN),
    }
}

/// Of a refresh token that was not taken.
pub(crate) fn on_refresh(error: AuthError) -> AuthError {
    match error.kind() {
        ErrorKind::Refused => error
            .with_kind(ErrorKind::LoginRequired)
            .with_message("the server refused the refresh token")
            .with_hint(LOG_IN_AGAIN),
        ErrorKind::Config => client(error),
        _ => error,
    }
}

/// Of a session that nothing can renew.
pub(crate) fn not_renewable(why: FetchReason) -> AuthError {
    let what = match why {
        FetchReason::Rejected => "the API refused the session, and it came without a refresh token",
        FetchReason::Early | FetchReason::Forced => {
            "the session cannot be renewed: it came without a refresh token"
        }
        _ => "the session is over, and it came without a refresh token",
    };
    AuthError::new(ErrorKind::LoginRequired, what).with_hint(LOG_IN_AGAIN)
}

/// Of nobody.
pub(crate) fn nobody() -> AuthError {
    AuthError::new(ErrorKind::LoginRequired, "nobody is logged in").with_hint(LOG_IN_AGAIN)
}

/// Of a client that the server does not accept as it is.
fn client(error: AuthError) -> AuthError {
    match error.code() {
        Some("invalid_client" | "unauthorized_client") => error.with_hint(CLIENT_REFUSED),
        _ => error,
    }
}

const CODE_REFUSED: &str = "begin the login again; if it is refused each time, check that the redirect URI is the \
                            registered one, and whether the server knows PKCE (without_pkce)";

const BEGIN_AGAIN: &str = "begin the login again: a code is sent once";

const LOG_IN_AGAIN: &str = "a person has to log in again";

const CLIENT_REFUSED: &str = "check the client id, and, if the client has a secret, that and how it is sent \
                              (ClientAuth)";
