//! What a code is good for.

use std::time::Duration;

use super::wire::{
    ON_A_SERVER, ON_LOOPBACK, Pair, ask, assert_refused, code, code_as, redeem, refresh, who_am_i,
};
use crate::seed::{CONFIDENTIAL_CLIENT, PLAIN_USER, PUBLIC_CLIENT, TERSE_CLIENT};
use crate::{Emulator, Person};

#[tokio::test]
async fn a_code_is_good_for_a_minute_of_the_clock() {
    let emulator = Emulator::start().await.unwrap();
    let [last, over] = [code(&emulator), code(&emulator)];
    emulator.clock().advance(Duration::from_millis(59_999));
    assert_eq!(
        redeem(&emulator, &PUBLIC_CLIENT, &last, &[]).await.status,
        200
    );
    emulator.clock().advance(Duration::from_millis(1));
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &over, &[]).await;
    assert_eq!(reply.status, 400);
    assert_refused(&reply, "invalid_grant", None, "over");
}

#[tokio::test]
async fn a_code_is_good_once_and_its_reuse_revokes_what_it_brought() {
    let emulator = Emulator::start().await.unwrap();
    let other = super::wire::tokens(&emulator).await;
    let code = code(&emulator);
    let first = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await);
    let later = refresh(&emulator, &PUBLIC_CLIENT, &first.refresh, &[]).await;
    let later = Pair::of(&later);
    for access in [&first.access, &later.access] {
        assert_eq!(who_am_i(&emulator, access).await.status, 200);
    }
    let again = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_eq!(again.status, 400);
    assert_refused(&again, "invalid_grant", None, "again");
    for access in [&first.access, &later.access] {
        let reply = who_am_i(&emulator, access).await;
        assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
        assert_eq!(reply.explains(), None);
    }
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &later.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "its refresh token");
    assert_eq!(who_am_i(&emulator, &other.access).await.status, 200);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &other.refresh, &[]).await;
    assert_eq!(reply.status, 200, "another consent of the same person");
}

#[tokio::test]
async fn the_reuse_of_a_code_counts_also_when_it_is_over() {
    let emulator = Emulator::start().await.unwrap();
    let code = code(&emulator);
    let pair = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await);
    emulator.clock().advance(Duration::from_secs(120));
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
    redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
}

#[tokio::test]
async fn of_two_who_bring_one_code_at_once_one_gets_tokens_and_nobody_keeps_them() {
    let emulator = Emulator::start().await.unwrap();
    let code = code(&emulator);
    let [a, b] = [0; 2].map(|_| redeem(&emulator, &PUBLIC_CLIENT, &code, &[]));
    let (a, b) = tokio::join!(a, b);
    let [winner, loser] = if a.status == 200 { [a, b] } else { [b, a] };
    assert_refused(&loser, "invalid_grant", None, "the other");
    assert_eq!(
        who_am_i(&emulator, &Pair::of(&winner).access).await.status,
        401
    );
}

#[tokio::test]
async fn a_code_belongs_to_its_client_and_another_does_it_no_harm() {
    let emulator = Emulator::start().await.unwrap();
    let code = code(&emulator);
    for client in [TERSE_CLIENT, CONFIDENTIAL_CLIENT] {
        let reply = redeem(&emulator, &client, &code, &[]).await;
        assert_eq!(reply.status, 400);
        assert_refused(
            &reply,
            "invalid_grant",
            Some("another client"),
            client.client_id,
        );
    }
    let pair = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await);
    redeem(&emulator, &TERSE_CLIENT, &code, &[]).await;
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
}

#[tokio::test]
async fn a_code_is_bound_to_the_very_text_of_its_redirect_uri() {
    let emulator = Emulator::start().await.unwrap();
    let person = Person::of(&PLAIN_USER);
    for (client, right, wrong) in [
        (
            PUBLIC_CLIENT,
            ON_LOOPBACK,
            [
                "http://127.0.0.1:50001/callback",
                "http://127.0.0.1/callback",
                "http://[::1]:50000/callback",
            ],
        ),
        (
            CONFIDENTIAL_CLIENT,
            ON_A_SERVER,
            [
                "http://127.0.0.1:53682/callback",
                "https://app.example/callback/",
                "https://app.example:443/callback",
            ],
        ),
    ] {
        let code = code_as(&emulator, &client, &person, &[]);
        let mut fields: Vec<(&str, &str)> = super::wire::identity(&client);
        fields.extend([("grant_type", "authorization_code"), ("code", &code)]);
        let reply = ask(&emulator, "", &fields).await;
        assert_refused(&reply, "invalid_request", Some("redirect_uri"), "missing");
        for uri in wrong {
            let mut fields = fields.clone();
            fields.push(("redirect_uri", uri));
            let reply = ask(&emulator, "", &fields).await;
            assert_eq!(reply.status, 400);
            assert_refused(&reply, "invalid_grant", Some("redirect_uri"), uri);
        }
        fields.push(("redirect_uri", right));
        assert_eq!(ask(&emulator, "", &fields).await.status, 200);
    }
}

#[tokio::test]
async fn a_code_that_nobody_was_given_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let other = Emulator::start().await.unwrap();
    let pair = super::wire::tokens(&emulator).await;
    for code in [&code(&other), "x", &pair.access, &pair.refresh] {
        let reply = redeem(&emulator, &PUBLIC_CLIENT, code, &[]).await;
        assert_refused(&reply, "invalid_grant", Some("this emulator gave"), code);
    }
}
