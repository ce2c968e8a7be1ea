//! What an access token opens.

use std::time::Duration;

use serde_json::json;

use super::wire::{Pair, assert_refused, bearer, code_as, redeem, refresh, tokens, who_am_i};
use crate::seed::{
    self, ADMIN_USER, MANY_ORGANIZATIONS_USER, PLAIN_USER, PUBLIC_CLIENT, SeededUser,
};
use crate::tests::wire::{self, api_token, call, credential, jwt, logout, post, session};
use crate::{Application, Emulator, Endpoint, Person};

async fn access(emulator: &Emulator, user: &SeededUser) -> String {
    let code = code_as(emulator, &PUBLIC_CLIENT, &Person::of(user), &[]);
    Pair::of(&redeem(emulator, &PUBLIC_CLIENT, &code, &[]).await).access
}

#[tokio::test]
async fn an_access_token_stands_for_the_first_account_of_its_person() {
    let emulator = Emulator::start().await.unwrap();
    for user in [PLAIN_USER, ADMIN_USER, MANY_ORGANIZATIONS_USER] {
        let reply = who_am_i(&emulator, &access(&emulator, &user).await).await;
        assert_eq!((reply.status, reply.explains()), (200, None));
        let mine = wire::who_am_i(&emulator, &session(&emulator, &user).await).await;
        assert_eq!(reply.json(), mine.json(), "as in a session");
        assert_eq!(reply.json()["user"]["uid"], user.accounts[0].uid);
    }
}

#[tokio::test]
async fn no_other_application_and_no_other_scheme_word_takes_an_access_token() {
    let emulator = Emulator::start().await.unwrap();
    let pair = tokens(&emulator).await;
    for &application in Application::ALL {
        let head = credential(application, &pair.access);
        let status = call(&emulator, application, &head).await.status;
        let expected = if application == Application::Tms {
            200
        } else {
            401
        };
        assert_eq!(status, expected, "{application}");
    }
    for head in [
        api_token(&pair.access),
        bearer(&pair.refresh),
        bearer(&pair.access[1..]),
    ] {
        let reply = call(&emulator, Application::Tms, &head).await;
        assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
        assert!(reply.explains().is_some(), "{head}");
    }
}

#[tokio::test]
async fn an_administrators_access_token_starts_sessions_of_others() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({"userName": PLAIN_USER.user_name});
    let admin = bearer(&access(&emulator, &ADMIN_USER).await);
    let plain = bearer(&access(&emulator, &PLAIN_USER).await);
    for endpoint in [Endpoint::LoginOther, Endpoint::LoginOtherV1] {
        let reply = post(&emulator, endpoint, &admin, &body).await;
        assert_eq!(reply.status, 200);
        let reply = post(&emulator, endpoint, &plain, &body).await;
        assert_eq!(reply.fault(), (403, "AuthForbidden".to_owned()));
    }
    emulator.clock().advance(Duration::from_secs(3600));
    let reply = post(&emulator, Endpoint::LoginOther, &admin, &body).await;
    assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
    assert_eq!(reply.explains(), None);
}

#[tokio::test]
async fn logout_takes_no_access_token_and_ends_none() {
    let emulator = Emulator::start().await.unwrap();
    let token = access(&emulator, &PLAIN_USER).await;
    let reply = logout(&emulator, &bearer(&token)).await;
    assert_eq!(reply.fault(), (400, "BadRequest".to_owned()));
    assert!(reply.explains().unwrap().contains("Bearer"));
    assert_eq!(who_am_i(&emulator, &token).await.status, 200);
}

#[tokio::test]
async fn sessions_jwts_and_access_tokens_are_ended_apart() {
    let emulator = Emulator::start().await.unwrap();
    let jwt = jwt(&emulator, seed::GOOD_TMS).await;
    let session = session(&emulator, &PLAIN_USER).await;
    let token = access(&emulator, &PLAIN_USER).await;
    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 1);
    assert_eq!(who_am_i(&emulator, &jwt).await.status, 200);
    assert_eq!(wire::who_am_i(&emulator, &session).await.status, 200);
    assert_eq!(who_am_i(&emulator, &token).await.status, 401);
    let token = access(&emulator, &PLAIN_USER).await;
    emulator.revoke_tokens();
    emulator.end_sessions(PLAIN_USER.user_name);
    assert_eq!(who_am_i(&emulator, &jwt).await.status, 401);
    assert_eq!(wire::who_am_i(&emulator, &session).await.status, 401);
    assert_eq!(who_am_i(&emulator, &token).await.status, 200);
}

#[tokio::test]
async fn what_a_person_allowed_is_over_when_the_person_is_removed() {
    let emulator = Emulator::start().await.unwrap();
    let pair = tokens(&emulator).await;
    assert!(emulator.remove_user(PLAIN_USER.user_name));
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "of somebody who is gone");
}
