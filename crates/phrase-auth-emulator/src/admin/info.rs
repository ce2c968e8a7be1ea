use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::input::Input;
use super::problem::Problem;
use super::time;
use crate::Leniency;
use crate::world::World;

pub(super) fn health(_: &World, _: &Input) -> Result<Value, Problem> {
    Ok(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

pub(super) fn info(world: &World, _: &Input) -> Result<Value, Problem> {
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "url": world.origin(),
        "admin": world.admin_url(),
        "pid": std::process::id(),
        "region": world.data_center.to_string(),
        "endpoints": world.base_urls(),
        "env": world.env().into_iter().collect::<BTreeMap<_, _>>(),
        "leniencies": world.leniencies.iter().map(Leniency::name).collect::<Vec<_>>(),
        "ca_pem": world.ca_pem(),
    }))
}

/// A look at everything, for people.
pub(super) fn state(world: &World, _: &Input) -> Result<Value, Problem> {
    let mut state = Map::from_iter(time::members("now", world.clock.now()));
    state.extend([
        ("users".to_owned(), json!(world.users().len())),
        ("clients".to_owned(), json!(world.clients().len())),
        ("api_tokens".to_owned(), json!(world.api_tokens().len())),
        ("faults".to_owned(), json!(world.faults.list().len())),
        ("requests".to_owned(), json!(world.log.requests().len())),
        ("key_id".to_owned(), json!(world.mint.key_id())),
        ("snapshots".to_owned(), json!(world.snapshots.numbers())),
    ]);
    Ok(state.into())
}

pub(super) fn reset(world: &World, _: &Input) -> Result<Value, Problem> {
    world.reset();
    Ok(json!({}))
}
