//! The token endpoint as such.

use std::time::{Duration, Instant};

use super::wire::{
    ask, assert_refused, code, code_as, form, identity, open, query, redeem, tokens, who_am_i,
};
use crate::seed::{PLAIN_USER, PUBLIC_CLIENT, TERSE_CLIENT};
use crate::tests::wire::{FORM, send, until};
use crate::{Emulator, Endpoint, Person};

const PATH: &str = "/web/oauth/token";

#[tokio::test]
async fn tokens_come_with_the_members_of_the_standard_and_no_others() {
    let emulator = Emulator::start().await.unwrap();
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code(&emulator), &[]).await;
    assert_eq!((reply.status, reply.explains()), (200, None));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    let body = reply.json();
    assert_eq!(body.as_object().unwrap().len(), 4, "no scope was asked for");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    for name in ["access_token", "refresh_token"] {
        let token = body[name].as_str().unwrap();
        assert_eq!(token.len(), 64);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
    let person = Person::of(&PLAIN_USER);
    let code = code_as(&emulator, &PUBLIC_CLIENT, &person, &[("scope", "openid x")]);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_eq!(reply.json()["scope"], "openid x");
}

#[tokio::test]
async fn the_answers_of_a_terse_client_carry_two_tokens_and_nothing_else() {
    let emulator = Emulator::start().await.unwrap();
    let person = Person::of(&PLAIN_USER);
    let code = code_as(&emulator, &TERSE_CLIENT, &person, &[("scope", "x")]);
    let first = redeem(&emulator, &TERSE_CLIENT, &code, &[]).await;
    let token = first.json()["refresh_token"].as_str().unwrap().to_owned();
    let second = super::wire::refresh(&emulator, &TERSE_CLIENT, &token, &[]).await;
    for reply in [first, second] {
        let body = reply.json();
        let names: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(names, ["access_token", "refresh_token"]);
    }
}

#[tokio::test]
async fn the_lifetime_that_was_chosen_is_told_in_whole_seconds_and_kept_exactly() {
    let lifetime = Duration::from_millis(1_900);
    let builder = Emulator::builder().oauth_token_lifetime(lifetime);
    let emulator = builder.start().await.unwrap();
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code(&emulator), &[]).await;
    assert_eq!(reply.json()["expires_in"], 1);
    let access = reply.json()["access_token"].as_str().unwrap().to_owned();
    emulator.clock().advance(Duration::from_millis(1_899));
    assert_eq!(who_am_i(&emulator, &access).await.status, 200);
    emulator.clock().advance(Duration::from_millis(1));
    let reply = who_am_i(&emulator, &access).await;
    assert_eq!((reply.status, reply.explains()), (401, None));

    let builder = Emulator::builder().oauth_token_lifetime(Duration::MAX);
    let emulator = builder.start().await.unwrap();
    let access = tokens(&emulator).await.access;
    emulator.clock().advance(Duration::MAX);
    assert_eq!(who_am_i(&emulator, &access).await.status, 200);
}

#[tokio::test]
async fn what_is_no_form_to_the_path_by_post_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let mut fields: Vec<(&str, &str)> = identity(&PUBLIC_CLIENT);
    fields.extend([("grant_type", "refresh_token"), ("refresh_token", "x")]);
    let body = form(&fields);
    for (method, query, head, body, status, word) in [
        ("GET", "", FORM, body.clone(), 405, "POST"),
        ("PUT", "", FORM, body.clone(), 405, "POST"),
        ("POST", "?", FORM, body.clone(), 400, "query"),
        ("POST", "?client_id=x", FORM, body.clone(), 400, "query"),
        ("POST", "", "", body.clone(), 400, "Content-Type"),
        (
            "POST",
            "",
            "content-type: application/json\r\n",
            body.clone(),
            400,
            "Content-Type",
        ),
        (
            "POST",
            "",
            &FORM.repeat(2),
            body.clone(),
            400,
            "Content-Type",
        ),
        (
            "POST",
            "",
            FORM,
            format!("{body}&refresh_token=x"),
            400,
            "twice",
        ),
        (
            "POST",
            "",
            FORM,
            format!("{body}&client_id=x"),
            400,
            "twice",
        ),
        ("POST", "", FORM, format!("{body}&x=%"), 400, "percent"),
        ("POST", "", FORM, format!("{body}&x=%FF"), 400, "UTF-8"),
        ("POST", "", FORM, String::new(), 400, "grant_type"),
        (
            "POST",
            "",
            FORM,
            "grant_type=&client_id=x".to_owned(),
            400,
            "grant_type",
        ),
    ] {
        let target = format!("{PATH}{query}");
        let reply = send(&emulator, method, &target, head, &body).await;
        assert_eq!(reply.status, status, "{method} {query} {head} {body}");
        assert_refused(&reply, "invalid_request", Some(word), word);
        assert_eq!(reply.header("allow"), (status == 405).then_some("POST"));
    }
}

#[tokio::test]
async fn another_grant_is_not_supported_and_the_code_of_a_grant_not_left_out() {
    let emulator = Emulator::start().await.unwrap();
    for grant in [
        "password",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "Authorization_Code",
    ] {
        let mut fields: Vec<(&str, &str)> = identity(&PUBLIC_CLIENT);
        fields.push(("grant_type", grant));
        let reply = ask(&emulator, "", &fields).await;
        assert_eq!(reply.status, 400);
        assert_refused(
            &reply,
            "unsupported_grant_type",
            Some("refresh_token"),
            grant,
        );
    }
    let reply = redeem(&emulator, &PUBLIC_CLIENT, "", &[]).await;
    assert_refused(
        &reply,
        "invalid_request",
        Some("code is missing"),
        "no code",
    );
}

#[tokio::test]
async fn fields_that_nobody_knows_are_ignored() {
    let emulator = Emulator::start().await.unwrap();
    let more = [("resource", "x"), ("audience", "y"), ("unknown", "z")];
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code(&emulator), &more).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn latency_delays_the_token_endpoint_and_no_page() {
    let latency = Duration::from_millis(80);
    let emulator = Emulator::builder().latency(latency).start().await.unwrap();
    let code = code(&emulator);
    let start = Instant::now();
    redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert!(start.elapsed() >= latency);

    let builder = Emulator::builder().latency(Duration::MAX);
    let slow = builder.start().await.unwrap();
    let login = open(&slow, &query(&PUBLIC_CLIENT, &[])).await;
    let consent = super::wire::log_in(&slow, &login, &PLAIN_USER).await;
    let back = super::wire::decide(&slow, &consent, "allow").await;
    super::wire::location(&back);
    let log = slow.log();
    tokio::select! {
        _ = redeem(&slow, &PUBLIC_CLIENT, "x", &[]) => panic!("it answers"),
        () = until(|| log.count(Endpoint::OAuthToken) == 1 && log.in_flight() == 1) => (),
    }
}
