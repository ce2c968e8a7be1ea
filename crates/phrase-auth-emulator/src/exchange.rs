//! The token endpoint (reference 3.1 to 3.3), as strict as the documentation can be read.

use http::header::{ALLOW, AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::Leniency;
use crate::answer::Answer;
use crate::call::Call;
use crate::form::Form;
use crate::world::World;

pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    let answer = match read(world, call) {
        Ok(subject_token) => trade(world, &subject_token),
        Err(misuse) => misuse.answer(),
    };
    // RFC 6749, 5.1.
    answer.with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// The subject token of a request that is as documented in every respect.
fn read(world: &World, call: &Call) -> Result<String, Misuse> {
    if call.method != Method::POST {
        return Err(Misuse::Method);
    }
    if call.query.is_some() {
        return Err(Misuse::Request(
            "the token endpoint takes its fields in the body, not in the query",
        ));
    }
    if call.has(AUTHORIZATION) && !world.allows(Leniency::AcceptAuthorizationOnExchange) {
        return Err(Misuse::Request(
            "the exchange takes no Authorization header, the API token is in the form",
        ));
    }
    if !call.may_be_form(&world.leniencies) {
        return Err(Misuse::Request(
            "the exchange takes Content-Type: application/x-www-form-urlencoded",
        ));
    }
    let form = Form::strictly(&call.body).map_err(Misuse::Request)?;
    match form.value("grant_type") {
        Some(TOKEN_EXCHANGE) => {}
        Some(_) => return Err(Misuse::Grant),
        None => return Err(Misuse::Request("the field grant_type is missing")),
    }
    for (name, value) in form.fields() {
        match name {
            "grant_type" | "subject_token" => {}
            "subject_token_type" if value == API_TOKEN => {}
            "requested_token_type" if value == ACCESS_TOKEN => {}
            "subject_token_type" => {
                return Err(Misuse::Request(
                    "subject_token_type may only be urn:phrase:params:oauth:token-type:api_token",
                ));
            }
            "requested_token_type" => {
                return Err(Misuse::Request(
                    "requested_token_type may only be urn:ietf:params:oauth:token-type:access_token",
                ));
            }
            _ if world.allows(Leniency::AcceptUnknownFields) => {}
            "resource" | "audience" | "scope" | "actor_token" | "actor_token_type" => {
                return Err(Misuse::Request(
                    "resource, audience, scope, actor_token and actor_token_type are not supported",
                ));
            }
            _ => {
                return Err(Misuse::Request(
                    "the form has a field that the documentation does not know",
                ));
            }
        }
    }
    form.value("subject_token")
        .map(ToOwned::to_owned)
        .ok_or(Misuse::Request("the field subject_token is missing"))
}

fn trade(world: &World, subject_token: &str) -> Answer {
    let Some(application) = world.known_api_tokens().application(subject_token) else {
        // Unknown, expired and deleted are not told apart (reference 3.3, mark C): no explanation either.
        return Answer::new(
            StatusCode::BAD_REQUEST,
            json!({"error": "invalid_grant", "error_description": "The token is invalid."}),
        );
    };
    let lifetime = world.token_lifetime;
    match world.mint.issue(application, world.clock.now(), lifetime) {
        Ok(jwt) => Answer::new(
            StatusCode::OK,
            json!({
                "access_token": jwt,
                "issued_token_type": ACCESS_TOKEN,
                "token_type": "Bearer",
                "expires_in": lifetime.as_secs(),
            }),
        ),
        Err(_) => Answer::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({"error": "server_error"}),
        )
        .explained("the emulator could not sign the JWT: a defect of the emulator"),
    }
}

/// What the client did that is not documented; the shape of the answers is RFC 6749, 5.2 (reference 3.3, mark U).
enum Misuse {
    Method,
    Grant,
    Request(&'static str),
}

impl Misuse {
    fn answer(self) -> Answer {
        let refused = |status, code, why| {
            Answer::new(status, json!({"error": code, "error_description": why})).explained(why)
        };
        match self {
            Self::Method => refused(
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "the token endpoint takes POST only",
            )
            .with(ALLOW, HeaderValue::from_static("POST")),
            Self::Grant => refused(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "the emulator knows only urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            Self::Request(why) => refused(StatusCode::BAD_REQUEST, "invalid_request", why),
        }
    }
}

/// RFC 8693, 2.1.
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// Phrase's own (reference 3.1).
const API_TOKEN: &str = "urn:phrase:params:oauth:token-type:api_token";
/// RFC 8693, 3; the only kind that is issued (reference 3.1 and 3.2).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
