use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use phrase_auth_core::{HeaderStyle, Token};
use serde::Deserialize;

use crate::expires::{lifetime, parse_expires};
use crate::json::{self, Raw, SecretText};
use crate::user::User;

/// What a login said beside the token (reference section 5.2). Each part may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Login {
    /// Who has logged in.
    pub user: Option<User>,
    /// When the token ends, as the server says; `None` if it does not, or in no known form. The
    /// token is taken for over after 24 hours at the latest.
    pub expires: Option<SystemTime>,
    /// When all sessions of the user were last ended. Whether that ended tokens too is not known.
    pub last_invalidate_all_sessions_performed: Option<SystemTime>,
}

/// What a login brought.
pub(crate) struct Granted {
    pub(crate) token: Token,
    /// `None` for a token that no login of ours has brought.
    pub(crate) login: Option<Login>,
}

/// The members of the answer (reference section 5.2). The token is read strictly, all else so that a
/// change of its form breaks no login.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    token: Option<SecretText>,
    expires: Raw,
    last_invalidate_all_sessions_performed: Raw,
    user: Raw,
}

impl Granted {
    /// Reads the answer to a login that was sent at `start`, by the wall clock.
    pub(crate) fn parse(body: &[u8], start: SystemTime) -> Result<Self, &'static str> {
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| "the answer is not of the form of a login")?;
        let SecretText(token) = answer.token.ok_or("the answer to a login has no token")?;
        let moment = |raw: &Raw| parse_expires(&json::text(raw)?);
        let expires = moment(&answer.expires);
        let life = lifetime(expires, start);
        let token = Token::new(token, HeaderStyle::api_token(), life)
            .map_err(|_| "the token is not 1 byte to 64 KiB of visible ASCII")?;
        let last = moment(&answer.last_invalidate_all_sessions_performed);
        Ok(Self {
            token,
            login: Some(Login {
                user: User::read(&answer.user),
                expires,
                last_invalidate_all_sessions_performed: last,
            }),
        })
    }
}

/// What the last login said, for whoever asks. Nothing is decided by it.
#[derive(Clone, Default)]
pub(crate) struct LastLogin(Arc<Mutex<Option<Login>>>);

impl LastLogin {
    pub(crate) fn get(&self) -> Option<Login> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set(&self, login: Option<Login>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = login;
    }
}

impl fmt::Debug for LastLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastLogin(..)")
    }
}
