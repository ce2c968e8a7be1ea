use std::time::{Duration, Instant};

use super::wire::{self, FORM, Reply, TOKEN_PATH, exchange, form, send};
use crate::{ApiToken, Application, Emulator, seed};

#[tokio::test]
async fn a_good_api_token_is_exchanged_as_documented() {
    let emulator = Emulator::start().await.unwrap();
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.explains(), None);
    let body = reply.json();
    assert_eq!(body.as_object().unwrap().len(), 4);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(
        body["issued_token_type"],
        "urn:ietf:params:oauth:token-type:access_token"
    );
    assert_eq!(body["expires_in"], 14_399);
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn the_two_required_fields_are_enough_in_any_order() {
    let emulator = Emulator::start().await.unwrap();
    let body = format!(
        "subject_token={}&grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
        seed::GOOD_TMS
    );
    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-URLencoded;charset=\"utf-8\"",
    ] {
        let head = format!("content-type: {content_type}\r\n");
        let reply = send(&emulator, "POST", TOKEN_PATH, &head, &body).await;
        assert_eq!(reply.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn unknown_expired_and_deleted_api_tokens_are_refused_alike_and_on_purpose() {
    let emulator = Emulator::start().await.unwrap();
    let mut bodies = Vec::new();
    for api_token in ["nobody-knows-this", seed::EXPIRED, seed::DELETED] {
        let reply = exchange(&emulator, api_token).await;
        assert_eq!(reply.status, 400, "{api_token}");
        assert_eq!(reply.explains(), None, "{api_token}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.json()["error"], "invalid_grant");
        bodies.push(reply.json());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

/// Refused with this error code, explained with this word, cached nowhere, and with no secret in the answer.
fn assert_misuse(reply: &Reply, status: u16, error: &str, word: &str, what: &str) {
    assert_eq!(reply.status, status, "{what}: {reply:?}");
    assert_eq!(reply.json()["error"], error, "{what}");
    let why = reply.explains().expect(what);
    assert!(why.contains(word), "{what}: {why}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
    assert!(!format!("{reply:?}").contains(seed::GOOD_TMS), "{what}");
}

#[tokio::test]
async fn every_departure_from_the_documented_fields_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let grant = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
    let token = format!("subject_token={}", seed::GOOD_TMS);
    let with = |more: &str| format!("{grant}&{token}&{more}");
    for (body, word) in [
        (String::new(), "grant_type"),
        (token.clone(), "grant_type"),
        (format!("grant_type=&{token}"), "grant_type"),
        (grant.to_owned(), "subject_token"),
        (format!("{grant}&subject_token="), "subject_token"),
        (with("subject_token_type="), "subject_token_type"),
        (with("subject_token_type=urn:x"), "subject_token_type"),
        (with("requested_token_type="), "requested_token_type"),
        (with("requested_token_type=urn:x"), "requested_token_type"),
        (with(&token), "twice"),
        (with(grant), "twice"),
        (with("scope=x"), "not supported"),
        (with("audience=x"), "not supported"),
        (with("resource=x"), "not supported"),
        (with("actor_token=x"), "not supported"),
        (with("actor_token_type=x"), "not supported"),
        (with("client_id=x"), "documentation"),
        (format!("{grant}&subject_token=%4"), "percent"),
        (format!("{grant}&subject_token=%FF"), "UTF-8"),
    ] {
        let reply = send(&emulator, "POST", TOKEN_PATH, FORM, &body).await;
        assert_misuse(&reply, 400, "invalid_request", word, &body);
    }
    let refresh = "grant_type=refresh_token&refresh_token=x";
    let reply = send(&emulator, "POST", TOKEN_PATH, FORM, refresh).await;
    assert_misuse(
        &reply,
        400,
        "unsupported_grant_type",
        "token-exchange",
        refresh,
    );
}

#[tokio::test]
async fn every_departure_from_the_documented_head_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let body = form(seed::GOOD_TMS);
    for (head, word) in [
        (String::new(), "Content-Type"),
        (FORM.repeat(2), "Content-Type"),
        (
            "content-type: application/json\r\n".to_owned(),
            "Content-Type",
        ),
        (FORM.replace("\r", "; charset=latin1\r"), "Content-Type"),
        (
            format!("{FORM}Authorization: Bearer x\r\n"),
            "Authorization",
        ),
    ] {
        let reply = send(&emulator, "POST", TOKEN_PATH, &head, &body).await;
        assert_misuse(&reply, 400, "invalid_request", word, &head);
    }
    for query in ["?", "?grant_type=x"] {
        let target = format!("{TOKEN_PATH}{query}");
        let reply = send(&emulator, "POST", &target, FORM, &body).await;
        assert_misuse(&reply, 400, "invalid_request", "query", query);
    }
    for method in ["GET", "PUT", "DELETE"] {
        let reply = send(&emulator, method, TOKEN_PATH, FORM, &body).await;
        assert_misuse(&reply, 405, "invalid_request", "POST", method);
        assert_eq!(reply.header("allow"), Some("POST"));
    }
}

#[tokio::test]
async fn an_api_token_of_the_builder_is_as_good_as_a_seeded_one() {
    let emulator = Emulator::builder()
        .api_token(ApiToken::new("my+own/token", Application::Strings))
        .start()
        .await
        .unwrap();
    let jwt = wire::jwt(&emulator, "my%2Bown%2Ftoken").await;
    let head = wire::credential(Application::Strings, &jwt);
    let reply = wire::call(&emulator, Application::Strings, &head).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn the_lifetime_that_was_chosen_is_what_the_client_is_told() {
    let emulator = Emulator::builder()
        .token_lifetime(Duration::from_millis(1_900))
        .start()
        .await
        .unwrap();
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.json()["expires_in"], 1);
}

#[tokio::test]
async fn latency_delays_the_token_endpoint_and_no_other() {
    let latency = Duration::from_millis(80);
    let emulator = Emulator::builder().latency(latency).start().await.unwrap();
    let start = Instant::now();
    let jwt = wire::jwt(&emulator, seed::GOOD_TMS).await;
    assert!(start.elapsed() >= latency);

    let slow = Emulator::builder()
        .latency(Duration::MAX)
        .start()
        .await
        .unwrap();
    let head = wire::credential(Application::Tms, &jwt);
    assert_eq!(wire::call(&slow, Application::Tms, &head).await.status, 401);
}
