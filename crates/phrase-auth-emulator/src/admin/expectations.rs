use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::Endpoint;
use crate::log::Miss;
use crate::word::Word;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    endpoint: Word<Endpoint>,
    times: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
}

pub(super) fn add(world: &World, input: &Input) -> Result<Value, Problem> {
    let sent: Expect = input.body()?;
    let Word(endpoint) = sent.endpoint;
    let expectation = world.log.expect(endpoint);
    match (sent.times, sent.at_least, sent.at_most) {
        (Some(times), None, None) => expectation.times(times),
        (None, Some(times), None) => expectation.at_least(times),
        (None, None, Some(times)) => expectation.at_most(times),
        _ => {
            return Err(Problem::bad(
                "an expectation has one of `times`, `at_least` and `at_most`",
            ));
        }
    }
    Ok(json!({}))
}

pub(super) fn verify(world: &World, _: &Input) -> Result<Value, Problem> {
    let misses = match world.log.verify() {
        Ok(()) => Vec::new(),
        Err(unmet) => unmet.misses().iter().map(shown).collect::<Vec<_>>(),
    };
    Ok(json!({"met": misses.is_empty(), "misses": misses}))
}

fn shown(miss: &Miss) -> Value {
    json!({
        "endpoint": miss.endpoint.name(),
        "least": miss.least,
        "most": miss.most,
        "arrived": miss.arrived,
        "message": miss.to_string(),
    })
}
