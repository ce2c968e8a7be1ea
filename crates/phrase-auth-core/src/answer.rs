use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Method, Response, Uri};

use self::body::{Body, Fields};
use self::class::Judgement;
use self::text::Scrubber;
use crate::error::{AuthError, ErrorKind};
use crate::http::{Fault, TransportError};
use crate::secret::{Secret, SecretId};

mod body;
mod class;
mod retry_after;
mod text;
mod wording;

/// One request to an authentication endpoint, as its answer must be read: what was asked for, where,
/// and what was sent that may not be shown if the server repeats it.
///
/// Every scheme reads its answers here, so that all judge, cut and hide alike. Sources: RFC 6749
/// sections 5.1 and 5.2, RFC 8693 section 2.2, reference sections 3 and 5.
#[derive(Debug)]
pub struct Call<'a> {
    grant: Grant,
    method: Method,
    uri: &'a Uri,
    sent: Vec<&'a Secret>,
    stake: Option<SecretId>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grant {
    /// A token for another token (RFC 8693).
    Exchange,
    /// A person's permission, in a browser (RFC 6749 section 4.1.1).
    Authorize,
    /// A token for an authorization code (RFC 6749 section 4.1.3).
    Code,
    /// A token for a refresh token (RFC 6749 section 6). Real servers say `invalid_request` for a
    /// dead one, so that refuses it too.
    Refresh,
    /// A TMS token for a password, or for an administrator's token (reference section 5). A 401 is a
    /// refusal here, also without a known code. Every answer is the last word on what was
    /// [tried](Call::tried), but for 408, 425, 429, 5xx and pages of HTML: a login that is repeated
    /// may lock an account.
    Login,
    /// Something behind a credential in a header, such as TMS's whoAmI: a 401 refuses that credential,
    /// also without a known code.
    Api,
}

/// What a token endpoint granted.
#[non_exhaustive]
pub struct TokenAnswer {
    /// The access token: visible ASCII, 1 byte to 64 KiB.
    pub access_token: Secret,
    /// How long it lives from when the request was sent. 5 minutes if the answer does not say;
    /// zero if it says zero or less; never more than 10 years.
    pub lifetime: Duration,
    /// What renews it, if the server gave anything: visible ASCII, 1 byte to 64 KiB. `None` for other
    /// grants than [`Code`](Grant::Code) and [`Refresh`](Grant::Refresh), where it is not read.
    pub refresh_token: Option<Secret>,
    /// What it may do, if the server says: words between single spaces, also where it gave a list.
    /// Read where the refresh token is.
    pub scope: Option<String>,
}

impl<'a> Call<'a> {
    /// A request by POST to `uri`.
    pub fn new(grant: Grant, uri: &'a Uri) -> Self {
        Self {
            grant,
            method: Method::POST,
            uri,
            sent: Vec::new(),
            stake: None,
        }
    }

    /// The same request by another method.
    #[must_use]
    pub fn by(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Names a secret that was sent: it is blotted out of whatever the server says.
    #[must_use]
    pub fn sent(mut self, secret: &'a Secret) -> Self {
        self.sent.push(secret);
        self
    }

    /// Names the secret that is at stake: [sent](Self::sent) like others, and if the server's answer
    /// is its last word on it, the error [says so](AuthError::with_verdict).
    #[must_use]
    pub fn tried(self, secret: &'a Secret) -> Self {
        self.sent(secret).at_stake(secret.id())
    }

    /// Names what is at stake where it is not itself sent: the password behind a token, say.
    #[must_use]
    pub fn at_stake(self, secret: SecretId) -> Self {
        Self {
            stake: Some(secret),
            ..self
        }
    }

    /// Reads what came back as a token of OAuth's form. `now` is the time by this machine's clock.
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
        self.open(result, now, |fields, _| self.token(fields))
    }

