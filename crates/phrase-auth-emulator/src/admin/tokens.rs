use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::word::Word;
use crate::world::World;
use crate::{Application, AuthorizeError, EmulatorError, Person, seed};

/// What is issued is told by which members are there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issue {
    application: Option<Word<Application>>,
    user_name: Option<String>,
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Authorize {
    url: String,
    user_name: Option<String>,
    password: Option<String>,
    #[serde(default)]
    deny: bool,
}

pub(super) fn issue(world: &World, input: &Input) -> Result<Value, Problem> {
    let sent: Issue = input.body()?;
    match (sent.application, sent.user_name, sent.client_id) {
        (Some(Word(application)), None, None) => {
            let token = world.issue_jwt(application).map_err(refused)?;
            Ok(json!({"token": token}))
        }
        (None, Some(user_name), None) => {
            let token = world.issue_session(&user_name).map_err(refused)?;
            Ok(json!({"token": token}))
        }
        (None, Some(user_name), Some(client_id)) => {
            let issued = world.issue_oauth(&client_id, &user_name).map_err(refused)?;
            Ok(json!({
                "token": issued.access_token,
                "refresh_token": issued.refresh_token,
                "expires_in": issued.lifetime.as_secs(),
            }))
        }
        _ => Err(Problem::bad(
            "say `application` for a JWT, `user_name` for a session of TMS, `client_id` and `user_name` for OAuth",
        )),
    }
}

pub(super) fn expire(world: &World, input: &Input) -> Result<Value, Problem> {
    let Token { token } = input.body()?;
    Ok(json!({"was_good": world.expire(&token)}))
}

pub(super) fn revoke(world: &World, input: &Input) -> Result<Value, Problem> {
    let Token { token } = input.body()?;
    Ok(json!({"was_good": world.revoke(&token)}))
}

pub(super) fn revoke_jwts(world: &World, _: &Input) -> Result<Value, Problem> {
    world.revoke_tokens();
    Ok(json!({}))
}

pub(super) fn keys(world: &World, _: &Input) -> Result<Value, Problem> {
    Ok(json!({
        "key_id": world.mint.key_id(),
        "algorithm": "RS256",
        "public_key_pem": world.mint.public_key_pem(),
    }))
}

pub(super) fn rotate_keys(world: &World, input: &Input) -> Result<Value, Problem> {
    world.rotate_keys();
    keys(world, input)
}

/// Plays the person; where no name is given, [`seed::PLAIN_USER`].
pub(super) fn authorize(world: &World, input: &Input) -> Result<Value, Problem> {
    let sent: Authorize = input.body()?;
    let mut person = match (sent.user_name, sent.password) {
        (Some(user_name), Some(password)) => Person::named(user_name, password),
        (None, None) => Person::of(&seed::PLAIN_USER),
        _ => {
            return Err(Problem::bad(
                "`user_name` and `password` come together, or not at all",
            ));
        }
    };
    if sent.deny {
        person = person.who_denies();
    }
    let redirect = person.authorize(world, &sent.url).map_err(|error| {
        let hint = match error {
            AuthorizeError::Elsewhere => "`url`: ",
            _ => "",
        };
        Problem::bad(format!("{hint}{error}"))
    })?;
    Ok(json!({"redirect": redirect}))
}

fn refused(error: EmulatorError) -> Problem {
    match error {
        EmulatorError::UnknownName { .. } => Problem::not_found(error),
        error => Problem::defect(error),
    }
}
