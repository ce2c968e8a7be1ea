//! Who is known, changed while the emulator runs.

use serde_json::json;

use super::wire::{
    api_token, call, credential, exchange, jwt, login, password, post, session, token, who_am_i,
};
use crate::seed::{self, ADMIN_USER, PLAIN_USER, SECOND_FACTOR_CODE};
use crate::{
    ApiToken, ApiTokenFate, Application, Emulator, EmulatorError, Endpoint, KnownAccount, TmsUser,
};

async fn status_of_login(emulator: &Emulator, user_name: &str, password: &str) -> u16 {
    let body = json!({"userName": user_name, "password": password});
    login(emulator, &body).await.status
}

fn names(emulator: &Emulator) -> Vec<String> {
    let users = emulator.users();
    users.iter().map(|it| it.user_name.clone()).collect()
}

#[tokio::test]
async fn a_user_that_is_added_logs_in_until_reset() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 401);
    emulator.add_user(TmsUser::new("jo", "x")).unwrap();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 200);
    let twice = emulator.add_user(TmsUser::new("jo", "y")).unwrap_err();
    assert!(matches!(twice, EmulatorError::TmsUser { .. }));
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 200);
    emulator.reset();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 401);
}

#[tokio::test]
async fn a_user_that_is_removed_is_refused_everywhere_and_back_after_reset() {
    let builder = Emulator::builder().tms_user(TmsUser::new("jo", "x"));
    let emulator = builder.start().await.unwrap();
    let running = session(&emulator, &PLAIN_USER).await;
    let other = session(&emulator, &ADMIN_USER).await;
    let all = names(&emulator);

    assert!(emulator.remove_user(PLAIN_USER.user_name));
    assert!(!emulator.remove_user(PLAIN_USER.user_name));
    assert!(emulator.remove_user("jo"));
    let reply = login(&emulator, &password(&PLAIN_USER)).await;
    assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
    assert_eq!(who_am_i(&emulator, &running).await.status, 401);
    let body = json!({"userName": PLAIN_USER.user_name});
    let head = api_token(&other);
    let reply = post(&emulator, Endpoint::LoginOther, &head, &body).await;
    assert_eq!(reply.fault(), (400, "UserNotFound".to_owned()));
    assert_eq!(who_am_i(&emulator, &other).await.status, 200);
    assert_eq!(names(&emulator).len(), all.len() - 2);

    emulator.reset();
    assert_eq!(names(&emulator), all);
    session(&emulator, &PLAIN_USER).await;
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 200);
}

#[tokio::test]
async fn a_user_that_takes_a_removed_name_is_somebody_else() {
    let emulator = Emulator::start().await.unwrap();
    emulator.add_user(TmsUser::new("jo", "x").locks()).unwrap();
    for _ in 0..3 {
        assert_eq!(status_of_login(&emulator, "jo", "wrong").await, 401);
    }
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 403);
    emulator.remove_user("jo");
    emulator.add_user(TmsUser::new("jo", "y").locks()).unwrap();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 401);
    assert_eq!(status_of_login(&emulator, "jo", "y").await, 200);
}

#[tokio::test]
async fn rules_of_ones_own_user_are_those_of_the_seeded_ones_and_can_be_combined() {
    let user = || TmsUser::new("jo", "x");
    for (user, code, expected) in [
        (user(), None, 200),
        (user().needs_second_factor(), None, 401),
        (user().needs_second_factor(), Some(SECOND_FACTOR_CODE), 200),
        (user().enforces_sso(), None, 403),
        (user().has_no_api(), None, 403),
        (user().locks().needs_second_factor(), None, 401),
    ] {
        let what = format!("{user:?}");
        let emulator = Emulator::builder().tms_user(user).start().await.unwrap();
        let mut body = json!({"userName": "jo", "password": "x"});
        if let Some(code) = code {
            body["code"] = code.into();
        }
        assert_eq!(login(&emulator, &body).await.status, expected, "{what}");
    }
    let both = user().enforces_sso().has_no_api();
    let emulator = Emulator::builder().tms_user(both).start().await.unwrap();
    let body = json!({"userName": "jo", "password": "x"});
    let fault = login(&emulator, &body).await.fault();
    assert_eq!(fault, (403, "AuthSsoRequired".to_owned()));
}

