use serde_json::json;

use super::wire::{
    api_token, call, credential, jwt, login, logout, password, send, session, who_am_i,
};
use crate::seed::{self, ADMIN_USER, MANY_ORGANIZATIONS_USER, PLAIN_USER, TWO_FACTOR_USER};
use crate::{Application, Emulator, Endpoint};

#[tokio::test]
async fn who_am_i_tells_the_user_and_the_organization_of_a_session() {
    let emulator = Emulator::start().await.unwrap();
    let token = session(&emulator, &ADMIN_USER).await;
    let reply = who_am_i(&emulator, &token).await;
    assert_eq!((reply.status, reply.explains()), (200, None));
    let body = reply.json();
    assert_eq!(body["user"]["userName"], ADMIN_USER.user_name);
    assert_eq!(body["user"]["role"], "ADMIN");
    let organization = json!({"id": "1", "uid": "emulated-organization", "name": "Emulated"});
    assert_eq!(body["organization"], organization);
    assert_eq!(body["csrfToken"], "phrase-emulator-csrf");
    assert!(body["edition"]["name"].is_string());
    let features = body["features"].as_object().unwrap();
    assert!(!features.is_empty() && features.values().all(serde_json::Value::is_boolean));
}

#[tokio::test]
async fn a_token_that_nobody_was_given_is_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let other = Emulator::start().await.unwrap();
    let foreign = session(&other, &PLAIN_USER).await;
    let own = session(&emulator, &PLAIN_USER).await;
    for head in [
        api_token("unknown"),
        api_token(&foreign),
        api_token(&own[..63]),
        api_token(""),
        api_token(&format!("ApiToken {own}")),
        format!("Authorization: apitoken {own}\r\n"),
        format!("Authorization: Bearer {own}\r\n"),
        api_token(&own).repeat(2),
    ] {
        let reply = call(&emulator, Application::Tms, &head).await;
        assert_eq!(
            reply.fault(),
            (401, "AuthUnauthorized".to_owned()),
            "{head}"
        );
        assert!(reply.explains().is_some(), "{head}");
    }
}

#[tokio::test]
async fn no_other_application_takes_a_session() {
    let emulator = Emulator::start().await.unwrap();
    let head = api_token(&session(&emulator, &PLAIN_USER).await);
    for &application in Application::ALL {
        let status = call(&emulator, application, &head).await.status;
        assert_eq!(
            status == 200,
            application == Application::Tms,
            "{application}"
        );
    }
}

#[tokio::test]
async fn logout_ends_that_one_session_and_answers_with_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let first = session(&emulator, &PLAIN_USER).await;
    let second = session(&emulator, &PLAIN_USER).await;
    let reply = logout(&emulator, &api_token(&first)).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!(reply.header("content-type"), None);
    assert_eq!(reply.header("content-length"), None);
    assert!(reply.header("date").is_some() && reply.header("x-phrase-emulator").is_some());
    let reply = who_am_i(&emulator, &first).await;
    assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
    assert_eq!(reply.explains(), None);
    assert_eq!(who_am_i(&emulator, &second).await.status, 200);
    let body = login(&emulator, &password(&PLAIN_USER)).await.json();
    assert_eq!(body.get("lastInvalidateAllSessionsPerformed"), None);
}

#[tokio::test]
async fn logout_without_a_running_session_is_unauthorized() {
    let emulator = Emulator::start().await.unwrap();
    let ended = api_token(&session(&emulator, &PLAIN_USER).await);
    logout(&emulator, &ended).await;
    for (head, explained) in [
        (String::new(), true),
        (api_token("unknown"), true),
        (ended, false),
    ] {
        let reply = logout(&emulator, &head).await;
        assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
        assert_eq!(reply.explains().is_some(), explained, "{head}");
    }
}

