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

pub use self::error::FaultError;
pub(crate) use self::faults::{Book, Met};
pub use self::faults::{FaultStatus, Faults};
use self::incident::Incident;
pub(crate) use self::incident::Spoiled;
pub use self::kind::FaultKind;
use self::kind::Sort;
pub(crate) use self::magic::{NOTHING_TO_CHANGE, magic_call, unmagical};
use self::members::{Members, Role};
use self::mode::{Effect, Kind};
pub use self::rule::{FaultRule, fault};
pub(crate) use self::script::Script;
use crate::Application;
use crate::call::Call;
use crate::json::Object;
use crate::jwt::Oddity;
use crate::reply::Reply;
use crate::tls::Flaw;
use crate::world::World;

/// What is left to do once a fault is met.
pub(crate) enum Course<'a> {
    /// The request takes effect, and its answer comes later.
    Late(std::time::Duration),
    /// The request takes effect, and then `spoil` has its answer, or says that this one cannot be spoiled.
    Change(Change<'a>),
    /// Something else comes in the place of an answer. The request takes effect only if that was asked for.
    Replace(Replacement<'a>),
}

pub(crate) struct Change<'a> {
    kind: &'a FaultKind,
    effect: Effect,
}

pub(crate) struct Replacement<'a> {
    kind: &'a FaultKind,
    pub(crate) takes_effect: bool,
}

impl Met {
    pub(crate) fn course(&self) -> Course<'_> {
        let replacement = Replacement {
            kind: &self.kind,
            takes_effect: self.takes_effect,
        };
        match &self.kind.0 {
            Sort::Late(latency) => Course::Late(*latency),
            Sort::Answer(_) => Course::Replace(replacement),
            Sort::Named(mode) => match mode.effect {
                Effect::Late(latency) => Course::Late(latency),
                Effect::Instead(_) | Effect::Tls(_) => Course::Replace(replacement),
                effect @ (Effect::Changed(..) | Effect::Edited(_) | Effect::Jwt(_)) => {
                    Course::Change(Change {
                        kind: &self.kind,
                        effect,
                    })
                }
            },
        }
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
}

impl Change<'_> {
    /// `None` if this answer is not of the kind that the fault changes.
    pub(crate) fn spoil(&self, world: &World, call: &Call, answer: &Reply) -> Option<Spoiled> {
        let is_good = answer.status.is_success();
        let fits = match self.effect {
            Effect::Changed(Kind::Any, _) => true,
            Effect::Changed(Kind::Body, _) => is_good && !answer.body.is_empty(),
            Effect::Changed(Kind::Json, _) => is_good && Object::read(&answer.body).is_some(),
            _ => is_good && Members::read(&answer.body).is_some(),
        };
        if !fits {
            return None;
        }
        let answer = answer.clone().faulty(self.kind.name());
        match self.effect {
            Effect::Changed(_, spoil) => spoil(&Incident {
                call,
                answer,
                origin: &world.origin(),
                path: &call.path,
            }),
            Effect::Edited(edit) => {
                let members = edit(Members::read(&answer.body)?);
                Some(answer.with_text(members.text()).into())
            }
            Effect::Jwt(oddity) => odd_jwt(world, answer, oddity).map(Spoiled::from),
            Effect::Late(_) | Effect::Instead(_) | Effect::Tls(_) => None,
        }
    }
}

impl Replacement<'_> {
    /// In the place of `answer`, which is the true one if the request took effect.
    pub(crate) fn spoil(&self, world: &World, call: &Call, answer: Option<Reply>) -> Spoiled {
        let name = self.kind.name();
        let stamp = |reply: Reply| reply.faulty(name).stamped(&world.date());
        let spoil = match &self.kind.0 {
            Sort::Answer(reply) => return stamp(Reply::clone(reply)).into(),
            Sort::Named(mode) => match mode.effect {
                Effect::Instead(spoil) => spoil,
                _ => return stamp(incident::sample()).into(),
            },
            Sort::Late(_) => return stamp(incident::sample()).into(),
        };
        let spoiled = spoil(&Incident {
            call,
            answer: stamp(answer.unwrap_or_else(incident::sample)),
            origin: &world.origin(),
            path: &call.path,
        });
        match spoiled {
            Spoiled::Reply(reply) => stamp(reply).into(),
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
