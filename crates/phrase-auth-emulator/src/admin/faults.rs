use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::fault::{FaultKind, FaultStatus, fault};
use crate::word::Word;
use crate::world::World;
use crate::{Endpoint, FaultError};

/// A rule, as [`fault`] and its methods have it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// A named fault, or one of one's own by the three members below.
    fault: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    latency_ms: Option<u64>,
    endpoint: Option<Word<Endpoint>>,
    #[serde(default)]
    skip: u64,
    times: Option<u64>,
    probability: Option<f64>,
    #[serde(default)]
    takes_effect: bool,
}

impl Rule {
    fn kind(&self) -> Result<FaultKind, Problem> {
        let is_answer = self.body.is_some() || !self.headers.is_empty();
        match (&self.fault, self.status, self.latency_ms) {
            (Some(name), None, None) if !is_answer => {
                name.parse().map_err(|error| flaw("fault", error))
            }
            (None, None, Some(latency)) if !is_answer => {
                Ok(FaultKind::latency(Duration::from_millis(latency)))
            }
            (None, Some(status), None) => self.answer(status),
            _ => Err(Problem::bad(
                "a rule has either `fault`, or `latency_ms`, or `status` with `headers` and `body`",
            )),
        }
    }

    fn answer(&self, status: u16) -> Result<FaultKind, Problem> {
        if !(200..=999).contains(&status) {
            return Err(Problem::bad("`status` is not from 200 to 999"));
        }
        let mut kind = FaultKind::status(status);
        for (name, value) in &self.headers {
            kind = kind
                .with_header(name, value)
                .map_err(|error| flaw("headers", error))?;
        }
        match &self.body {
            Some(body) => kind
                .with_body(body.as_str())
                .map_err(|error| flaw("body", error)),
            None => Ok(kind),
        }
    }
}

pub(super) fn add(world: &World, input: &Input) -> Result<Value, Problem> {
    let sent: Rule = input.body()?;
    let mut rule = fault(sent.kind()?).skip(sent.skip);
    if let Some(Word(endpoint)) = sent.endpoint {
        rule = rule.on(endpoint);
    }
    if let Some(times) = sent.times {
        rule = rule.times(times);
    }
    if let Some(probability) = sent.probability {
        rule = rule.probability(probability);
    }
    if sent.takes_effect {
        rule = rule.takes_effect();
    }
    let number = world.faults.add_from_outside(rule).map_err(Problem::bad)?;
    Ok(json!({"number": number}))
}

pub(super) fn list(world: &World, _: &Input) -> Result<Value, Problem> {
    let rules: Vec<Value> = world.faults.list().iter().map(shown).collect();
    Ok(json!({"faults": rules}))
}

pub(super) fn kinds(_: &World, _: &Input) -> Result<Value, Problem> {
    let kinds = FaultKind::all().map(|kind| {
        json!({
            "name": kind.name(),
            "description": kind.description(),
            "changes_answer": kind.changes_answer(),
            "of_handshake": kind.is_of_handshake(),
        })
    });
    Ok(json!({"kinds": kinds.collect::<Vec<_>>()}))
}

pub(super) fn remove(world: &World, input: &Input) -> Result<Value, Problem> {
    if world.faults.remove(input.number()?) {
        return Ok(json!({}));
    }
    Err(Problem::not_found("no fault rule has this number"))
}

pub(super) fn clear(world: &World, _: &Input) -> Result<Value, Problem> {
    world.faults.clear();
    Ok(json!({}))
}

fn shown(status: &FaultStatus) -> Value {
    json!({
        "number": status.number,
        "fault": status.kind.name(),
        "endpoint": status.endpoint.map(Endpoint::name),
        "skip": status.skip,
        "times": status.times,
        "probability": status.probability,
        "takes_effect": status.takes_effect,
        "happened": status.happened,
    })
}

fn flaw(member: &str, error: FaultError) -> Problem {
    Problem::bad(format!("{member}: {error}"))
}
