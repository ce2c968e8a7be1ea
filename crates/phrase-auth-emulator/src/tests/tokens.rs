//! What a test gives, lets expire and takes back, without a request.

use std::time::Duration;

use super::wire::{Reply, api_token, call, credential, login, password, token, who_am_i};
use crate::seed::{
    ADMIN_USER, LOCKING_USER, MANY_ORGANIZATIONS_USER, NO_API_USER, PLAIN_USER, SSO_USER,
    TWO_FACTOR_USER,
};
use crate::{Application, Emulator, EmulatorError, Endpoint};

async fn of_jwt(emulator: &Emulator, application: Application, jwt: &str) -> Reply {
    call(emulator, application, &credential(application, jwt)).await
}

#[tokio::test]
async fn an_issued_jwt_is_as_one_of_the_exchange_and_nothing_is_in_the_log() {
    let builder = Emulator::builder().token_lifetime(Duration::from_secs(60));
    let emulator = builder.start().await.unwrap();
    let jwts: Vec<_> = Application::ALL
        .iter()
        .map(|&application| (application, emulator.issue_jwt(application).unwrap()))
        .collect();
    assert_eq!(emulator.log().requests().len(), 0);
    for (application, jwt) in &jwts {
        assert_eq!(of_jwt(&emulator, *application, jwt).await.status, 200);
    }
    let strings = &jwts[1].1;
    let reply = of_jwt(&emulator, Application::Tms, strings).await;
    assert!(reply.explains().unwrap().contains("another application"));
    emulator.clock().advance(Duration::from_secs(60));
    for (application, jwt) in &jwts {
        let reply = of_jwt(&emulator, *application, jwt).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
    }
}

#[tokio::test]
async fn an_issued_session_asks_nobody_whatever_stands_in_the_way_of_a_login() {
    let emulator = Emulator::start().await.unwrap();
    for _ in 0..3 {
        let mut wrong = password(&LOCKING_USER);
        wrong["password"] = "wrong".into();
        login(&emulator, &wrong).await;
    }
    emulator.log().clear();
    for user in [
        PLAIN_USER,
        ADMIN_USER,
        TWO_FACTOR_USER,
        SSO_USER,
        NO_API_USER,
        LOCKING_USER,
        MANY_ORGANIZATIONS_USER,
    ] {
        let session = emulator.issue_session(user.user_name).unwrap();
        assert_eq!(emulator.log().count(Endpoint::Login), 0);
        let me = who_am_i(&emulator, &session).await;
        assert_eq!(me.json()["user"]["uid"], user.accounts[0].uid);
    }
    let session = emulator.issue_session(PLAIN_USER.user_name).unwrap();
    emulator.clock().advance(Duration::from_secs(24 * 60 * 60));
    let reply = who_am_i(&emulator, &session).await;
    assert_eq!((reply.status, reply.explains()), (401, None));
}

#[tokio::test]
async fn a_user_that_nobody_knows_gets_nothing_and_is_not_named() {
    let emulator = Emulator::start().await.unwrap();
    let error = emulator.issue_session("nobody").unwrap_err();
    assert!(matches!(error, EmulatorError::UnknownName { .. }));
    assert_eq!(error.to_string(), "no TMS user has this name");
    assert!(!format!("{error:?}").contains("nobody"));
}

#[tokio::test]
async fn a_jwt_or_a_session_that_is_ended_takes_no_other_with_it() {
    let emulator = Emulator::start().await.unwrap();
    for end in [Emulator::expire, Emulator::revoke] {
        let [jwt, other] = [0; 2].map(|_| emulator.issue_jwt(Application::Studio).unwrap());
        assert!(end(&emulator, &jwt));
        assert!(!end(&emulator, &jwt), "again");
        let reply = of_jwt(&emulator, Application::Studio, &jwt).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
        let reply = of_jwt(&emulator, Application::Studio, &other).await;
        assert_eq!(reply.status, 200);

        let session = token(&login(&emulator, &password(&PLAIN_USER)).await);
        let other = emulator.issue_session(PLAIN_USER.user_name).unwrap();
        assert!(end(&emulator, &session));
        assert!(!end(&emulator, &session), "again");
        let reply = who_am_i(&emulator, &session).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
        assert_eq!(who_am_i(&emulator, &other).await.status, 200);
    }
    assert_eq!(emulator.end_sessions(PLAIN_USER.user_name), 2);
}

#[tokio::test]
async fn what_is_over_was_not_good_and_stays_over_when_the_clock_is_set_back() {
    let emulator = Emulator::start().await.unwrap();
    let start = emulator.clock().now();
    for end in [Emulator::expire, Emulator::revoke] {
        let jwt = emulator.issue_jwt(Application::Tms).unwrap();
        let session = emulator.issue_session(PLAIN_USER.user_name).unwrap();
        emulator.clock().advance(Duration::from_secs(86_400));
        assert!(!end(&emulator, &jwt) && !end(&emulator, &session));
        emulator.clock().set(start);
        let reply = of_jwt(&emulator, Application::Tms, &jwt).await;
        assert_eq!(reply.status, 401);
        assert_eq!(who_am_i(&emulator, &session).await.status, 401);
    }
}

#[tokio::test]
async fn what_this_emulator_never_gave_cannot_end() {
    let [emulator, other] = [
        Emulator::start().await.unwrap(),
        Emulator::start().await.unwrap(),
    ];
    let strangers = [
        String::new(),
        "x".to_owned(),
        other.issue_jwt(Application::Tms).unwrap(),
        other.issue_session(PLAIN_USER.user_name).unwrap(),
    ];
    for stranger in &strangers {
        assert!(!emulator.expire(stranger) && !emulator.revoke(stranger));
    }
    assert!(other.revoke(&strangers[2]) && other.revoke(&strangers[3]));
}

#[tokio::test]
async fn after_a_rotation_old_jwts_are_refused_on_purpose_and_sessions_live_on() {
    let emulator = Emulator::start().await.unwrap();
    let (id, pem) = (emulator.key_id(), emulator.public_key_pem());
    assert_eq!(id, "phrase-emulator-worthless-1");
    let before = emulator.issue_jwt(Application::Tms).unwrap();
    let session = emulator.issue_session(PLAIN_USER.user_name).unwrap();
    emulator.rotate_keys();
    assert_eq!(emulator.key_id(), "phrase-emulator-worthless-2");
    assert_ne!(emulator.public_key_pem(), pem);
    let reply = of_jwt(&emulator, Application::Tms, &before).await;
    assert_eq!((reply.status, reply.explains()), (401, None));
    let after = emulator.issue_jwt(Application::Tms).unwrap();
    let reply = of_jwt(&emulator, Application::Tms, &after).await;
    assert_eq!(reply.status, 200);
    let header = api_token(&session);
    let reply = call(&emulator, Application::Tms, &header).await;
    assert_eq!(reply.status, 200);

    emulator.reset();
    assert_eq!((emulator.key_id(), emulator.public_key_pem()), (id, pem));
    for jwt in [&before, &after] {
        let reply = of_jwt(&emulator, Application::Tms, jwt).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
    }
}
