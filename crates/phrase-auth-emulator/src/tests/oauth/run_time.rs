//! What a test does to OAuth while the emulator runs.

use std::time::Duration;

use super::wire::{
    Pair, assert_error_page, assert_refused, code, decide, form, log_in, open, query, redeem,
    refresh, tokens, who_am_i,
};
use crate::seed::{
    ADMIN_USER, NO_REFRESH_CLIENT, PKCE_CLIENT, PLAIN_USER, PUBLIC_CLIENT, SSO_USER,
};
use crate::{Emulator, EmulatorError, OAuthClient};

fn own() -> OAuthClient {
    OAuthClient::confidential("own", "secret")
        .name("My own")
        .redirect_uri("https://own.example/")
        .requires_pkce()
}

fn issue(emulator: &Emulator) -> Pair {
    let issued = emulator
        .issue_oauth(PUBLIC_CLIENT.client_id, PLAIN_USER.user_name)
        .unwrap();
    Pair {
        access: issued.access_token,
        refresh: issued.refresh_token.unwrap(),
    }
}

#[tokio::test]
async fn issued_tokens_are_as_those_of_a_consent_and_nothing_is_in_the_log() {
    let builder = Emulator::builder().oauth_token_lifetime(Duration::from_secs(60));
    let emulator = builder.start().await.unwrap();
    let pair = issue(&emulator);
    let issued = emulator.issue_oauth(NO_REFRESH_CLIENT.client_id, SSO_USER.user_name);
    let issued = issued.unwrap();
    assert_eq!(issued.lifetime, Duration::from_secs(60));
    assert_eq!(issued.refresh_token, None);
    assert_eq!(emulator.log().requests().len(), 0);
    let me = who_am_i(&emulator, &issued.access_token).await;
    assert_eq!(me.json()["user"]["userName"], SSO_USER.user_name);
    emulator.clock().advance(Duration::from_secs(60));
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_eq!(reply.json().get("scope"), None);
    let next = Pair::of(&reply);
    assert_eq!(who_am_i(&emulator, &next.access).await.status, 200);
}

#[tokio::test]
async fn a_name_that_nobody_has_brings_no_tokens() {
    let emulator = Emulator::start().await.unwrap();
    for (client_id, user_name, word) in [
        ("nobody", PLAIN_USER.user_name, "client_id"),
        (PUBLIC_CLIENT.client_id, "nobody", "TMS user"),
    ] {
        let error = emulator.issue_oauth(client_id, user_name).unwrap_err();
        assert!(matches!(error, EmulatorError::UnknownName { .. }));
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn what_expires_is_over_and_leaves_the_rest_of_its_consent_alone() {
    let emulator = Emulator::start().await.unwrap();
    let start = emulator.clock().now();
    let [one, two, three] = [0; 3].map(|_| issue(&emulator));
    let waiting = code(&emulator);
    assert!(emulator.expire(&one.access) && emulator.expire(&two.refresh));
    assert!(emulator.expire(&waiting));
    for token in [&one.access, &two.refresh, &waiting] {
        assert!(!emulator.expire(token), "again");
    }
    emulator.clock().set(start - Duration::from_secs(60));
    let reply = who_am_i(&emulator, &one.access).await;
    assert_eq!((reply.status, reply.explains()), (401, None));
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &one.refresh, &[]).await;
    assert_eq!(reply.status, 200, "its refresh token");
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &two.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "refresh token");
    assert_eq!(who_am_i(&emulator, &two.access).await.status, 200);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "code");
    assert_eq!(who_am_i(&emulator, &three.access).await.status, 200);
}

#[tokio::test]
async fn what_is_revoked_takes_its_consent_with_it_and_no_other() {
    let emulator = Emulator::start().await.unwrap();
    let other = issue(&emulator);
    for by_refresh in [true, false] {
        let pair = tokens(&emulator).await;
        let next = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await);
        let token = if by_refresh {
            &next.refresh
        } else {
            &pair.access
        };
        assert!(emulator.revoke(token));
        assert!(!emulator.revoke(token), "again");
        for pair in [&pair, &next] {
            let reply = who_am_i(&emulator, &pair.access).await;
            assert_eq!((reply.status, reply.explains()), (401, None));
            let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
            assert_refused(&reply, "invalid_grant", None, "refresh");
        }
    }
    let waiting = code(&emulator);
    assert!(emulator.revoke(&waiting));
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "code");
    assert_eq!(who_am_i(&emulator, &other.access).await.status, 200);
    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 1);
}

