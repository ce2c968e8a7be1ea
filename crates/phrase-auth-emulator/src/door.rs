use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio::time;

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::{Course, NOTHING_TO_CHANGE, Spoiled, magic_call, unmagical};
use crate::log::Visit;
use crate::tms::{self, Version};
use crate::wire::Wire;
use crate::world::World;
use crate::{Application, Endpoint, admin, exchange, host, oauth, protected};

/// One handler for every path: what is common to all answers (log, `Host`, limits, date) cannot be forgotten on one.
pub(crate) fn router(world: Arc<World>) -> Router {
    let limit = DefaultBodyLimit::max(world.limits.body_bytes);
    Router::new().fallback(enter).layer(limit).with_state(world)
}

async fn enter(State(world): State<Arc<World>>, request: Request) -> Response {
    if admin::is_at(request.uri().path()) {
        return steer(&world, request).await;
    }
    let endpoint = Endpoint::at(request.uri().path());
    let visit = world.log.arrive(endpoint, &request, world.clock.now());
    let wire = request.extensions().get::<Wire>().cloned();
    let spoiled = respond(&world, endpoint, request, &visit)
        .await
        .unwrap_or_else(|refusal| refusal.into_reply().into());
    let reply = match spoiled {
        Spoiled::Reply(reply) => reply,
        Spoiled::Script(script) => match wire.and_then(|wire| wire.take()) {
            Some(stream) => {
                script.play(stream).await;
                // Nobody reads it: the connection is gone.
                return Response::default();
            }
            None => refused(StatusCode::NOT_IMPLEMENTED, NOT_OURS).into_reply(),
        },
    };
    visit.answered(&reply);
    reply.stamped(&world.date()).into_response()
}

/// By the admin door, which no fault befalls and no log keeps.
async fn steer(world: &World, request: Request) -> Response {
    let answer = match received(world, request).await {
        Ok(call) => admin::answer(world, &call).await,
        Err(refusal) => refusal,
    };
    answer.into_reply().stamped(&world.date()).into_response()
}

async fn respond(
    world: &World,
    endpoint: Endpoint,
    request: Request,
    visit: &Visit,
) -> Result<Spoiled, Answer> {
    let call = received(world, request).await?;
    visit.brought(&call);
    if endpoint.grants() {
        time::sleep(world.latency).await;
    }
    let magic = magic_call(endpoint, &call).map_err(|why| refused(StatusCode::BAD_REQUEST, why))?;
    let met = magic.or_else(|| world.faults.meet(endpoint));
    let Some((met, course)) = met.as_ref().and_then(|met| Some((met, met.course()?))) else {
        return Ok(answer(world, endpoint, &call).into_reply().into());
    };
    // A name gets no true answer; what comes in the place of one is about the request as it was sent.
    let needs_answer = !matches!(course, Course::Replace(_));
    let call = if met.is_by_name() && needs_answer {
        unmagical(&call, endpoint, met)
    } else {
        call
    };
    let reply = || {
        answer(world, endpoint, &call)
            .into_reply()
            .stamped(&world.date())
    };
    let spoiled = match course {
        Course::Late(latency) => {
            visit.met(met.name());
            // First, so that a client which does not wait has lost an answer, and not a request.
            let reply = reply();
            time::sleep(latency).await;
            return Ok(reply.faulty(met.name()).into());
        }
        Course::Replace(replacement) => {
            let lost = met.takes_effect().then(reply);
            met.replace(&replacement, world, &call, lost)
        }
        Course::Change(change) => {
            let reply = reply();
            match met.change(change, world, &call, &reply) {
                Some(spoiled) => spoiled,
                None if met.is_by_name() => {
                    return Err(refused(StatusCode::BAD_REQUEST, NOTHING_TO_CHANGE));
                }
                None => {
                    world.faults.spare(met);
                    return Ok(reply.into());
                }
            }
        }
    };
    visit.met(met.name());
    Ok(spoiled)
}

fn answer(world: &World, endpoint: Endpoint, call: &Call) -> Answer {
    match endpoint {
        Endpoint::TokenExchange => exchange::answer(world, call),
        Endpoint::Login => tms::login(world, Version::V3, call),
        Endpoint::LoginV1 => tms::login(world, Version::V1, call),
        Endpoint::LoginOther => tms::login_other(world, Version::V3, call),
        Endpoint::LoginOtherV1 => tms::login_other(world, Version::V1, call),
        Endpoint::Logout => tms::logout(world, call),
        Endpoint::Authorize => oauth::authorize(world, call),
        Endpoint::AuthorizeLogin => oauth::login(world, call),
        Endpoint::AuthorizeConsent => oauth::consent(world, call),
        Endpoint::OAuthToken => oauth::token(world, call),
        Endpoint::Tms => protected::answer(world, Application::Tms, call),
        Endpoint::Strings => protected::answer(world, Application::Strings, call),
        Endpoint::Orchestrator => protected::answer(world, Application::Orchestrator, call),
        Endpoint::Connectors => protected::answer(world, Application::Connectors, call),
        Endpoint::Studio => protected::answer(world, Application::Studio, call),
        Endpoint::Unknown => Answer::new(
            StatusCode::NOT_FOUND,
            json!({"error": "not_found", "error_description": "no such path"}),
        )
        .explained("the emulator has nothing at this path"),
    }
}

/// A request that was meant for this server, whole.
async fn received(world: &World, request: Request) -> Result<Call, Answer> {
    if !host::is_ours(request.uri(), request.headers(), world.here) {
        return Err(refused(
            StatusCode::MISDIRECTED_REQUEST,
            "the emulator answers only to one Host: 127.0.0.1 or localhost, with its port",
        ));
    }
    read(world, request).await
}

/// The whole request, or why it is not read to its end.
async fn read(world: &World, request: Request) -> Result<Call, Answer> {
    let limits = world.limits;
    let stated = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if stated.is_some_and(|length| length > limits.body_bytes) {
        return Err(unread(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE));
    }
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head.clone(), body);
    match time::timeout(limits.body_patience, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(Call::new(head, body)),
        Ok(Err(rejection)) => match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Err(unread(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)),
            _ => Err(unread(StatusCode::BAD_REQUEST, "the body is broken")),
        },
        Err(_) => Err(unread(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time",
        )),
    }
}

fn refused(status: StatusCode, why: &'static str) -> Answer {
    let body = json!({"error": "invalid_request", "error_description": why});
    Answer::new(status, body).explained(why)
}

/// What is left of the body makes the connection unfit for another request.
fn unread(status: StatusCode, why: &'static str) -> Answer {
    refused(status, why).with(CONNECTION, HeaderValue::from_static("close"))
}

const TOO_LARGE: &str = "the body is larger than 64 KiB";
const NOT_OURS: &str = "this fault needs the emulator's own server, and not a router in another";
