//! One small protected API per application, so that a header can be proven to work.

use http::header::{ALLOW, AUTHORIZATION, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::Application;
use crate::answer::Answer;
use crate::call::{self, Call};
use crate::clock::unix;
use crate::jwt::Refusal;
use crate::world::World;

pub(crate) fn answer(world: &World, application: Application, call: &Call) -> Answer {
    let answer = judge(world, application, call);
    // Strings states its limits on most answers, but not on a 401 (reference 10.5 and 11).
    if application == Application::Strings && answer.status != StatusCode::UNAUTHORIZED {
        let reset = unix(world.clock.now()).as_secs().saturating_add(300);
        return answer
            .with(RATE_LIMIT, HeaderValue::from_static("1000"))
            .with(RATE_REMAINING, HeaderValue::from_static("999"))
            .with(RATE_RESET, reset);
    }
    answer
}

fn judge(world: &World, application: Application, call: &Call) -> Answer {
    if call.method != Method::GET {
        let body = error_body(application, "MethodNotAllowed", "This path takes GET only.");
        return Answer::new(StatusCode::METHOD_NOT_ALLOWED, body)
            .with(ALLOW, HeaderValue::from_static("GET"))
            .explained("the emulator's protected paths take GET only");
    }
    // Before anything else, as far as the documentation tells (reference 10.1).
    if application == Application::Strings && !names_its_agent(&call.headers) {
        let body = error_body(application, "BadRequest", "User-Agent is missing.");
        return Answer::new(StatusCode::BAD_REQUEST, body)
            .explained("Strings asks for a User-Agent header");
    }
    let jwt = match credential(application, &call.headers) {
        Ok(jwt) => jwt,
        Err(misuse) => return unauthorized(application).explained(misuse),
    };
    match world.mint.check(jwt, application, world.clock.now()) {
        Ok(()) => Answer::new(StatusCode::OK, content(application)),
        Err(Refusal::Stranger) => unauthorized(application)
            .explained("the credential is not a JWT that this emulator signed"),
        Err(Refusal::OtherApplication) => unauthorized(application)
            .explained("the JWT comes from an API token made for another application"),
        Err(Refusal::OutOfTime | Refusal::Revoked) => unauthorized(application),
    }
}

fn names_its_agent(headers: &HeaderMap) -> bool {
    headers
        .get(USER_AGENT)
        .is_some_and(|agent| !agent.is_empty())
}

/// The JWT, from exactly one header of the right name with the right scheme word, once (reference 2).
fn credential(application: Application, headers: &HeaderMap) -> Result<&str, &'static str> {
    match application {
        Application::Studio => bare(headers),
        Application::Connectors => match (
            headers.contains_key(AUTHORIZATION),
            headers.contains_key(AUTHENTICATION),
        ) {
            (true, true) => Err("send either Authorization or Authentication, not both"),
            (false, true) => bearer(headers, AUTHENTICATION),
            (_, false) => bearer(headers, AUTHORIZATION),
        },
        _ => bearer(headers, AUTHORIZATION),
    }
}

fn bearer(headers: &HeaderMap, name: HeaderName) -> Result<&str, &'static str> {
    let value = single(headers, name)?.ok_or("this path asks for Authorization: Bearer")?;
    let jwt = value
        .strip_prefix("Bearer ")
        .ok_or("the scheme word of this path is Bearer, written so, and one space")?;
    if jwt.is_empty() || jwt.contains(' ') {
        return Err("after the scheme word Bearer, once, comes the JWT and nothing else");
    }
    Ok(jwt)
}

fn bare(headers: &HeaderMap) -> Result<&str, &'static str> {
    let value = single(headers, API_KEY)?.ok_or("this path asks for X-API-Key")?;
    if value.is_empty() || value.contains(' ') {
        return Err("X-API-Key carries the bare value, without a scheme word");
    }
    Ok(value)
}

fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, &'static str> {
    match call::one(headers, name) {
        Err(()) => Err("the header with the credential comes more than once"),
        Ok(None) => Ok(None),
        Ok(Some(value)) => value
            .to_str()
            .map(Some)
            .map_err(|_| "the credential is not visible ASCII"),
    }
}

fn unauthorized(application: Application) -> Answer {
    let body = error_body(application, "AuthUnauthorized", "Unauthorized access.");
    Answer::new(StatusCode::UNAUTHORIZED, body)
}

/// TMS: reference 5.3, mark C. Strings: reference 10.5, mark C. The others: our assumption, mark U.
fn error_body(application: Application, code: &str, description: &str) -> Value {
    match application {
        Application::Tms => json!({"errorCode": code, "errorDescription": description}),
        Application::Strings => json!({"message": description}),
        _ => json!({"error": code, "error_description": description}),
    }
}

/// TMS: reference 5.2. The others: our assumption, mark U.
fn content(application: Application) -> Value {
    match application {
        Application::Tms => json!({
            "user": {
                "firstName": "Emma", "lastName": "Emulator", "userName": "emma.emulator",
                "email": "emma@phrase-emulator.invalid", "role": "ADMIN", "id": "1", "uid": "emulated-user",
            },
            "organization": {"id": "1", "uid": "emulated-organization", "name": "Emulated"},
            "edition": {"name": "ENTERPRISE"},
            "features": {},
            "csrfToken": "phrase-emulator-csrf",
        }),
        Application::Strings => json!({
            "id": "emulated-user", "username": "emma.emulator", "name": "Emma Emulator",
            "email": "emma@phrase-emulator.invalid",
        }),
        Application::Orchestrator => json!({"workflows": []}),
        Application::Connectors => json!({"connectors": []}),
        Application::Studio => json!({"projects": []}),
    }
}

/// As the documentation of Connectors prints it (reference 7).
const AUTHENTICATION: HeaderName = HeaderName::from_static("authentication");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");
