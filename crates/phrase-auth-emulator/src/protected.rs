//! One small protected API per application, so that a header can be proven to work.

use std::time::SystemTime;

use http::header::{ALLOW, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::unix;
use crate::credential::{self, Credential};
use crate::jwt::Refusal;
use crate::oauth::Standing;
use crate::world::World;
use crate::{Application, Leniency, seed, tms};

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
    if application == Application::Strings
        && !names_its_agent(&call.headers)
        && !world.allows(Leniency::AcceptMissingUserAgent)
    {
        let body = error_body(application, "BadRequest", "User-Agent is missing.");
        return Answer::new(StatusCode::BAD_REQUEST, body)
            .explained("Strings asks for a User-Agent header");
    }
    let bearer = match credential::of(application, &call.headers, &world.leniencies) {
        Ok(Credential::Bearer(bearer)) => bearer,
        Ok(Credential::Session(token)) => return tms::who_am_i(world, token),
        Err(misuse) => return unauthorized(application).explained(misuse),
    };
    let now = world.clock.now();
    if application == Application::Tms {
        match world.oauth.standing(bearer, now) {
            Standing::Good(account) => return tms::me(&account),
            Standing::Over => return unauthorized(application),
            Standing::Stranger => {}
        }
    }
    match check(world, application, bearer, now) {
        Ok(()) => Answer::new(StatusCode::OK, content(application)),
        Err(refusal) => match refusal.misuse() {
            Some(misuse) => unauthorized(application).explained(misuse),
            None => unauthorized(application),
        },
    }
}

/// Why a JWT opens nothing here. That of another application, let pass, is judged in every other respect.
fn check(
    world: &World,
    application: Application,
    bearer: &str,
    now: SystemTime,
) -> Result<(), Refusal> {
    let is_good = |application| world.mint.check(bearer, application, now).is_ok();
    if world.allows(Leniency::AcceptAnyApplication) && Application::ALL.iter().copied().any(is_good)
    {
        return Ok(());
    }
    world.mint.check(bearer, application, now)
}

fn names_its_agent(headers: &HeaderMap) -> bool {
    headers
        .get(USER_AGENT)
        .is_some_and(|agent| !agent.is_empty())
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
            "organization": tms::organization(seed::ORGANIZATION),
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

const RATE_LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");
