use super::wire::{Pair, assert_refused, code_as, identity, redeem, refresh, tokens, who_am_i};
use crate::seed::{
    CONFIDENTIAL_CLIENT, NO_REFRESH_CLIENT, PLAIN_USER, PUBLIC_CLIENT, TERSE_CLIENT,
};
use crate::{Emulator, Person, RefreshRotation};

#[tokio::test]
async fn a_refresh_brings_new_tokens_and_earlier_access_tokens_live_on() {
    let emulator = Emulator::start().await.unwrap();
    let mut pair = tokens(&emulator).await;
    let mut all = vec![pair.access.clone()];
    for _ in 0..50 {
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_eq!(reply.explains(), None);
        let next = Pair::of(&reply);
        assert!(next.access != pair.access && next.refresh != pair.refresh);
        all.push(next.access.clone());
        pair = next;
    }
    for access in all {
        let me = who_am_i(&emulator, &access).await;
        assert_eq!(me.json()["user"]["userName"], PLAIN_USER.user_name);
    }
}

#[tokio::test]
async fn an_old_refresh_token_takes_its_family_with_it_and_no_other() {
    let emulator = Emulator::start().await.unwrap();
    let other = tokens(&emulator).await;
    let first = tokens(&emulator).await;
    let second = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &first.refresh, &[]).await);
    let third = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &second.refresh, &[]).await);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &first.refresh, &[]).await;
    assert_eq!(reply.status, 400);
    assert_refused(&reply, "invalid_grant", None, "old");
    for pair in [&first, &second, &third] {
        let reply = who_am_i(&emulator, &pair.access).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_refused(&reply, "invalid_grant", None, "family");
    }
    assert_eq!(who_am_i(&emulator, &other.access).await.status, 200);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &other.refresh, &[]).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn of_two_who_refresh_with_one_token_at_once_exactly_one_wins() {
    let emulator = Emulator::start().await.unwrap();
    for _ in 0..20 {
        let pair = tokens(&emulator).await;
        let [a, b] = [0; 2].map(|_| refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]));
        let (a, b) = tokio::join!(a, b);
        let [winner, loser] = if a.status == 200 { [a, b] } else { [b, a] };
        let winner = Pair::of(&winner);
        assert_refused(&loser, "invalid_grant", None, "the other");
        assert_eq!(who_am_i(&emulator, &winner.access).await.status, 401);
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &winner.refresh, &[]).await;
        assert_refused(&reply, "invalid_grant", None, "the family is over");
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_kept_is_good_again_and_again() {
    let builder = Emulator::builder().refresh_rotation(RefreshRotation::Keep);
    let emulator = builder.start().await.unwrap();
    let pair = tokens(&emulator).await;
    for _ in 0..3 {
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json().get("refresh_token"), None);
        let access = reply.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(who_am_i(&emulator, &access).await.status, 200);
    }
    assert_eq!(RefreshRotation::default(), RefreshRotation::Rotate);
}

#[tokio::test]
async fn a_refresh_token_belongs_to_its_client_and_another_does_it_no_harm() {
    let emulator = Emulator::start().await.unwrap();
    let pair = tokens(&emulator).await;
    for client in [TERSE_CLIENT, CONFIDENTIAL_CLIENT] {
        let reply = refresh(&emulator, &client, &pair.refresh, &[]).await;
        assert_refused(
            &reply,
            "invalid_grant",
            Some("another client"),
            client.client_id,
        );
    }
    let next = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await);
    refresh(&emulator, &TERSE_CLIENT, &pair.refresh, &[]).await;
    assert_eq!(who_am_i(&emulator, &next.access).await.status, 200);
}

#[tokio::test]
async fn a_client_without_refresh_tokens_gets_none_and_may_use_none() {
    let emulator = Emulator::start().await.unwrap();
    let person = Person::of(&PLAIN_USER);
    let code = code_as(&emulator, &NO_REFRESH_CLIENT, &person, &[]);
    let reply = redeem(&emulator, &NO_REFRESH_CLIENT, &code, &[]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json().get("refresh_token"), None);
    assert_eq!(reply.json()["expires_in"], 3600);
    let pair = tokens(&emulator).await;
    let reply = refresh(&emulator, &NO_REFRESH_CLIENT, &pair.refresh, &[]).await;
    assert_eq!(reply.status, 400);
    assert_refused(
        &reply,
        "unauthorized_client",
        Some("no refresh tokens"),
        "grant",
    );
}

#[tokio::test]
async fn a_refresh_token_that_nobody_was_given_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let pair = tokens(&emulator).await;
    let code = super::wire::code(&emulator);
    for token in ["x", &pair.access, &code, &pair.refresh[1..]] {
        let reply = refresh(&emulator, &PUBLIC_CLIENT, token, &[]).await;
        assert_refused(&reply, "invalid_grant", Some("this emulator gave"), token);
    }
    let mut fields: Vec<(&str, &str)> = identity(&PUBLIC_CLIENT);
    fields.push(("grant_type", "refresh_token"));
    let reply = super::wire::ask(&emulator, "", &fields).await;
    assert_refused(&reply, "invalid_request", Some("refresh_token"), "missing");
}

#[tokio::test]
async fn a_refresh_may_narrow_its_scope_and_not_widen_it() {
    let emulator = Emulator::start().await.unwrap();
    let person = Person::of(&PLAIN_USER);
    let code = code_as(&emulator, &PUBLIC_CLIENT, &person, &[("scope", "a b")]);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_eq!(reply.json()["scope"], "a b");
    let mut pair = Pair::of(&reply);
    for (asked, told) in [(Some("a"), "a"), (None, "a b"), (Some("b a"), "b a")] {
        let more: Vec<_> = asked.map(|scope| ("scope", scope)).into_iter().collect();
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &more).await;
        assert_eq!(reply.json()["scope"], told);
        pair = Pair::of(&reply);
    }
    for wide in ["a b c", "c", "a  b"] {
        let more = [("scope", wide)];
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &more).await;
        assert_eq!(reply.status, 400);
        assert!(reply.explains().is_some());
        assert_eq!(reply.json()["error"], "invalid_scope");
    }
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_eq!(reply.status, 200, "a mistake uses nothing up");
}
