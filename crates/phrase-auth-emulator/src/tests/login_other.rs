use serde_json::json;

use super::wire::{api_token, credential, jwt, logout, post, session, token, who_am_i};
use crate::seed::{
    self, ADMIN_USER, LOCKING_USER, MANY_ORGANIZATIONS_USER, NO_API_USER, PLAIN_USER, SSO_USER,
    TWO_FACTOR_USER,
};
use crate::{Application, Emulator, Endpoint};

const BOTH: [Endpoint; 2] = [Endpoint::LoginOther, Endpoint::LoginOtherV1];

#[tokio::test]
async fn an_administrator_starts_a_session_of_anybody_without_password_or_code() {
    let emulator = Emulator::start().await.unwrap();
    let admin = api_token(&session(&emulator, &ADMIN_USER).await);
    let tms = jwt(&emulator, seed::GOOD_TMS).await;
    for head in [admin, credential(Application::Tms, &tms)] {
        for endpoint in BOTH {
            for user in [
                PLAIN_USER,
                TWO_FACTOR_USER,
                SSO_USER,
                NO_API_USER,
                LOCKING_USER,
                MANY_ORGANIZATIONS_USER,
                ADMIN_USER,
            ] {
                let body = json!({"userName": user.user_name});
                let reply = post(&emulator, endpoint, &head, &body).await;
                let me = who_am_i(&emulator, &token(&reply)).await.json();
                assert_eq!(me["user"]["uid"], user.accounts[0].uid, "{endpoint}");
                assert_eq!(me["user"], reply.json()["user"]);
                assert!(reply.json()["expires"].is_string());
            }
        }
    }
}

#[tokio::test]
async fn user_uid_takes_another_account_than_the_default_one() {
    let emulator = Emulator::start().await.unwrap();
    let admin = api_token(&session(&emulator, &ADMIN_USER).await);
    let uid = MANY_ORGANIZATIONS_USER.accounts[1].uid;
    let body = json!({"userName": MANY_ORGANIZATIONS_USER.user_name, "userUid": uid});
    let reply = post(&emulator, Endpoint::LoginOther, &admin, &body).await;
    assert_eq!(reply.json()["user"]["uid"], uid);
}

#[tokio::test]
async fn a_user_who_is_not_there_is_not_found() {
    let emulator = Emulator::start().await.unwrap();
    let admin = api_token(&session(&emulator, &ADMIN_USER).await);
    let uid = ADMIN_USER.accounts[0].uid;
    let unknown = json!({"userName": "nobody"});
    for (endpoint, body) in [
        (Endpoint::LoginOther, unknown.clone()),
        (Endpoint::LoginOtherV1, unknown),
        (
            Endpoint::LoginOther,
            json!({"userName": PLAIN_USER.user_name, "userUid": uid}),
        ),
    ] {
        let reply = post(&emulator, endpoint, &admin, &body).await;
        assert_eq!(reply.fault(), (400, "UserNotFound".to_owned()), "{body}");
        assert_eq!(reply.explains(), None);
    }
}

#[tokio::test]
async fn the_session_of_somebody_who_is_no_administrator_is_forbidden_to() {
    let emulator = Emulator::start().await.unwrap();
    let head = api_token(&session(&emulator, &PLAIN_USER).await);
    for endpoint in BOTH {
        let body = json!({"userName": ADMIN_USER.user_name});
        let reply = post(&emulator, endpoint, &head, &body).await;
        assert_eq!(reply.fault(), (403, "AuthForbidden".to_owned()));
        assert_eq!(reply.explains(), None);
    }
}

#[tokio::test]
async fn without_a_good_credential_nobody_is_logged_in() {
    let emulator = Emulator::start().await.unwrap();
    let ended = session(&emulator, &ADMIN_USER).await;
    assert_eq!(logout(&emulator, &api_token(&ended)).await.status, 204);
    let strings = jwt(&emulator, seed::GOOD_STRINGS).await;
    let revoked = jwt(&emulator, seed::GOOD_TMS).await;
    emulator.revoke_tokens();
    for endpoint in BOTH {
        for (head, explained) in [
            (String::new(), true),
            (api_token("unknown"), true),
            (api_token(&ended), false),
            (credential(Application::Tms, "unknown"), true),
            (credential(Application::Tms, &strings), true),
            (credential(Application::Tms, &revoked), false),
            (format!("Authorization: token {ended}\r\n"), true),
        ] {
            let body = json!({"userName": PLAIN_USER.user_name});
            let reply = post(&emulator, endpoint, &head, &body).await;
            assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
            assert_eq!(reply.explains().is_some(), explained, "{head}");
        }
    }
}
