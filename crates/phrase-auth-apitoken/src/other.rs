use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use phrase_auth_core::{
    Ask, AuthError, AuthHeader, Authenticator, Deadline, ErrorKind, Revocation, Secret, SecretId,
    SecretSource, Token, TokenSource,
};
use serde::Serialize;

use crate::advice;
use crate::auth::ApiTokenAuth;
use crate::credentials::name;
use crate::json;
use crate::login::{Granted, LastLogin};
use crate::tms::{Attempt, Tms};

/// Whom an administrator logs in as, for [`ApiTokenAuth::login_as`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to login_as"]
pub struct OtherUser {
    user_name: String,
    user_uid: Option<String>,
}

impl OtherUser {
    /// By user name: the default account of that name.
    pub fn new(user_name: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            user_uid: None,
        }
    }

    /// The account, where the name has several.
    pub fn user_uid(self, uid: impl Into<String>) -> Self {
        Self {
            user_uid: Some(uid.into()),
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<(), AuthError> {
        name("user name", &self.user_name)?;
        self.user_uid
            .as_deref()
            .map_or(Ok(()), |uid| name("user uid", uid))
    }

    fn body(&self) -> Result<Bytes, AuthError> {
        let form = Form {
            user_name: &self.user_name,
            user_uid: self.user_uid.as_deref(),
        };
        let uid = form.user_uid.map_or(0, str::len);
        json::body(&form, self.user_name.len().saturating_add(uid))
    }
}

impl<S: Into<String>> From<S> for OtherUser {
    fn from(user_name: S) -> Self {
        Self::new(user_name)
    }
}

/// The body of a `loginOther` (reference section 5.1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    user_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_uid: Option<&'a str>,
}

/// A source over an administrator's authenticator: a token for another user.
#[derive(Debug)]
pub(crate) struct OtherLogin {
    pub(crate) tms: Arc<Tms>,
    pub(crate) admin: ApiTokenAuth,
    /// The administrator's, if it is known here: what a refusal stands until the change of.
    pub(crate) password: Option<Arc<SecretSource>>,
    pub(crate) user: OtherUser,
    pub(crate) last: LastLogin,
}

impl OtherLogin {
    async fn send(&self, admin: &AuthHeader, deadline: Deadline) -> Result<Granted, AuthError> {
        let token = Secret::from(admin.token());
        let attempt = Attempt {
            body: self.user.body()?,
            sent: &[&token],
            stake: self.secret_id().await.unwrap_or_else(|| token.id()),
            timeout: deadline.left(&self.tms.runtime.now()),
        };
        self.tms.log_in_other(admin, attempt).await
    }
}

#[async_trait]
impl TokenSource for OtherLogin {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let deadline = Deadline::new(self.tms.runtime.now(), ask.deadline);
        let admin = self.admin.header().await?;
        let granted = match self.send(&admin, deadline).await {
            // As with every call that comes back 401: a new header and once more, if that makes sense.
            Err(error) if error.kind() == ErrorKind::Refused && self.admin.reject(&admin) => {
                self.send(&self.admin.header().await?, deadline).await
            }
            other => other,
        };
        let granted = granted.map_err(advice::on_login_other)?;
        self.last.set(Some(granted.login));
        Ok(granted.token)
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.password.as_ref()?.id().await
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        self.last.set(None);
        self.tms.log_out(token.secret()).await
    }
}