    /// Reads what came back in a form of the caller's own: `parse` gets the body of a success, which
    /// is UTF-8, one JSON object, and without an error code in it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). What `parse` objects to is `Protocol`; its text is shown, so that it
    /// must hold nothing of the body.
    pub fn read_with<T>(
        &self,
        result: Result<Response<Bytes>, TransportError>,
        now: SystemTime,
        parse: impl FnOnce(&[u8]) -> Result<T, &'static str>,
    ) -> Result<T, AuthError> {
        self.open(result, now, |_, body| parse(body))
    }

    /// Reads what a server said of a failure in a redirect (RFC 6749 section 4.1.2.1), as in an answer:
    /// code and description are cut, escaped and rid of what was sent.
    pub fn said(&self, code: &str, description: Option<&str>) -> AuthError {
        let kind = class::judge_redirect(self.grant, code);
        let scrubber = self.scrubber();
        let (message, hint) = wording::of_redirect(kind);
        let mut error = AuthError::new(kind, message).with_endpoint(&self.method, self.uri);
        if let Some(hint) = hint {
            error = error.with_hint(hint);
        }
        if let Some(code) = scrubber.code(code) {
            error = error.with_code(code);
        }
        match description {
            Some(description) => error.with_description(scrubber.description(description)),
            None => error,
        }
    }

    fn open<T>(
        &self,
        result: Result<Response<Bytes>, TransportError>,
        now: SystemTime,
        take: impl FnOnce(&Fields, &[u8]) -> Result<T, &'static str>,
    ) -> Result<T, AuthError> {
        let answer = match result {
            Ok(answer) => answer,
            Err(fault) => return Err(self.lost(fault)),
        };
        let body = Body::read(answer.headers(), answer.body());
        let error = match class::judge(self.grant, answer.status(), &body) {
            Judgement::Granted(fields) => match take(fields, answer.body()) {
                Ok(taken) => return Ok(taken),
                Err(what) => AuthError::new(ErrorKind::Protocol, what).with_status(answer.status()),
            },
            Judgement::Failed(kind) => self.failed(kind, &answer, &body, now),
        };
        Err(self.judged(self.placed(error, answer.headers()), &body))
    }

    fn token(&self, fields: &Fields) -> Result<TokenAnswer, &'static str> {
        let access_token = fields
            .access_token()
            .ok_or("the access token is not 1 byte to 64 KiB of visible ASCII")?;
        if !fields.is_bearer() {
            return Err("the token is not of the type Bearer");
        }
        if self.grant == Grant::Exchange && !fields.issued_an_access_token() {
            return Err("what was issued is not an access token");
        }
        let lifetime = fields
            .lifetime()
            .ok_or("expires_in is not a number of seconds")?;
        let mut answer = TokenAnswer {
            access_token,
            lifetime,
            refresh_token: None,
            scope: None,
        };
        if matches!(self.grant, Grant::Code | Grant::Refresh) {
            let refresh_token = fields.refresh_token();
            answer.refresh_token = refresh_token
                .map_err(|()| "the refresh token is not 1 byte to 64 KiB of visible ASCII")?;
            let scope = fields.scope();
            answer.scope = scope.map_err(|()| "the scope is not words between spaces")?;
        }
        Ok(answer)
    }

    /// Says on which secret the error is the last word, if it is.
    fn judged(&self, error: AuthError, body: &Body) -> AuthError {
        let last = match self.grant {
            Grant::Login => !error.status().is_some_and(|at| class::passes(at, body)),
            Grant::Exchange | Grant::Authorize | Grant::Code | Grant::Refresh | Grant::Api => {
                error.kind().is_verdict()
            }
        };
        match self.stake.filter(|_| last) {
            Some(secret) => error.with_verdict(secret),
            None => error,
        }
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
        let (message, hint) = wording::of(self.grant, kind, answer, body, &scrubber);
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
        error
    }

    fn placed(&self, error: AuthError, headers: &HeaderMap) -> AuthError {
        let error = error.with_endpoint(&self.method, self.uri);
        match request_id(headers).and_then(|id| self.scrubber().label(id)) {
            Some(id) => error.with_request_id(id),
            None => error,
        }
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
            .field("refresh_token", &self.refresh_token)
            .field("scope", &self.scope)
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

#[cfg(test)]
mod tests;