#[tokio::test]
async fn a_token_that_was_over_already_takes_its_consent_with_it_all_the_same() {
    let emulator = Emulator::start().await.unwrap();
    let pair = issue(&emulator);
    let next = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await);
    assert!(!emulator.revoke(&pair.refresh), "used up");
    assert_eq!(who_am_i(&emulator, &next.access).await.status, 401);
}

#[tokio::test]
async fn a_snapshot_keeps_pages_codes_and_consents_as_they_were() {
    let emulator = Emulator::start().await.unwrap();
    let request = query(&PUBLIC_CLIENT, &[]);
    let login = open(&emulator, &request).await;
    let consent = open(&emulator, &request).await;
    let consent = log_in(&emulator, &consent, &PLAIN_USER).await;
    let waiting = code(&emulator);
    let pair = tokens(&emulator).await;
    let past = emulator.snapshot();
    for _ in 0..2 {
        assert_eq!(log_in(&emulator, &login, &PLAIN_USER).await.status, 200);
        assert_eq!(decide(&emulator, &consent, "allow").await.status, 302);
        let fresh = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await);
        let next = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await);
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_refused(&reply, "invalid_grant", None, "reuse ends the family");
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
        emulator.restore(&past).unwrap();
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
        for since in [&fresh, &next] {
            assert_eq!(who_am_i(&emulator, &since.access).await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_client_comes_while_the_emulator_runs_and_is_listed_without_its_secret() {
    let emulator = Emulator::start().await.unwrap();
    let request = form(&[
        ("response_type", "code"),
        ("client_id", "own"),
        ("redirect_uri", "https://own.example/"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ]);
    assert_eq!(open(&emulator, &request).await.status, 400);
    let before = emulator.clients().len();
    emulator.add_client(own()).unwrap();
    assert_eq!(open(&emulator, &request).await.status, 200);
    let clients = emulator.clients();
    assert_eq!(clients.len(), before + 1);
    let listed = clients.iter().find(|it| it.client_id == "own").unwrap();
    assert_eq!(listed.name, "My own");
    assert_eq!(listed.redirect_uris, ["https://own.example/"]);
    assert!(listed.is_confidential && listed.requires_pkce && listed.refresh_tokens);
    assert!(!format!("{clients:?}").contains("secret"), "{clients:?}");

    for (client, word) in [
        (own(), "known already"),
        (OAuthClient::public("bare"), "no redirect URI"),
    ] {
        let error = emulator.add_client(client).unwrap_err();
        assert!(matches!(error, EmulatorError::OAuthClient { .. }));
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(emulator.clients(), clients, "nothing has changed");
    emulator.reset();
    assert_eq!(emulator.clients().len(), before);
    assert_eq!(open(&emulator, &request).await.status, 400);
}

#[tokio::test]
async fn a_client_that_goes_takes_its_pages_and_tokens_with_it_and_a_reset_brings_it_back_bare() {
    let emulator = Emulator::start().await.unwrap();
    let others = emulator.issue_oauth(PKCE_CLIENT.client_id, ADMIN_USER.user_name);
    let others = others.unwrap().access_token;
    let request = query(&PUBLIC_CLIENT, &[]);
    let login = open(&emulator, &request).await;
    let consent = open(&emulator, &request).await;
    let consent = log_in(&emulator, &consent, &PLAIN_USER).await;
    let waiting = code(&emulator);
    let pair = tokens(&emulator).await;
    assert!(emulator.remove_client(PUBLIC_CLIENT.client_id));
    assert!(!emulator.remove_client(PUBLIC_CLIENT.client_id), "again");
    assert_error_page(
        &open(&emulator, &request).await,
        400,
        Some("no client"),
        "page",
    );
    for back in [false, true] {
        if back {
            emulator.reset();
        }
        let page = log_in(&emulator, &login, &PLAIN_USER).await;
        assert_error_page(&page, 400, None, "login");
        let page = decide(&emulator, &consent, "allow").await;
        assert_error_page(&page, 400, None, "consent");
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
        let (error, word) = if back {
            ("invalid_grant", None)
        } else {
            ("invalid_client", Some("no client"))
        };
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
        assert_refused(&reply, error, word, "code");
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_refused(&reply, error, word, "refresh token");
        let expected = if back { 401 } else { 200 };
        assert_eq!(who_am_i(&emulator, &others).await.status, expected);
    }
    let again = tokens(&emulator).await;
    assert_eq!(who_am_i(&emulator, &again.access).await.status, 200);
}
