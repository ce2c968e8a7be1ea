use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use phrase_auth_core::{
    Ask, AuthError, Deadline, ErrorKind, Now, Revocation, Secret, SecretId, Token, TokenSource,
};
use serde::Serialize;

use crate::advice;
use crate::credentials::Credentials;
use crate::expected::Expected;
use crate::json;
use crate::login::{Granted, LastLogin};
use crate::tms::{Attempt, Tms};
use crate::unproven::{Unproven, UnprovenSlot};

/// The source of an [`ApiTokenAuth`](crate::ApiTokenAuth): one login for one token.
///
/// A login is sent once. Only where TMS wants a second factor is it sent again, with the code.
#[derive(Debug)]
pub(crate) struct PasswordLogin {
    pub(crate) tms: Arc<Tms>,
    /// `None`: a token was adopted that nothing here can renew.
    pub(crate) credentials: Option<Credentials>,
    pub(crate) expected: Expected,
    pub(crate) unproven: UnprovenSlot,
    pub(crate) last: LastLogin,
}

impl PasswordLogin {
    async fn log_in(&self, start: Now, deadline: Deadline) -> Result<Unproven, AuthError> {
        let credentials = self.credentials.as_ref();
        let credentials = credentials.ok_or_else(advice::not_renewable)?;
        let password = credentials.password.read().await?;
        let granted = self.with_password(credentials, &password, deadline).await?;
        credentials.password.used();
        Ok(Unproven {
            granted,
            since: start,
            stake: password.id(),
        })
    }

    async fn with_password(
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
            return Err(advice::needs_code(said));
        };
        let runtime = &*self.tms.runtime;
        let code = second_factor
            .ask(&credentials.user_name, &said, runtime, deadline)
            .await
            .map_err(|error| advice::without_code(said, error))?;
        self.send(credentials, password, Some(&code), deadline)
            .await
            .map_err(advice::on_code)
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
        let start = self.tms.runtime.now();
        let deadline = Deadline::new(start, ask.deadline);
        let epoch = self.unproven.epoch();
        let unproven = match self.unproven.kept(&start) {
            Some(unproven) => unproven,
            None => Arc::new(self.log_in(start, deadline).await?),
        };
        if !self.expected.is_nothing() {
            // Before anything is asked: whoever gives this fetch up must not lose it.
            self.unproven.keep(&unproven, epoch);
            let proof = self.expected.check(&unproven, &self.tms, deadline).await;
            proof.map_err(|fault| self.unproven.failed(&unproven, fault, &start))?;
            self.unproven.clear();
        }
        if self.unproven.epoch() == epoch {
            self.last.set(unproven.granted.login.clone());
        }
        Ok(unproven.token_from(&start))
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.credentials.as_ref()?.password.id().await
    }

    fn forget(&self) -> Option<Token> {
        self.last.set(None);
        self.unproven.forget()
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
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
