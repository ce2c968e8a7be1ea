use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::seed::shape::{ApiTokenShape, UserShape};
use crate::word;
use crate::world::World;
use crate::{ApiToken, KnownApiToken, KnownUser, TmsUser};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserName {
    user_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenValue {
    value: String,
}

pub(super) fn users(world: &World, _: &Input) -> Result<Value, Problem> {
    let users: Vec<Value> = world.users().iter().map(user).collect();
    Ok(json!({"users": users}))
}

pub(super) fn add_user(world: &World, input: &Input) -> Result<Value, Problem> {
    let user = TmsUser::from(input.body::<UserShape>()?);
    world.add_user(user).map_err(Problem::bad)?;
    Ok(json!({}))
}

pub(super) fn remove_user(world: &World, input: &Input) -> Result<Value, Problem> {
    if world.remove_user(input.name()) {
        return Ok(json!({}));
    }
    Err(Problem::not_found("no TMS user has this name"))
}

pub(super) fn end_sessions(world: &World, input: &Input) -> Result<Value, Problem> {
    let UserName { user_name } = input.body()?;
    Ok(json!({"ended": world.end_sessions(&user_name)}))
}

pub(super) fn revoke_oauth(world: &World, input: &Input) -> Result<Value, Problem> {
    let UserName { user_name } = input.body()?;
    Ok(json!({"revoked": world.revoke_oauth(&user_name)}))
}

pub(super) fn second_factor_code(world: &World, _: &Input) -> Result<Value, Problem> {
    Ok(json!({"code": world.second_factor_code()}))
}

pub(super) fn api_tokens(world: &World, _: &Input) -> Result<Value, Problem> {
    let tokens: Vec<Value> = world.api_tokens().iter().map(api_token).collect();
    Ok(json!({"api_tokens": tokens}))
}

pub(super) fn add_api_token(world: &World, input: &Input) -> Result<Value, Problem> {
    let token = ApiToken::from(input.body::<ApiTokenShape>()?);
    world.add_api_token(token).map_err(Problem::bad)?;
    Ok(json!({}))
}

/// The value is in the body: a path ends up in logs.
pub(super) fn remove_api_token(world: &World, input: &Input) -> Result<Value, Problem> {
    let TokenValue { value } = input.body()?;
    if world.remove_api_token(&value) {
        return Ok(json!({}));
    }
    Err(Problem::not_found("no API token has this value"))
}

fn user(user: &KnownUser) -> Value {
    let accounts = user.accounts.iter().map(|account| {
        json!({
            "uid": account.uid,
            "organization_uid": account.organization_uid,
            "role": account.role,
        })
    });
    json!({
        "user_name": user.user_name,
        "accounts": accounts.collect::<Vec<_>>(),
        "needs_second_factor": user.needs_second_factor,
        "enforces_sso": user.enforces_sso,
        "has_no_api": user.has_no_api,
        "locks": user.locks,
    })
}

fn api_token(token: &KnownApiToken) -> Value {
    let fate = word::of(&token.fate);
    json!({"application": token.application.name(), "fate": fate})
}
