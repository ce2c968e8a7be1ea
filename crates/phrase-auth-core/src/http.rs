use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// Sends one request and gives back one whole answer.
///
/// The crates of this workspace make requests through it and nothing else, so a program may bring
/// its own. What an implementation must hold, because callers rely on it:
///
/// - plain `http` only to a loopback literal, checked before any name is looked up
///   ([`Target::is_confidential`](crate::Target::is_confidential));
/// - no redirect is followed and no request is sent twice;
/// - the call ends within `limits.timeout`, however the server behaves, and reads no more than
///   `limits.max_body` decoded bytes;
/// - nothing of the request reaches a log or an error's text.
#[async_trait]
pub trait HttpClient: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`. Every status is an answer, not an error.
    ///
    /// # Errors
    ///
    /// If no whole answer came.
    async fn send(
        &self,
        request: ::http::Request<Bytes>,
        limits: Limits,
    ) -> Result<::http::Response<Bytes>, TransportError>;
}

/// The bounds of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// From the call to the last byte of the answer: name lookup, connection and TLS included.
    pub timeout: Duration,
    /// The longest body that is read, in decoded bytes.
    pub max_body: usize,
}

impl Limits {
    /// These bounds with another timeout.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// These bounds with another size.
    #[must_use]
    pub fn with_max_body(self, max_body: usize) -> Self {
        Self { max_body, ..self }
    }
}

impl Default for Limits {
    /// 30 seconds and 256 KiB: a token answer is a few KiB and comes within a second or two.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_body: 256 * 1024,
        }
    }
}

/// Why a request got no whole answer.
#[derive(Debug)]
pub struct TransportError {
    fault: Fault,
    may_have_arrived: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What went wrong between the program and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The request was not sent, because it may not be, or cannot be, from here.
    NotAllowed,
    /// No connection: name, route, port or TLS.
    Connect,
    /// The time was up.
    Timeout,
    /// The connection broke, or the answer is not HTTP.
    Broken,
    /// The answer is longer than it may be.
    TooLarge,
}

impl TransportError {
    /// A fault. `may_have_arrived` is `false` only if the server cannot have seen the request.
    pub fn new(fault: Fault, may_have_arrived: bool) -> Self {
        Self {
            fault,
            may_have_arrived,
            source: None,
        }
    }

    /// The error underneath. Its text is shown to people: no URL query, no header, no body.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What went wrong.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// Whether the server may have seen, and acted on, the request.
    pub fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.fault {
            Fault::NotAllowed => "the request may not be sent",
            Fault::Connect => "no connection to the server",
            Fault::Timeout => "no answer in time",
            Fault::Broken => "the connection broke or the answer is not HTTP",
            Fault::TooLarge => "the answer is too long",
        })
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