#[tokio::test]
async fn accounts_of_ones_own_user_are_those_that_were_given() {
    let user = TmsUser::new("jo", "x")
        .account("uid-1", "an-organization", "ADMIN")
        .account("uid-2", "another-organization", "TRANSLATOR_OF_TOMORROW");
    let emulator = Emulator::builder().tms_user(user).start().await.unwrap();
    let mut organizations = Vec::new();
    for (uid, organization, role) in [
        ("uid-1", "an-organization", "ADMIN"),
        ("uid-2", "another-organization", "TRANSLATOR_OF_TOMORROW"),
    ] {
        let body = json!({"userName": "jo", "password": "x", "userUid": uid});
        let token = token(&login(&emulator, &body).await);
        let me = who_am_i(&emulator, &token).await.json();
        assert_eq!(me["user"]["uid"], uid);
        assert_eq!(me["user"]["role"], role);
        assert_eq!(me["organization"]["uid"], organization);
        organizations.push(me["organization"]["id"].clone());
    }
    assert_ne!(organizations[0], organizations[1]);
    let body = json!({"userName": "jo", "password": "x"});
    let reply = login(&emulator, &body).await;
    assert_eq!(reply.json()["user"]["uid"], "uid-1", "the default account");
}

#[tokio::test]
async fn users_are_listed_with_their_accounts_and_rules() {
    let emulator = Emulator::start().await.unwrap();
    let user = TmsUser::new("jo", "x").needs_second_factor();
    emulator.add_user(user).unwrap();
    let users = emulator.users();
    let jo = users.iter().find(|it| it.user_name == "jo").unwrap();
    assert!(jo.needs_second_factor && !jo.locks);
    let [KnownAccount { uid, role, .. }] = jo.accounts.as_slice() else {
        panic!("{jo:?}");
    };
    let body = json!({"userName": "jo", "password": "x", "code": SECOND_FACTOR_CODE});
    let told = login(&emulator, &body).await.json();
    assert_eq!(told["user"]["uid"], *uid);
    assert_eq!(told["user"]["role"], *role);
    let locking = users.iter().filter(|it| it.locks);
    assert_eq!(locking.count(), 1, "the seeded rules are there too");
}

#[tokio::test]
async fn an_account_that_could_not_be_told_from_another_is_refused() {
    let plain = PLAIN_USER.accounts[0].uid;
    let jo = || TmsUser::new("jo", "x");
    for (user, word) in [
        (jo().account("", "o", "ADMIN"), "empty"),
        (jo().account("u", "", "ADMIN"), "empty"),
        (jo().account("u", "o", ""), "empty"),
        (jo().account("u", "o", "AD\nMIN"), "control"),
        (jo().account(plain, "o", "ADMIN"), "uid is taken"),
        (
            jo().account("u", "o", "GUEST").account("u", "p", "GUEST"),
            "uid is taken",
        ),
    ] {
        let emulator = Emulator::start().await.unwrap();
        let error = emulator.add_user(user).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(status_of_login(&emulator, "jo", "x").await, 401);
    }
}

#[tokio::test]
async fn a_uid_that_the_emulator_chooses_is_free() {
    let emulator = Emulator::start().await.unwrap();
    for number in 1..30 {
        let uid = format!("phrase-emulator-uid-{number}");
        let user = TmsUser::new(&uid, "x").account(&uid, "o", "GUEST");
        emulator.add_user(user).unwrap();
    }
    emulator.add_user(TmsUser::new("jo", "x")).unwrap();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 200);
}

