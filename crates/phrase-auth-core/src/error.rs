use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::{Method, StatusCode, Uri};

use crate::secret::SecretId;

/// Why no header could be had: what happened, where, and what to do next.
///
/// One error may answer many waiting callers, so cloning is cheap. Nothing in it is secret: server
/// text is cut, escaped and rid of what was sent before it gets here, and an error never holds an
/// answer's body. [`TokenSource`](crate::TokenSource)s outside this workspace make their own with
/// [`AuthError::new`] and the `with_…` setters; what they put in is printed as it is.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    endpoint: Option<String>,
    status: Option<StatusCode>,
    code: Option<String>,
    description: Option<String>,
    request_id: Option<String>,
    retry_at: Option<SystemTime>,
    verdict: Option<SecretId>,
    handed_on: bool,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What a failure means to the caller.
///
/// The first four pass by themselves; the next four are verdicts on the credential, which the
/// cache does not put to the server again until something has changed; the rest need a look at
/// the configuration or at the server. A source may call an error of any kind a verdict: see
/// [`AuthError::with_verdict`] and [`AuthError::is_transient`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection, or one that broke: retry later.
    Unreachable,
    /// No answer within the deadline: retry later.
    Timeout,
    /// The server asks for fewer requests: retry at [`AuthError::retry_at`].
    Throttled,
    /// The server is not able to answer now, or something in front of it answered: retry later.
    Unavailable,
    /// The server refused the secret: replace it. Sending it again changes nothing.
    Refused,
    /// There is nothing to renew from: a person has to log in.
    LoginRequired,
    /// The account wants a second factor, or did not accept the one it got.
    SecondFactorRequired,
    /// The secret is right, but this account may not use the API: ask an administrator.
    Forbidden,
    /// The server's answer is not one that can be used or understood.
    Protocol,
    /// Something is set up wrongly: an address, a value, a missing runtime.
    Config,
    /// A token store could not be read or written.
    Store,
}

