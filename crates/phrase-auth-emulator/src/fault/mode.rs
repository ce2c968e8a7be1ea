//! The named faults, by what is wrong.

mod body;
mod connection;
mod error;
mod framing;
mod jwt;
mod limit;
mod member;
mod page;
mod redirect;
mod status;
mod time;
mod tls;

use std::time::Duration;

use http::header::HeaderName;

use super::incident::{Incident, Spoiled};
use super::members::Members;
use crate::Endpoint;
use crate::jwt::Oddity;
use crate::media;
use crate::tls::Flaw;

/// A fault with a name.
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) effect: Effect,
}

/// How an answer goes wrong.
#[derive(Clone, Copy)]
pub(crate) enum Effect {
    /// It comes, this much later in real time.
    Late(Duration),
    /// Something else comes in its place.
    Instead(fn(&Incident<'_>) -> Spoiled),
    /// It is the true one, changed on its way.
    Change(Change),
    /// The handshake before it bears a certificate with a flaw.
    Tls(Flaw),
}

/// How a true answer is changed.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// As a whole; `None` if it cannot be changed so.
    Whole(Kind, fn(&Incident<'_>) -> Option<Spoiled>),
    /// It has other members.
    Members(fn(Members) -> Members),
    /// It bears a JWT with a flaw.
    Jwt(Oddity),
}

/// What kind of answer a change is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One with a JSON object.
    Json,
    /// One with a body.
    Body,
    /// Any.
    Any,
}

impl Effect {
    /// Whether this can befall an endpoint at all.
    pub(crate) fn fits(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Late(_) | Self::Instead(_) => true,
            Self::Change(change) => change.fits(endpoint),
            Self::Tls(_) => false,
        }
    }
}

impl Change {
    fn fits(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Whole(Kind::Any, _) => true,
            Self::Whole(Kind::Body, _) => endpoint != Endpoint::Logout,
            Self::Whole(Kind::Json, _) => endpoint.grants() || endpoint.is_protected(),
            Self::Members(_) => endpoint.grants(),
            Self::Jwt(_) => endpoint == Endpoint::TokenExchange,
        }
    }
}

/// Every named fault, in the order in which they are listed.
pub(crate) fn all() -> impl Iterator<Item = &'static Mode> {
    [
        status::MODES,
        error::MODES,
        limit::MODES,
        time::MODES,
        connection::MODES,
        framing::MODES,
        page::MODES,
        redirect::MODES,
        body::MODES,
        member::MODES,
        jwt::MODES,
        tls::MODES,
    ]
    .into_iter()
    .flatten()
}

const fn instead(
    name: &'static str,
    what: &'static str,
    spoil: fn(&Incident<'_>) -> Spoiled,
) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Instead(spoil),
    }
}

const fn changed(
    kind: Kind,
    name: &'static str,
    what: &'static str,
    spoil: fn(&Incident<'_>) -> Option<Spoiled>,
) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Change(Change::Whole(kind, spoil)),
    }
}

const fn edited(name: &'static str, what: &'static str, edit: fn(Members) -> Members) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Change(Change::Members(edit)),
    }
}

/// The true answer with another body, which is still labelled as JSON.
fn rewritten(incident: &Incident<'_>, body: impl Into<Vec<u8>>) -> Option<Spoiled> {
    let answer = incident.answer.clone();
    Some(answer.with_body(Some(media::JSON), body).into())
}

/// The true answer with this header.
fn relabelled(incident: &Incident<'_>, name: HeaderName, value: &'static str) -> Option<Spoiled> {
    Some(incident.answer.clone().with(name, value).into())
}
