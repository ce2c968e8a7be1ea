use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Method, Response, StatusCode, Uri};

use self::body::{Body, Fields};
use self::class::Verdict;
use self::text::Scrubber;
use crate::error::{AuthError, ErrorKind};
use crate::http::{Fault, TransportError};
use crate::secret::Secret;

mod body;
mod class;
mod retry_after;
mod text;

/// One request to a token endpoint, as its answer must be read: what was asked for, where, and what
/// was sent that may not be shown if the server repeats it.
///
/// Every scheme reads its answers here, so that all judge, cut and hide alike. Sources: RFC 6749
/// sections 5.1 and 5.2, RFC 8693 section 2.2, reference section 3.
#[derive(Debug)]
pub struct Call<'a> {
    grant: Grant,
    method: Method,
    uri: &'a Uri,
    sent: Vec<&'a Secret>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grant {
    /// A token for another token (RFC 8693).
    Exchange,
    /// A token for a refresh token (RFC 6749 section 6). Real servers say `invalid_request` for a
    /// dead one, so that refuses it too.
    Refresh,
}

/// What a token endpoint granted.
#[non_exhaustive]
pub struct TokenAnswer {
    /// The access token: visible ASCII, 1 byte to 64 KiB.
    pub access_token: Secret,
    /// How long it lives from when the request was sent. 5 minutes if the answer does not say;
    /// zero if it says zero or less; never more than 10 years.
    pub lifetime: Duration,
}

impl<'a> Call<'a> {
    /// A request by POST to `uri`.
    pub fn new(grant: Grant, uri: &'a Uri) -> Self {
        Self {
            grant,
            method: Method::POST,
            uri,
            sent: Vec::new(),
        }
    }

    /// Names a secret that was sent: it is blotted out of whatever the server says.
    #[must_use]
    pub fn sent(mut self, secret: &'a Secret) -> Self {
        self.sent.push(secret);
        self
    }

    /// Reads what came back. `now` is the time by this machine's clock.
    ///
    /// # Errors
    ///
    /// One for everything that is not a token, of the kind that the first fitting row of the
    /// classification gives: status before body, known code before unknown.
    pub fn read(
        &self,
        result: Result<Response<Bytes>, TransportError>,
        now: SystemTime,
    ) -> Result<TokenAnswer, AuthError> {
        let answer = match result {
            Ok(answer) => answer,
            Err(fault) => return Err(self.lost(fault)),
        };
        let body = Body::read(answer.headers(), answer.body());
        match class::judge(self.grant, answer.status(), &body) {
            Verdict::Granted(fields) => self.granted(fields, &answer),
            Verdict::Failed(kind) => Err(self.failed(kind, &answer, &body, now)),
        }
    }

