use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use phrase_auth_core::{
    Audience, AuthError, AuthHeader, Authenticator, BaseUrl, Call, ErrorKind, Grant, HeaderStyle,
    HttpClient, Limits, Revocation, Runtime, Secret, SecretId, StaticAuth,
};

use crate::credentials::LoginVersion;
use crate::login::Granted;
use crate::throttle;
use crate::who::{Question, WHO_AM_I};

/// TMS's authentication endpoints (reference section 5.1), and what they are asked with.
///
/// Each call sends one request, and none twice.
pub(crate) struct Tms {
    login: Uri,
    login_other: Uri,
    logout: Uri,
    who_am_i: Uri,
    audience: Audience,
    client: Arc<dyn HttpClient>,
    pub(crate) runtime: Arc<dyn Runtime>,
}

impl Tms {
    pub(crate) fn new(
        base: &BaseUrl,
        version: LoginVersion,
        client: Arc<dyn HttpClient>,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Self, AuthError> {
        let login = match version {
            LoginVersion::V3 => "/api2/v3/auth/login",
            LoginVersion::V1 => "/api2/v1/auth/login",
        };
        Ok(Self {
            login: base.join(login)?,
            login_other: base.join("/api2/v3/auth/loginOther")?,
            logout: base.join("/api2/v1/auth/logout")?,
            who_am_i: base.join(WHO_AM_I)?,
            audience: base.clone().into(),
            client,
            runtime,
        })
    }

    pub(crate) fn audience(&self) -> Audience {
        self.audience.clone()
    }

    /// A user name and a password for a token.
    pub(crate) async fn log_in(&self, attempt: Attempt<'_>) -> Result<Granted, AuthError> {
        let request = post(&self.login, attempt.body.clone());
        self.granted(&self.login, request, attempt).await
    }

    /// An administrator's header and the name of another user for a token of that user.
    pub(crate) async fn log_in_other(
        &self,
        admin: &AuthHeader,
        attempt: Attempt<'_>,
    ) -> Result<Granted, AuthError> {
        let mut request = post(&self.login_other, attempt.body.clone());
        admin.clone().apply(request.headers_mut());
        self.granted(&self.login_other, request, attempt).await
    }

    /// What whoAmI is asked with, for so long.
    pub(crate) fn question(&self, timeout: Duration) -> Question<'_> {
        Question {
            url: &self.who_am_i,
            timeout,
            client: &*self.client,
            runtime: &*self.runtime,
        }
    }

    /// Ends a token. That it has ended already is as good (reference section 13, row 15).
    pub(crate) async fn log_out(&self, token: &Secret) -> Result<Revocation, AuthError> {
        let mut request = post(&self.logout, Bytes::new());
        request.headers_mut().remove(CONTENT_TYPE);
        self.header(token)?.apply(request.headers_mut());
        let answer = self.client.send(request, Limits::default()).await;
        let out =
            |answer: &Response<Bytes>| answer.status().is_success() && answer.body().is_empty();
        if answer.as_ref().is_ok_and(out) {
            return Ok(Revocation::Revoked);
        }
        let call = Call::new(Grant::Api, &self.logout).sent(token);
        match call.read_with(answer, self.runtime.now().wall, |_| Ok(())) {
            Ok(()) => Ok(Revocation::Revoked),
            Err(error) if is_unknown(&error) => Ok(Revocation::Revoked),
            Err(error) => Err(error),
        }
    }

    /// A token that has not been published, as a header.
    pub(crate) fn header(&self, token: &Secret) -> Result<AuthHeader, AuthError> {
        let auth = StaticAuth::new(HeaderStyle::api_token(), token.clone(), self.audience())?;
        auth.peek()
            .ok_or_else(|| AuthError::new(ErrorKind::Protocol, "the token makes no header"))
    }

    async fn granted(
        &self,
        url: &Uri,
        request: Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<Granted, AuthError> {
        let start = self.runtime.now().wall;
        let answer = self.client.send(request, limits(attempt.timeout)).await;
        let crowded = throttle::is_crowded(&answer);
        let now = self.runtime.now().wall;
        let call = Call::new(Grant::Login, url).at_stake(attempt.stake);
        let call = attempt.sent.iter().copied().fold(call, Call::sent);
        call.read_with(answer, now, |body| Granted::parse(body, start))
            .map_err(|error| throttle::explained(error, crowded, now))
    }
}

/// One login, before it is sent.
pub(crate) struct Attempt<'a> {
    pub(crate) body: Bytes,
    /// What no error may show.
    pub(crate) sent: &'a [&'a Secret],
    /// What the answer is a verdict on.
    pub(crate) stake: SecretId,
    pub(crate) timeout: Duration,
}

/// TMS knows no such token: a 401 of its own, and not of something in front of it.
pub(crate) fn is_unknown(error: &AuthError) -> bool {
    error.status() == Some(StatusCode::UNAUTHORIZED) && error.kind() == ErrorKind::Refused
}

fn post(url: &Uri, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.clone();
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ACCEPT, JSON);
    request
}

/// One request has no longer than usual, also where a fetch waits for a person.
pub(crate) fn limits(timeout: Duration) -> Limits {
    let usual = Limits::default();
    usual.with_timeout(usual.timeout.min(timeout))
}

impl fmt::Debug for Tms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tms")
            .field("login", &self.login)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
