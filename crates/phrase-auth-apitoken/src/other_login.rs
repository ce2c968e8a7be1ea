use std::sync::Arc;

use async_trait::async_trait;
use phrase_auth_core::{
    Ask, AuthError, AuthHeader, Authenticator, Deadline, ErrorKind, Revocation, Secret, Token,
    TokenSource,
};

use crate::advice;
use crate::auth::ApiTokenAuth;
use crate::login::{Granted, LastLogin};
use crate::other_user::OtherUser;
use crate::tms::{Attempt, Tms, is_unknown};

/// A source over an administrator's authenticator: a token for another user.
///
/// What goes wrong with the administrator's login is kept in mind there and not here, so that both
/// heal together. What TMS answers to a good administrator's token stands here.
#[derive(Debug)]
pub(crate) struct OtherLogin {
    pub(crate) tms: Arc<Tms>,
    pub(crate) admin: ApiTokenAuth,
    pub(crate) user: OtherUser,
    pub(crate) last: LastLogin,
}

impl OtherLogin {
    async fn admin(&self) -> Result<AuthHeader, AuthError> {
        self.admin.header().await.map_err(AuthError::handed_on)
    }

    async fn send(&self, admin: &AuthHeader, deadline: Deadline) -> Result<Granted, AuthError> {
        let token = Secret::from(admin.token());
        let attempt = Attempt {
            body: self.user.body()?,
            sent: &[&token],
            stake: token.id(),
            timeout: deadline.left(&self.tms.runtime.now()),
        };
        self.tms.log_in_other(admin, attempt).await
    }
}

#[async_trait]
impl TokenSource for OtherLogin {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let deadline = Deadline::new(self.tms.runtime.now(), ask.deadline);
        let admin = self.admin().await?;
        let granted = match self.send(&admin, deadline).await {
            // As with every call that comes back 401: a new header and once more, if that makes sense.
            Err(error) if is_unknown(&error) && self.admin.reject(&admin) => {
                self.send(&self.admin().await?, deadline).await
            }
            other => other,
        };
        let granted = granted.map_err(|error| match is_unknown(&error) {
            true => administrator_unknown(error),
            false => advice::on_login_other(error),
        })?;
        self.last.set(granted.login);
        Ok(granted.token)
    }

    fn forget(&self) -> Option<Token> {
        self.last.set(None);
        None
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        self.tms.log_out(token.secret()).await
    }
}

/// The administrator's token has ended twice within a minute. That passes: the administrator's
/// authenticator logs in again, at most once a minute, and no password was refused.
fn administrator_unknown(error: AuthError) -> AuthError {
    let what = "TMS does not know the administrator's token";
    AuthError::new(ErrorKind::Unavailable, what)
        .with_hint("the administrator may have logged out in the browser; this passes in a minute")
        .with_source(error)
}
