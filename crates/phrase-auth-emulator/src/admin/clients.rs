use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::seed::shape::ClientShape;
use crate::world::World;
use crate::{KnownClient, OAuthClient};

pub(super) fn list(world: &World, _: &Input) -> Result<Value, Problem> {
    let clients: Vec<Value> = world.clients().iter().map(shown).collect();
    Ok(json!({"clients": clients}))
}

pub(super) fn add(world: &World, input: &Input) -> Result<Value, Problem> {
    let client = OAuthClient::from(input.body::<ClientShape>()?);
    world.add_client(client).map_err(Problem::bad)?;
    Ok(json!({}))
}

pub(super) fn remove(world: &World, input: &Input) -> Result<Value, Problem> {
    if world.remove_client(input.name()) {
        return Ok(json!({}));
    }
    Err(Problem::not_found("no OAuth client has this id"))
}

fn shown(client: &KnownClient) -> Value {
    json!({
        "client_id": client.client_id,
        "name": client.name,
        "is_confidential": client.is_confidential,
        "redirect_uris": client.redirect_uris,
        "any_loopback_port": client.any_loopback_port,
        "requires_pkce": client.requires_pkce,
        "refresh_tokens": client.refresh_tokens,
        "terse": client.terse,
        "raw_basic": client.raw_basic,
    })
}