#[tokio::test]
async fn logout_takes_no_bearer_no_query_and_no_other_method() {
    let emulator = Emulator::start().await.unwrap();
    let token = session(&emulator, &PLAIN_USER).await;
    let head = api_token(&token);
    let jwt = jwt(&emulator, seed::GOOD_TMS).await;
    let reply = logout(&emulator, &credential(Application::Tms, &jwt)).await;
    assert_eq!(reply.fault(), (400, "BadRequest".to_owned()));
    assert!(reply.explains().unwrap().contains("Bearer"));

    let path = Endpoint::Logout.path().unwrap();
    let target = format!("{path}?token={token}");
    for head in [head.as_str(), ""] {
        let reply = send(&emulator, "POST", &target, head, "").await;
        assert_eq!(reply.fault(), (400, "BadRequest".to_owned()));
        let why = reply.explains().unwrap();
        assert!(why.contains("the emulator takes the header only"), "{why}");
        assert!(!format!("{reply:?}").contains(&token));
    }
    let reply = send(&emulator, "GET", path, &head, "").await;
    assert_eq!(reply.fault(), (405, "MethodNotAllowed".to_owned()));
    assert_eq!(reply.header("allow"), Some("POST"));
    assert!(reply.explains().is_some());
    assert_eq!(who_am_i(&emulator, &token).await.status, 200);
}

#[tokio::test]
async fn ending_the_sessions_of_a_user_ends_all_of_his_and_nobody_elses() {
    let emulator = Emulator::start().await.unwrap();
    let user = MANY_ORGANIZATIONS_USER;
    let mut tokens = Vec::new();
    for account in user.accounts {
        let mut body = password(&user);
        body["userUid"] = account.uid.into();
        tokens.push(super::wire::token(&login(&emulator, &body).await));
    }
    let ended = session(&emulator, &user).await;
    logout(&emulator, &api_token(&ended)).await;
    let others = session(&emulator, &PLAIN_USER).await;

    assert_eq!(emulator.end_sessions(user.user_name), 2);
    assert_eq!(emulator.end_sessions(user.user_name), 0);
    assert_eq!(emulator.end_sessions("nobody"), 0);
    for token in &tokens {
        let reply = who_am_i(&emulator, token).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
    }
    assert_eq!(who_am_i(&emulator, &others).await.status, 200);
    let again = session(&emulator, &user).await;
    assert_eq!(who_am_i(&emulator, &again).await.status, 200);
}

#[tokio::test]
async fn a_login_tells_that_sessions_were_ended_before_and_reset_forgets_it() {
    let emulator = Emulator::start().await.unwrap();
    let told = async || {
        let body = login(&emulator, &password(&PLAIN_USER)).await.json();
        body.get("lastInvalidateAllSessionsPerformed").cloned()
    };
    assert_eq!(told().await, None);
    emulator.end_sessions(ADMIN_USER.user_name);
    assert_eq!(told().await, None);
    emulator.end_sessions(PLAIN_USER.user_name);
    assert!(told().await.is_some_and(|time| time.is_string()));
    emulator.reset();
    assert_eq!(told().await, None);
}

#[tokio::test]
async fn a_session_that_is_over_by_the_clock_is_not_counted_as_ended() {
    let emulator = Emulator::start().await.unwrap();
    session(&emulator, &PLAIN_USER).await;
    emulator
        .clock()
        .advance(std::time::Duration::from_secs(86_400));
    assert_eq!(emulator.end_sessions(PLAIN_USER.user_name), 0);
}

#[tokio::test]
async fn reset_ends_all_sessions_and_keeps_the_users() {
    let emulator = Emulator::start().await.unwrap();
    for user in [PLAIN_USER, TWO_FACTOR_USER] {
        let token = session(&emulator, &user).await;
        emulator.reset();
        let reply = who_am_i(&emulator, &token).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
        let again = session(&emulator, &user).await;
        assert_eq!(who_am_i(&emulator, &again).await.status, 200);
    }
}

#[tokio::test]
async fn jwts_and_sessions_are_revoked_apart() {
    let emulator = Emulator::start().await.unwrap();
    let token = session(&emulator, &PLAIN_USER).await;
    let bearer = credential(Application::Tms, &jwt(&emulator, seed::GOOD_TMS).await);
    emulator.end_sessions(PLAIN_USER.user_name);
    let reply = call(&emulator, Application::Tms, &bearer).await;
    assert_eq!(
        (reply.status, who_am_i(&emulator, &token).await.status),
        (200, 401)
    );
    let token = session(&emulator, &PLAIN_USER).await;
    emulator.revoke_tokens();
    let reply = call(&emulator, Application::Tms, &bearer).await;
    assert_eq!(
        (reply.status, who_am_i(&emulator, &token).await.status),
        (401, 200)
    );
}