impl AuthError {
    /// An error of this kind. `message` says what happened, in lower case, without a secret.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            endpoint: None,
            status: None,
            code: None,
            description: None,
            request_id: None,
            retry_at: None,
            verdict: None,
            handed_on: false,
            source: None,
        }))
    }

    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// The same error as another kind, for a source that knows what it means to the caller: a refused
    /// refresh token, say, is `LoginRequired`.
    #[must_use]
    pub fn with_kind(self, kind: ErrorKind) -> Self {
        self.set(|inner| inner.kind = kind)
    }

    /// The same error in other words, for whoever knows better what happened: in lower case, without a
    /// secret.
    #[must_use]
    pub fn with_message(self, message: impl Into<Cow<'static, str>>) -> Self {
        self.set(|inner| inner.message = message.into())
    }

    /// What to do next, for a person.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.set(|inner| inner.hint = Some(hint.into()))
    }

    /// Where it happened. User info and query of the address are left out.
    #[must_use]
    pub fn with_endpoint(self, method: &Method, uri: &Uri) -> Self {
        let shown = shown_endpoint(method, uri);
        self.set(|inner| inner.endpoint = Some(shown))
    }

    /// The status of the answer. It also tells the cache that a request was sent.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.set(|inner| inner.status = Some(status))
    }

    /// The server's code for the failure (`error` of RFC 6749 section 5.2, `errorCode` of TMS).
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.set(|inner| inner.code = Some(code.into()))
    }

    /// The server's own words.
    #[must_use]
    pub fn with_description(self, description: impl Into<String>) -> Self {
        self.set(|inner| inner.description = Some(description.into()))
    }

    /// The id under which the server knows the request.
    #[must_use]
    pub fn with_request_id(self, request_id: impl Into<String>) -> Self {
        self.set(|inner| inner.request_id = Some(request_id.into()))
    }

    /// The earliest time at which another attempt makes sense.
    #[must_use]
    pub fn with_retry_at(self, retry_at: SystemTime) -> Self {
        self.set(|inner| inner.retry_at = Some(retry_at))
    }

    /// Says that this is the server's last word on `secret`, whatever the kind: a cache asks nothing
    /// more until its source has [another one](crate::TokenSource::secret_id), or it is
    /// [reset](crate::TokenCache::reset).
    ///
    /// The fingerprint is of what was really sent. With the kinds that are verdicts by themselves it
    /// is more exact than the one that the cache takes before it asks, in case the secret is replaced
    /// in between.
    #[must_use]
    pub fn with_verdict(self, secret: SecretId) -> Self {
        self.set(|inner| inner.verdict = Some(secret))
    }

    /// Says that this error is another authenticator's, over which a source fetches: that one keeps
    /// it in mind, so that a cache keeps nothing of it, and asks its source whenever it is asked.
    #[must_use]
    pub fn handed_on(self) -> Self {
        self.set(|inner| inner.handed_on = true)
    }

    /// The error underneath. Its text is printed by whoever walks the chain.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source: Arc<dyn Error + Send + Sync> = Arc::from(source.into());
        self.set(|inner| inner.source = Some(source))
    }

    /// What the failure means to the caller.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later although nobody does anything.
    ///
    /// True for `Unreachable`, `Timeout`, `Throttled`, `Unavailable` and `Protocol`, unless it is a
    /// [verdict](Self::verdict): after none of them has a credential been changed or dropped.
    pub fn is_transient(&self) -> bool {
        let passes = matches!(
            self.0.kind,
            ErrorKind::Unreachable
                | ErrorKind::Timeout
                | ErrorKind::Throttled
                | ErrorKind::Unavailable
                | ErrorKind::Protocol
        );
        passes && self.verdict().is_none()
    }

    /// Whether a person, or a new secret, is needed.
    pub fn needs_login(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Refused | ErrorKind::LoginRequired | ErrorKind::SecondFactorRequired
        )
    }

    /// What happened, without place and hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do next, for a person.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Method and address of the request that failed, without its query.
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The server's code for the failure.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The server's own words, at most 200 characters, escaped.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The id under which the server knows the request: quote it when asking for support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The earliest time at which another attempt makes sense, by this machine's clock.
    ///
    /// While a cache answers from a failure's window, this is the end of that window.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry_at
    }

    /// The secret on which this is the server's last word, if a source has [said](Self::with_verdict)
    /// so.
    pub fn verdict(&self) -> Option<SecretId> {
        self.0.verdict
    }

    /// Whether it is the server's last word on the secret, by its kind or because the source says so.
    pub(crate) fn is_last_word(&self) -> bool {
        self.kind().is_verdict() || self.verdict().is_some()
    }

    /// Whether another authenticator keeps it in mind.
    pub(crate) fn is_handed_on(&self) -> bool {
        self.0.handed_on
    }

    fn set(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl ErrorKind {
    /// Whether the kind is the server's last word on the secret that was sent.
    pub(crate) fn is_verdict(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::LoginRequired | Self::SecondFactorRequired | Self::Forbidden
        )
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.write_str(&inner.message)?;
        let place = [
            inner.endpoint.clone(),
            inner
                .status
                .map(|status| format!("status {}", status.as_u16())),
            inner.code.as_ref().map(|code| format!("code {code}")),
            inner
                .request_id
                .as_ref()
                .map(|id| format!("request id {id}")),
        ];
        let place: Vec<String> = place.into_iter().flatten().collect();
        if !place.is_empty() {
            write!(f, " ({})", place.join(", "))?;
        }
        if let Some(description) = &inner.description {
            write!(f, ": \"{description}\"")?;
        }
        if let Some(hint) = &inner.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// What is not there is left out: this is what `main` prints of an error that it returns.
impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut shown = f.debug_struct("AuthError");
        shown.field("kind", &inner.kind);
        shown.field("message", &inner.message);
        let texts = [
            ("endpoint", inner.endpoint.as_deref()),
            ("code", inner.code.as_deref()),
            ("description", inner.description.as_deref()),
            ("request_id", inner.request_id.as_deref()),
            ("hint", inner.hint.as_deref()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                shown.field(name, &text);
            }
        }
        if let Some(status) = inner.status {
            shown.field("status", &status.as_u16());
        }
        if let Some(retry_at) = inner.retry_at {
            shown.field("retry_at", &retry_at);
        }
        if let Some(verdict) = inner.verdict {
            shown.field("verdict", &verdict);
        }
        if let Some(source) = &inner.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

fn shown_endpoint(method: &Method, uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("");
    let host = uri.host().unwrap_or("");
    let port = uri
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{method} {scheme}://{host}{port}{}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn it_says_what_where_and_what_to_do_next_in_one_line() {
        let error = AuthError::new(
            ErrorKind::Refused,
            "the token endpoint refused the API token",
        )
        .with_endpoint(
            &Method::POST,
            &Uri::from_static("https://u:p@eu.phrase.com/idm?q=1"),
        )
        .with_status(StatusCode::BAD_REQUEST)
        .with_code("invalid_grant")
        .with_request_id("r-7")
        .with_description("no such token")
        .with_hint("make a new one");
        assert_eq!(
            error.to_string(),
            "the token endpoint refused the API token (POST https://eu.phrase.com/idm, status 400, \
             code invalid_grant, request id r-7): \"no such token\"; make a new one"
        );
    }

    #[test]
    fn a_setter_on_a_shared_error_leaves_the_other_copies_alone() {
        let first = AuthError::new(ErrorKind::Timeout, "late");
        let second = first.clone().with_hint("wait");
        assert_eq!(first.hint(), None);
        assert_eq!(second.hint(), Some("wait"));
    }

    #[test]
    fn what_is_handed_on_stays_the_verdict_that_it_was() {
        let error = AuthError::new(ErrorKind::Unavailable, "no reason");
        assert!(error.clone().handed_on().is_transient());
        let stands = error.with_verdict(Secret::new("wrong").id()).handed_on();
        assert!(!stands.is_transient() && stands.is_handed_on());
    }

    #[test]
    fn debug_leaves_out_what_is_not_there() {
        let error = AuthError::new(ErrorKind::Config, "no such file").with_hint("give another");
        assert_eq!(
            format!("{error:?}"),
            r#"AuthError { kind: Config, message: "no such file", hint: "give another" }"#
        );
    }

    #[test]
    fn a_verdict_does_not_pass_by_itself_whatever_its_kind() {
        let error = AuthError::new(ErrorKind::Protocol, "no token in it");
        assert!(error.is_transient());
        let error = error.with_verdict(Secret::new("canary").id());
        assert!(!error.is_transient());
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn the_source_is_in_the_chain() {
        let error = AuthError::new(ErrorKind::Unreachable, "no connection").with_source("refused");
        assert_eq!(error.source().unwrap().to_string(), "refused");
    }
}
