//! Faults on purpose: what goes wrong, when, and how.

mod error;
mod faults;
mod incident;
mod kind;
mod magic;
mod members;
mod mode;
mod rule;
mod script;

use std::time::Duration;

pub use self::error::FaultError;
pub(crate) use self::faults::{Book, Met};
pub use self::faults::{FaultStatus, Faults};
use self::incident::Incident;
pub(crate) use self::incident::Spoiled;
pub use self::kind::FaultKind;
use self::kind::Sort;
pub(crate) use self::magic::{NOTHING_TO_CHANGE, magic_call, unmagical};
use self::members::{Members, Role};
pub(crate) use self::mode::Change;
use self::mode::{Effect, Kind};
pub use self::rule::{FaultRule, fault};
pub(crate) use self::script::Script;
use crate::Application;
use crate::call::Call;
use crate::jwt::Oddity;
use crate::reply::Reply;
use crate::tls::Flaw;
use crate::world::World;

/// What becomes of a request that has met a fault.
pub(crate) enum Course<'a> {
    /// It takes effect, and its answer comes later.
    Late(Duration),
    /// It takes effect, and its answer is changed, if it is one that can be.
    Change(Change),
    /// Something else comes in the place of an answer; it takes effect only if that was asked for.
    Replace(Replacement<'a>),
}

/// What comes in the place of an answer.
pub(crate) enum Replacement<'a> {
    Own(&'a Reply),
    Named(fn(&Incident<'_>) -> Spoiled),
}

impl Met {
    /// `None` for a fault of the handshake, which no request meets.
    pub(crate) fn course(&self) -> Option<Course<'_>> {
        Some(match &self.kind.0 {
            Sort::Late(latency) => Course::Late(*latency),
            Sort::Answer(reply) => Course::Replace(Replacement::Own(reply)),
            Sort::Named(mode) => match mode.effect {
                Effect::Late(latency) => Course::Late(latency),
                Effect::Instead(spoil) => Course::Replace(Replacement::Named(spoil)),
                Effect::Change(change) => Course::Change(change),
                Effect::Tls(_) => return None,
            },
        })
    }

    /// What is wrong with a handshake, if this is about one.
    pub(crate) fn flaw(&self) -> Option<Flaw> {
        match &self.kind.0 {
            Sort::Named(mode) => match mode.effect {
                Effect::Tls(flaw) => Some(flaw),
                _ => None,
            },
            Sort::Answer(_) | Sort::Late(_) => None,
        }
    }

    /// `None` if this answer is not of the kind that the fault changes.
    pub(crate) fn change(
        &self,
        change: Change,
        world: &World,
        call: &Call,
        answer: &Reply,
    ) -> Option<Spoiled> {
        let is_good = answer.status.is_success();
        let fits = match change {
            Change::Whole(Kind::Any, _) => true,
            Change::Whole(Kind::Body, _) => is_good && !answer.body.is_empty(),
            Change::Whole(Kind::Json, _) => is_good && Members::all(&answer.body).is_some(),
            Change::Members(_) | Change::Jwt(_) => is_good,
        };
        if !fits {
            return None;
        }
        let answer = answer.clone().faulty(self.name());
        match change {
            Change::Whole(_, spoil) => spoil(&Incident::new(world, call, answer)),
            Change::Members(edit) => {
                let members = edit(Members::read(&answer.body)?);
                Some(answer.with_text(members.text()).into())
            }
            Change::Jwt(oddity) => odd_jwt(world, answer, oddity).map(Spoiled::from),
        }
    }

    /// In the place of `answer`, which is the true one if the request took effect.
    pub(crate) fn replace(
        &self,
        replacement: &Replacement<'_>,
        world: &World,
        call: &Call,
        answer: Option<Reply>,
    ) -> Spoiled {
        let mark = |reply: Reply| reply.faulty(self.name()).stamped(&world.date());
        let spoiled = match replacement {
            Replacement::Own(reply) => Reply::clone(reply).into(),
            Replacement::Named(spoil) => {
                let answer = mark(answer.unwrap_or_else(incident::sample));
                spoil(&Incident::new(world, call, answer))
            }
        };
        match spoiled {
            Spoiled::Reply(reply) => mark(reply).into(),
            script @ Spoiled::Script(_) => script,
        }
    }
}

/// The answer with another JWT, for the application of the one that is there.
fn odd_jwt(world: &World, answer: Reply, oddity: Oddity) -> Option<Reply> {
    let members = Members::read(&answer.body)?;
    let (token, now) = (members.token(), world.clock.now());
    let application = Application::ALL
        .iter()
        .copied()
        .find(|it| world.mint.check(&token, *it, now).is_ok())?;
    let odd = world
        .mint
        .issue_odd(application, now, world.token_lifetime, oddity)
        .ok()?;
    let members = members.with(Role::Token, serde_json::Value::from(odd).to_string());
    Some(answer.with_text(members.text()))
}