    fn granted(&self, fields: &Fields, answer: &Response<Bytes>) -> Result<TokenAnswer, AuthError> {
        let odd = |what: &'static str| {
            let error = AuthError::new(ErrorKind::Protocol, what).with_status(answer.status());
            self.placed(error, answer.headers())
        };
        let access_token = fields
            .access_token()
            .ok_or_else(|| odd("the access token is not 1 byte to 64 KiB of visible ASCII"))?;
        if !fields.is_bearer() {
            return Err(odd("the token is not of the type Bearer"));
        }
        if self.grant == Grant::Exchange && !fields.issued_an_access_token() {
            return Err(odd("what was issued is not an access token"));
        }
        let lifetime = fields
            .lifetime()
            .ok_or_else(|| odd("expires_in is not a number of seconds"))?;
        Ok(TokenAnswer {
            access_token,
            lifetime,
        })
    }

    fn lost(&self, fault: TransportError) -> AuthError {
        let (kind, message) = match fault.fault() {
            Fault::NotAllowed => (ErrorKind::Config, "the request may not be sent"),
            Fault::Connect => (ErrorKind::Unreachable, "the server cannot be reached"),
            Fault::Broken => (
                ErrorKind::Unreachable,
                "the connection broke before a whole answer",
            ),
            Fault::Timeout => (ErrorKind::Timeout, "the server did not answer in time"),
            Fault::TooLarge => (
                ErrorKind::Protocol,
                "the answer is too long for a token answer",
            ),
        };
        AuthError::new(kind, message)
            .with_endpoint(&self.method, self.uri)
            .with_source(fault)
    }

    fn failed(
        &self,
        kind: ErrorKind,
        answer: &Response<Bytes>,
        body: &Body,
        now: SystemTime,
    ) -> AuthError {
        let scrubber = self.scrubber();
        let status = answer.status();
        let (message, hint) = self.wording(kind, answer, body);
        let mut error = AuthError::new(kind, message).with_status(status);
        if let Some(hint) = hint {
            error = error.with_hint(hint);
        }
        if let Body::Object(fields) = body {
            if let Some(code) = fields.code().and_then(|code| scrubber.code(code)) {
                error = error.with_code(code);
            }
            if let Some(description) = fields.description() {
                error = error.with_description(scrubber.description(description));
            }
        }
        if let Some(wait) = retry_after::read(answer.headers(), now)
            && let Some(retry_at) = now.checked_add(wait)
        {
            error = error.with_retry_at(retry_at);
        }
        self.placed(error, answer.headers())
    }

    fn wording(
        &self,
        kind: ErrorKind,
        answer: &Response<Bytes>,
        body: &Body,
    ) -> (String, Option<&'static str>) {
        let status = answer.status();
        let foreign = matches!(body, Body::Empty | Body::Foreign);
        match kind {
            ErrorKind::Config if status.is_redirection() => {
                let to = self.redirect_host(answer.headers());
                let hint = "check the base URL: a redirect is never followed with a secret";
                (format!("the server redirects{to}"), Some(hint))
            }
            ErrorKind::Config if status == StatusCode::NOT_FOUND => (
                "there is no token endpoint at this address".to_owned(),
                Some(CHECK_URL),
            ),
            ErrorKind::Config if foreign => (
                "this address does not take token requests".to_owned(),
                Some(CHECK_URL),
            ),
            ErrorKind::Config => {
                let hint = "check what the client is set up with; a new secret would not help";
                (
                    "the server does not accept this kind of request".to_owned(),
                    Some(hint),
                )
            }
            ErrorKind::Throttled => {
                let hint = "ask less often, and share one authenticator instead of many";
                ("the server asks for fewer requests".to_owned(), Some(hint))
            }
            ErrorKind::Unavailable if foreign && !status.is_server_error() => {
                let media = self.media_type(answer.headers());
                let hint = "a proxy, a firewall or a network's sign-in page may have answered";
                (
                    format!("this is not a token endpoint's answer ({media})"),
                    Some(hint),
                )
            }
            ErrorKind::Unavailable if matches!(status.as_u16(), 401 | 403) => {
                let hint = "if it stays so, check the credential and the data centre";
                ("the server says no, but not why".to_owned(), Some(hint))
            }
            ErrorKind::Unavailable => ("the server is not able to answer now".to_owned(), None),
            ErrorKind::Refused => ("the server refused the credential".to_owned(), None),
            ErrorKind::SecondFactorRequired => {
                let hint = "use a Platform API token where nobody can type a code";
                ("the account wants a second factor".to_owned(), Some(hint))
            }
            ErrorKind::Forbidden => (
                "this account may not do that".to_owned(),
                Some("ask an administrator"),
            ),
            _ if matches!(body, Body::Broken) => ("the answer is not sound JSON".to_owned(), None),
            _ => (
                "the answer is neither a token nor a known error".to_owned(),
                None,
            ),
        }
    }

    fn placed(&self, error: AuthError, headers: &HeaderMap) -> AuthError {
        let error = error.with_endpoint(&self.method, self.uri);
        match request_id(headers).and_then(|id| self.scrubber().label(id)) {
            Some(id) => error.with_request_id(id),
            None => error,
        }
    }

    fn redirect_host(&self, headers: &HeaderMap) -> String {
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let host = location.and_then(|location| location.parse::<Uri>().ok());
        let host = host
            .as_ref()
            .and_then(Uri::host)
            .and_then(|host| self.scrubber().label(host));
        host.map(|host| format!(" to {host}")).unwrap_or_default()
    }

    fn media_type(&self, headers: &HeaderMap) -> String {
        let value = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let essence = value
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        let shown = essence.and_then(|essence| self.scrubber().label(essence));
        shown.unwrap_or_else(|| "no media type".to_owned())
    }

    fn scrubber(&self) -> Scrubber {
        Scrubber::new(&self.sent)
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("access_token", &self.access_token)
            .field("lifetime", &self.lifetime)
            .finish()
    }
}

/// Nothing is documented for Phrase; these are what load balancers and frameworks usually set.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    [
        "x-request-id",
        "x-correlation-id",
        "x-amzn-requestid",
        "cf-ray",
    ]
    .iter()
    .find_map(|name| headers.get(*name)?.to_str().ok())
}

const CHECK_URL: &str = "check the base URL and the data centre";

#[cfg(test)]
mod tests;
