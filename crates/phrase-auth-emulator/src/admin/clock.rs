use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::input::Input;
use super::problem::Problem;
use super::time;
use crate::moment::Moment;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    to: Moment,
}

pub(super) fn show(world: &World, _: &Input) -> Result<Value, Problem> {
    let now = time::members("now", world.clock.now());
    Ok(Value::from(Map::from_iter(now)))
}

pub(super) fn advance(world: &World, input: &Input) -> Result<Value, Problem> {
    let Advance { seconds } = input.body()?;
    let by = Duration::try_from_secs_f64(seconds).map_err(|_| {
        Problem::bad("`seconds` is negative or too large; POST clock/set goes back")
    })?;
    world.clock.advance(by);
    show(world, input)
}

pub(super) fn set(world: &World, input: &Input) -> Result<Value, Problem> {
    let Set { to: Moment(to) } = input.body()?;
    world.clock.set(to);
    show(world, input)
}