#[tokio::test]
async fn api_tokens_come_and_go_while_it_runs_and_are_back_after_reset() {
    let own = ApiToken::new("own", Application::Strings);
    let emulator = Emulator::builder().api_token(own).start().await.unwrap();
    let count = emulator.api_tokens().len();
    let running = jwt(&emulator, seed::GOOD_TMS).await;

    let added = ApiToken::new("added", Application::Tms);
    emulator.add_api_token(added.clone()).unwrap();
    let twice = emulator.add_api_token(added).unwrap_err();
    assert!(matches!(twice, EmulatorError::ApiToken { .. }));
    assert_eq!(exchange(&emulator, "added").await.status, 200);
    for value in [seed::GOOD_TMS, "own"] {
        assert!(emulator.remove_api_token(value));
        assert!(!emulator.remove_api_token(value));
        let reply = exchange(&emulator, value).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["error"], "invalid_grant");
        assert_eq!(reply.explains(), None, "as of a deleted one");
    }
    let head = credential(Application::Tms, &running);
    assert_eq!(call(&emulator, Application::Tms, &head).await.status, 200);
    assert_eq!(emulator.api_tokens().len(), count - 1);

    emulator.reset();
    assert_eq!(emulator.api_tokens().len(), count);
    for (value, expected) in [("added", 400), (seed::GOOD_TMS, 200), ("own", 200)] {
        assert_eq!(exchange(&emulator, value).await.status, expected, "{value}");
    }
}

#[tokio::test]
async fn an_api_token_has_the_fate_that_was_given() {
    let token = |value| ApiToken::new(value, Application::Studio);
    let emulator = Emulator::builder()
        .api_token(token("a"))
        .api_token(token("b").expired())
        .api_token(token("c").deleted())
        .start()
        .await
        .unwrap();
    for (value, fate, expected) in [
        ("a", ApiTokenFate::Good, 200),
        ("b", ApiTokenFate::Expired, 400),
        ("c", ApiTokenFate::Deleted, 400),
    ] {
        assert_eq!(exchange(&emulator, value).await.status, expected, "{value}");
        let tokens = emulator.api_tokens();
        let token = tokens.iter().find(|token| token.is(value)).unwrap();
        assert_eq!(token.fate, fate);
        assert_eq!(token.application, Application::Studio);
    }
}

#[tokio::test]
async fn neither_what_is_added_nor_what_is_listed_shows_a_secret() {
    let emulator = Emulator::start().await.unwrap();
    let user = TmsUser::new("canary-name", "canary-password");
    emulator.add_user(user.clone()).unwrap();
    let token = ApiToken::new("canary-value", Application::Tms);
    emulator.add_api_token(token.clone()).unwrap();
    let listed = (emulator.users(), emulator.api_tokens());
    let errors = (
        emulator.add_user(user.clone()).unwrap_err(),
        emulator.add_api_token(token.clone()).unwrap_err(),
    );
    let text = format!("{user:?} {token:?} {listed:?} {errors:?} {emulator:?}");
    for secret in ["canary-password", "canary-value"] {
        assert!(!text.contains(secret), "{text}");
    }
    let given = format!("{user:?} {errors:?} {emulator:?}");
    assert!(!given.contains("canary-name"), "{given}");
    assert!(!text.contains("phrase-emulator-password"), "{text}");
    assert!(!text.contains(seed::GOOD_TMS), "{text}");
}

#[tokio::test]
async fn a_snapshot_brings_back_who_was_known_then() {
    let emulator = Emulator::start().await.unwrap();
    emulator.add_user(TmsUser::new("jo", "x")).unwrap();
    let past = emulator.snapshot();
    emulator.remove_user("jo");
    emulator.add_user(TmsUser::new("kim", "x")).unwrap();
    emulator.remove_api_token(seed::GOOD_TMS);
    emulator.restore(&past).unwrap();
    assert_eq!(status_of_login(&emulator, "jo", "x").await, 200);
    assert_eq!(status_of_login(&emulator, "kim", "x").await, 401);
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);
}
