use std::time::{Duration, Instant};

use serde_json::json;

use super::wire::{login, password, post, session, token, until, who_am_i};
use crate::seed::{ADMIN_USER, MANY_ORGANIZATIONS_USER, NO_API_USER, PLAIN_USER, SSO_USER};
use crate::{Emulator, Endpoint};

#[tokio::test]
async fn a_right_password_is_answered_with_the_documented_members_and_no_others() {
    let emulator = Emulator::start().await.unwrap();
    for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
        let reply = post(&emulator, endpoint, "", &password(&PLAIN_USER)).await;
        assert_eq!(reply.status, 200, "{endpoint}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.explains(), None);
        let token = token(&reply);
        assert_eq!(token.len(), 64);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let mut body = reply.json();
        let members = body.as_object_mut().unwrap();
        assert!(members.remove("token").is_some());
        assert!(members.remove("expires").is_some());
        let expected = json!({"user": {
            "firstName": "Emil",
            "lastName": "Emulator",
            "userName": PLAIN_USER.user_name,
            "email": "phrase-emulator-uid-plain@phrase-emulator.invalid",
            "role": "PROJECT_MANAGER",
            "id": "2",
            "uid": PLAIN_USER.accounts[0].uid,
        }});
        assert_eq!(body, expected, "{endpoint}");
    }
}

#[tokio::test]
async fn every_login_brings_another_token_and_all_of_them_live_side_by_side() {
    let emulator = Emulator::start().await.unwrap();
    let first = session(&emulator, &PLAIN_USER).await;
    let second = session(&emulator, &PLAIN_USER).await;
    assert_ne!(first, second);
    for token in [first, second] {
        assert_eq!(who_am_i(&emulator, &token).await.status, 200);
    }
}

#[tokio::test]
async fn a_code_that_nobody_asked_for_does_no_harm() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = password(&PLAIN_USER);
    body["code"] = "".into();
    assert_eq!(login(&emulator, &body).await.status, 200);
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_are_refused_alike_and_on_purpose() {
    let emulator = Emulator::start().await.unwrap();
    let expected = json!({
        "errorCode": "AuthUnauthorized",
        "errorDescription": "Unauthorized access.",
    });
    let name = PLAIN_USER.user_name;
    for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
        for body in [
            json!({"userName": "nobody", "password": PLAIN_USER.password}),
            json!({"userName": name.to_uppercase(), "password": PLAIN_USER.password}),
            json!({"userName": name, "password": "wrong"}),
            json!({"userName": name, "password": ADMIN_USER.password}),
        ] {
            let reply = post(&emulator, endpoint, "", &body).await;
            assert_eq!((reply.status, reply.json()), (401, expected.clone()));
            assert_eq!(reply.explains(), None);
        }
    }
}

#[tokio::test]
async fn the_first_account_is_the_default_and_user_uid_takes_another() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = password(&MANY_ORGANIZATIONS_USER);
    let [first, second] = MANY_ORGANIZATIONS_USER.accounts else {
        panic!("two accounts");
    };
    for (uid, account) in [
        (None, first),
        (Some(first.uid), first),
        (Some(second.uid), second),
    ] {
        if let Some(uid) = uid {
            body["userUid"] = uid.into();
        }
        let reply = login(&emulator, &body).await;
        assert_eq!(reply.json()["user"]["uid"], account.uid);
        assert_eq!(reply.json()["user"]["role"], account.role);
        let me = who_am_i(&emulator, &token(&reply)).await.json();
        assert_eq!(me["user"], reply.json()["user"]);
        assert_eq!(me["organization"]["uid"], account.organization_uid);
    }
}

#[tokio::test]
async fn somebody_elses_user_uid_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    for uid in [ADMIN_USER.accounts[0].uid, "unknown", ""] {
        let mut body = password(&PLAIN_USER);
        body["userUid"] = uid.into();
        let reply = login(&emulator, &body).await;
        assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()), "{uid}");
        assert!(reply.explains().unwrap().contains("userUid"), "{uid}");
        body["password"] = "wrong".into();
        assert_eq!(login(&emulator, &body).await.explains(), None, "{uid}");
    }
}

#[tokio::test]
async fn an_organization_with_sso_and_an_edition_without_api_say_so_to_the_right_password_only() {
    let emulator = Emulator::start().await.unwrap();
    for (user, code) in [
        (SSO_USER, "AuthSsoRequired"),
        (NO_API_USER, "AuthApiNotAllowed"),
    ] {
        for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
            let reply = post(&emulator, endpoint, "", &password(&user)).await;
            assert_eq!(reply.fault(), (403, code.to_owned()));
            assert_eq!(reply.explains(), None);
            let wrong = json!({"userName": user.user_name, "password": "wrong"});
            let reply = post(&emulator, endpoint, "", &wrong).await;
            assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
        }
    }
}

#[tokio::test]
async fn latency_delays_every_login_and_neither_who_am_i_nor_logout() {
    let latency = Duration::from_millis(80);
    let emulator = Emulator::builder().latency(latency).start().await.unwrap();
    let start = Instant::now();
    session(&emulator, &PLAIN_USER).await;
    assert!(start.elapsed() >= latency);

    let slow = Emulator::builder()
        .latency(Duration::MAX)
        .start()
        .await
        .unwrap();
    assert_eq!(who_am_i(&slow, "x").await.status, 401);
    let reply = post(&slow, Endpoint::Logout, "", &json!({})).await;
    assert_eq!(reply.status, 401);
    for endpoint in [
        Endpoint::Login,
        Endpoint::LoginV1,
        Endpoint::LoginOther,
        Endpoint::LoginOtherV1,
    ] {
        let body = password(&PLAIN_USER);
        tokio::select! {
            _ = post(&slow, endpoint, "", &body) => panic!("{endpoint} answers"),
            () = until(|| slow.log().count(endpoint) == 1 && slow.log().in_flight() == 1) => (),
        }
        until(|| slow.log().in_flight() == 0).await;
    }
}

#[tokio::test]
async fn logins_count_as_in_flight_until_they_are_answered() {
    let emulator = Emulator::builder()
        .latency(Duration::MAX)
        .start()
        .await
        .unwrap();
    let log = emulator.log();
    let body = password(&PLAIN_USER);
    {
        let [a, b] = [0; 2].map(|_| login(&emulator, &body));
        tokio::select! {
            _ = async { tokio::join!(a, b) } => panic!("nothing is answered"),
            () = until(|| log.in_flight() == 2) => (),
        }
    }
    until(|| log.in_flight() == 0).await;
    assert_eq!((log.max_concurrency(), log.count(Endpoint::Login)), (2, 2));
    assert_eq!(log.count(Endpoint::LoginV1), 0);
}
