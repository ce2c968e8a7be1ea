//! The token endpoint (RFC 6749, 3.2, 4.1.3 and 6).

use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, json};

use super::client::OAuthClient;
use super::code::Redemption;
use super::fault::Fault;
use super::proof;
use super::scope::Scope;
use super::tokens::Issued;
use crate::Leniency;
use crate::answer::Answer;
use crate::call::Call;
use crate::form::Form;
use crate::world::World;

pub(crate) fn token(world: &World, call: &Call) -> Answer {
    // RFC 6749, 5.1.
    grant(world, call)
        .unwrap_or_else(Fault::answer)
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with(PRAGMA, HeaderValue::from_static("no-cache"))
}

fn grant(world: &World, call: &Call) -> Result<Answer, Fault> {
    if call.method != Method::POST {
        return Err(Fault::Method);
    }
    if call.query.is_some() {
        return Err(Fault::Request(
            "the token endpoint takes its fields in the body, not in the query",
        ));
    }
    if !call.may_be_form(&world.leniencies) {
        return Err(Fault::Request(
            "the token endpoint takes Content-Type: application/x-www-form-urlencoded",
        ));
    }
    // Fields that nobody knows are ignored (RFC 6749, 3.2).
    let form = Form::strictly(&call.body).map_err(Fault::Request)?;
    let use_it = match form.value("grant_type") {
        Some("authorization_code") => redeem,
        Some("refresh_token") => refresh,
        Some(_) => return Err(Fault::UnsupportedGrant),
        None => return Err(Fault::Request("the field grant_type is missing")),
    };
    let clients = world.oauth.clients();
    let client = proof::client(&clients, &world.leniencies, &call.headers, &form)?;
    Ok(welcome(client, use_it(world, client, &form)?))
}

fn redeem(world: &World, client: &OAuthClient, form: &Form<'_>) -> Result<Issued, Fault> {
    let brought = Redemption {
        code: form
            .value("code")
            .ok_or(Fault::Request("the field code is missing"))?,
        redirect_uri: form.value("redirect_uri"),
        verifier: form.value("code_verifier"),
    };
    if brought.redirect_uri.is_none() && !world.allows(Leniency::AcceptMissingRedirectUri) {
        return Err(Fault::Request("the field redirect_uri is missing"));
    }
    let now = world.clock.now();
    world.oauth.redeem(client, &brought, &world.leniencies, now)
}

fn refresh(world: &World, client: &OAuthClient, form: &Form<'_>) -> Result<Issued, Fault> {
    if !client.gets_refresh_tokens() {
        return Err(Fault::UnauthorizedClient(
            "this client gets no refresh tokens, so it has none to use",
        ));
    }
    let token = form
        .value("refresh_token")
        .ok_or(Fault::Request("the field refresh_token is missing"))?;
    let scope = match form.value("scope") {
        None => None,
        Some(scope) => Some(Scope::read(scope).ok_or(Fault::Scope(
            "scope is not a list of up to 100 words with one space between them",
        ))?),
    };
    world.oauth.refresh(client, token, scope, world.clock.now())
}

/// RFC 6749, 5.1.
fn welcome(client: &OAuthClient, issued: Issued) -> Answer {
    let mut body = Map::new();
    body.insert("access_token".to_owned(), issued.access_token.into());
    if let Some(token) = issued.refresh_token {
        body.insert("refresh_token".to_owned(), token.into());
    }
    if !client.is_terse() {
        body.insert("token_type".to_owned(), json!("Bearer"));
        body.insert("expires_in".to_owned(), issued.lifetime.as_secs().into());
        if let Some(scope) = issued.scope.text() {
            body.insert("scope".to_owned(), scope.into());
        }
    }
    Answer::new(StatusCode::OK, body.into())
}
