use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue};

use super::error::FaultError;
use super::incident;
use super::mode::{self, Effect, Mode};
use crate::reply::Reply;

/// What goes wrong: one of the named faults, or one of one's own.
///
/// A named one is parsed from its name: `"json-truncated".parse()`; [`FaultKind::all`] lists them, as
/// `phrase-auth emulator faults` does.
#[derive(Clone)]
pub struct FaultKind(pub(super) Sort);

#[derive(Clone)]
pub(super) enum Sort {
    Named(&'static Mode),
    Answer(Arc<Reply>),
    Late(Duration),
}

impl FaultKind {
    /// Every named fault, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        mode::all().map(|mode| Self(Sort::Named(mode)))
    }

    /// An answer with this status and no body, in the place of the true one.
    ///
    /// Headers and a body are put on it by [`FaultKind::with_header`] and [`FaultKind::with_body`].
    pub fn status(status: u16) -> Self {
        Self(Sort::Answer(Arc::new(incident::status(status))))
    }

    /// The true answer, this much later in real time.
    pub fn latency(latency: Duration) -> Self {
        Self(Sort::Late(latency))
    }

    /// A header of an answer of one's own, in the place of those that have its name.
    ///
    /// # Errors
    ///
    /// [`FaultError::Header`] for what is no header (RFC 9110, 5), for the two that say where a body ends (a named
    /// fault can lie there), and for a kind that is not made by [`FaultKind::status`].
    pub fn with_header(self, name: &str, value: &str) -> Result<Self, FaultError> {
        let name = name
            .parse::<HeaderName>()
            .ok()
            .filter(|name| ![CONTENT_LENGTH, TRANSFER_ENCODING].contains(name))
            .ok_or(FaultError::Header)?;
        let value = HeaderValue::from_str(value).map_err(|_| FaultError::Header)?;
        self.changed(|reply| {
            reply.headers.insert(name, value);
        })
        .ok_or(FaultError::Header)
    }

    /// The body of an answer of one's own.
    ///
    /// # Errors
    ///
    /// [`FaultError::Body`] for more than 16 MiB, for a status that has no body (RFC 9110, 6.4.1), and for a kind that
    /// is not made by [`FaultKind::status`].
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Result<Self, FaultError> {
        let body = body.into();
        let Sort::Answer(reply) = &self.0 else {
            return Err(FaultError::Body);
        };
        let bodiless = reply.status.is_informational()
            || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&reply.status);
        if body.len() > LARGEST_BODY || bodiless && !body.is_empty() {
            return Err(FaultError::Body);
        }
        self.changed(|reply| reply.body = body)
            .ok_or(FaultError::Body)
    }

    fn changed(mut self, change: impl FnOnce(&mut Reply)) -> Option<Self> {
        match &mut self.0 {
            Sort::Answer(reply) => {
                change(Arc::make_mut(reply));
                Some(self)
            }
            Sort::Named(_) | Sort::Late(_) => None,
        }
    }

    /// The name in lists, logs and the header `x-phrase-emulator-fault`: `status` and `latency` for those of one's own.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Sort::Named(mode) => mode.name,
            Sort::Answer(_) => STATUS,
            Sort::Late(_) => LATENCY,
        }
    }

    /// Whether a fault may have this name in lists, logs and headers.
    pub(crate) fn is_name(name: &str) -> bool {
        [STATUS, LATENCY].contains(&name) || name.parse::<Self>().is_ok()
    }

    /// What happens, in a few words.
    #[must_use]
    pub fn description(&self) -> &'static str {
        match &self.0 {
            Sort::Named(mode) => mode.what,
            Sort::Answer(_) => "an answer of one's own",
            Sort::Late(_) => "the answer, later",
        }
    }

    /// Whether it can befall a request to this endpoint. Faults of the handshake befall connections, whatever comes
    /// over them, and so none.
    #[must_use]
    pub fn fits(&self, endpoint: crate::Endpoint) -> bool {
        match &self.0 {
            Sort::Named(mode) => mode.effect.fits(endpoint),
            Sort::Answer(_) | Sort::Late(_) => true,
        }
    }

    /// Whether it befalls the handshake of a connection: for an emulator with
    /// [`EmulatorBuilder::tls`](crate::EmulatorBuilder::tls).
    #[must_use]
    pub fn is_of_handshake(&self) -> bool {
        matches!(&self.0, Sort::Named(mode) if matches!(mode.effect, Effect::Tls(_)))
    }

    /// Whether it changes a true answer: then the request takes effect.
    #[must_use]
    pub fn changes_answer(&self) -> bool {
        match &self.0 {
            Sort::Named(mode) => match mode.effect {
                Effect::Late(_) | Effect::Change(_) => true,
                Effect::Instead(_) | Effect::Tls(_) => false,
            },
            Sort::Late(_) => true,
            Sort::Answer(_) => false,
        }
    }
}

impl FromStr for FaultKind {
    type Err = FaultError;

    /// By its name.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        mode::all()
            .find(|mode| mode.name == name)
            .map(|mode| Self(Sort::Named(mode)))
            .ok_or(FaultError::Unknown)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultKind({})", self.name())
    }
}

/// The names of those of one's own.
const STATUS: &str = "status";
const LATENCY: &str = "latency";

/// Sixty times what a client may read (bar 9).
const LARGEST_BODY: usize = 16 * 1024 * 1024;
