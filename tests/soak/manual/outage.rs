use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};
use phrase_auth_core::{AuthError, ErrorKind, Fault, TransportError};

/// A way for a server to be down that passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outage {
    Broken500,
    Busy503,
    Limited429,
    Page,
    NoConnection,
    Reset,
    Silent,
    TooLong,
    Truncated,
}

impl Outage {
    pub(super) const ALL: [Self; 9] = [
        Self::Broken500,
        Self::Busy503,
        Self::Limited429,
        Self::Page,
        Self::NoConnection,
        Self::Reset,
        Self::Silent,
        Self::TooLong,
        Self::Truncated,
    ];

    /// What callers are told.
    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Self::Broken500 | Self::Busy503 | Self::Page => ErrorKind::Unavailable,
            Self::Limited429 => ErrorKind::Throttled,
            Self::NoConnection | Self::Reset => ErrorKind::Unreachable,
            Self::Silent => ErrorKind::Timeout,
            Self::TooLong | Self::Truncated => ErrorKind::Protocol,
        }
    }

    /// How long the server asks to be left alone.
    pub(super) fn asks(self) -> Option<Duration> {
        (self == Self::Busy503).then_some(RETRY)
    }

    /// Whether a login may be sent again after it: a success that cannot be read is not repeated, so that no account is
    /// locked.
    pub(super) fn passes_at_a_login(self) -> bool {
        self != Self::Truncated
    }

    /// Whether the one source that may send twice within a fetch does so.
    pub(super) fn is_worth_a_retry(self) -> bool {
        use ErrorKind::{Throttled, Unavailable, Unreachable};
        matches!(self.kind(), Throttled | Unavailable | Unreachable)
    }

    /// As HTTP.
    pub(super) fn answer(self) -> Result<Response<Bytes>, TransportError> {
        let lost = |fault, may_have_arrived| Err(TransportError::new(fault, may_have_arrived));
        match self {
            Self::Broken500 => Ok(answer(500, r#"{"error":"server_error"}"#)),
            Self::Busy503 => {
                let mut busy = answer(503, "");
                let seconds = HeaderValue::from(RETRY.as_secs());
                busy.headers_mut().insert(RETRY_AFTER, seconds);
                Ok(busy)
            }
            Self::Limited429 => Ok(answer(429, "")),
            Self::Page => Ok(answer(200, "<html>Down for maintenance</html>")),
            Self::Truncated => Ok(answer(200, r#"{"access_token":"#)),
            Self::NoConnection => lost(Fault::Connect, false),
            Self::Reset => lost(Fault::Broken, true),
            Self::Silent => lost(Fault::Timeout, true),
            Self::TooLong => lost(Fault::TooLarge, true),
        }
    }

    /// As a source of somebody's own says it.
    pub(super) fn error(self, now: std::time::SystemTime) -> AuthError {
        let error = AuthError::new(self.kind(), "the source is down");
        match self.asks().and_then(|asked| now.checked_add(asked)) {
            Some(at) => error.with_retry_at(at),
            None => error,
        }
    }
}

pub(super) fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    answer
}

/// Longer than the first windows, and short enough for a fetch to wait for it twice.
const RETRY: Duration = Duration::from_secs(7);
