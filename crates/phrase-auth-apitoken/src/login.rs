use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use phrase_auth_core::{
    Ask, AuthError, Deadline, ErrorKind, HeaderStyle, Revocation, Secret, SecretId, SecretSource,
    Token, TokenSource,
};
use serde::{Deserialize, Serialize};

use crate::advice;
use crate::credentials::Credentials;
use crate::expected::Expected;
use crate::expires::{lifetime, parse_expires};
use crate::json::{self, Raw, SecretText};
use crate::tms::{Attempt, Tms};
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

/// The source of an [`ApiTokenAuth`](crate::ApiTokenAuth): one login for one token.
///
/// A login is sent once. Only where TMS wants a second factor is it sent again, with the code.
#[derive(Debug)]
pub(crate) struct PasswordLogin {
    pub(crate) tms: Arc<Tms>,
    /// `None`: a token was adopted that nothing here can renew.
    pub(crate) credentials: Option<Credentials>,
    pub(crate) expected: Expected,
    pub(crate) last: LastLogin,
}

impl PasswordLogin {
    async fn log_in(
        &self,
        credentials: &Credentials,
        password: &Secret,
        deadline: Deadline,
    ) -> Result<Granted, AuthError> {
        let first = self.send(credentials, password, None, deadline).await;
        let said = match first {
            Err(error) if error.kind() == ErrorKind::SecondFactorRequired => error,
            other => return other.map_err(advice::on_login),
        };
        let Some(second_factor) = &credentials.second_factor else {
            return Err(said.with_hint(advice::NEEDS_A_CODE));
        };
        let code = match second_factor.ask(&credentials.user_name, &said).await {
            // As strict and as tolerant as with every secret that a person gives.
            Ok(code) => SecretSource::from(code).read().await,
            Err(error) => Err(error),
        };
        let code = code.map_err(|error| advice::without_code(said, error))?;
        self.send(credentials, password, Some(&code), deadline)
            .await
            .map_err(|error| match error.kind() {
                ErrorKind::SecondFactorRequired => error.with_hint(advice::WRONG_CODE),
                _ => advice::on_login(error),
            })
    }

    async fn send(
        &self,
        credentials: &Credentials,
        password: &Secret,
        code: Option<&Secret>,
        deadline: Deadline,
    ) -> Result<Granted, AuthError> {
        let form = Form {
            user_name: &credentials.user_name,
            password: password.expose(),
            user_uid: credentials.user_uid.as_deref(),
            code: code.map(Secret::expose),
        };
        let sent: Vec<&Secret> = [Some(password), code].into_iter().flatten().collect();
        let attempt = Attempt {
            body: form.body()?,
            sent: &sent,
            stake: password.id(),
            timeout: deadline.left(&self.tms.runtime.now()),
        };
        self.tms.log_in(attempt).await
    }
}

#[async_trait]
impl TokenSource for PasswordLogin {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let Some(credentials) = &self.credentials else {
            return Err(advice::not_renewable());
        };
        let deadline = Deadline::new(self.tms.runtime.now(), ask.deadline);
        let password = credentials.password.read().await?;
        let granted = self.log_in(credentials, &password, deadline).await?;
        credentials.password.used();
        self.expected
            .check(&granted, &self.tms, password.id(), deadline)
            .await?;
        self.last.set(Some(granted.login));
        Ok(granted.token)
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.credentials.as_ref()?.password.id().await
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        self.last.set(None);
        self.tms.log_out(token.secret()).await
    }
}

/// The body of a login (reference section 5.1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    user_name: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

impl Form<'_> {
    fn body(&self) -> Result<Bytes, AuthError> {
        let texts = [
            Some(self.user_name),
            Some(self.password),
            self.user_uid,
            self.code,
        ];
        let longest = texts.into_iter().flatten().map(str::len);
        json::body(self, longest.fold(0, usize::saturating_add))
    }
}

/// What a login brought.
pub(crate) struct Granted {
    pub(crate) token: Token,
    pub(crate) login: Login,
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
            login: Login {
                user: User::read(&answer.user),
                expires,
                last_invalidate_all_sessions_performed: last,
            },
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
