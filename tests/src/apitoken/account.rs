use phrase_auth_apitoken::{OtherUser, who_am_i};
use phrase_auth_core::Product;
use phrase_auth_platform::PlatformAuth;

use super::*;

#[tokio::test]
async fn single_sign_on_and_editions_without_an_api_are_told_once_with_what_to_do() {
    let world = World::new().await;
    for (user, code) in [
        (seed::SSO_USER, "AuthSsoRequired"),
        (seed::NO_API_USER, "AuthApiNotAllowed"),
    ] {
        let before = world.logins();
        let auth = world.user(&user);
        for _ in 0..50 {
            let error = auth.header().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden);
            assert_eq!(error.code(), Some(code));
            assert!(error.hint().unwrap().contains("Platform API token"));
            world.advance(HOUR);
        }
        assert_eq!(world.logins() - before, 1);
    }
}

#[tokio::test]
async fn without_a_uid_the_default_account_answers_and_an_expectation_tells() {
    let world = World::new().await;
    let user = seed::MANY_ORGANIZATIONS_USER;
    let [first, second] = user.accounts else {
        panic!("two accounts")
    };
    let who = world.user(&user).who_am_i().await.unwrap();
    assert_eq!(who.user.unwrap().uid.as_deref(), Some(first.uid));

    let chosen = world.builder(right(&user).user_uid(second.uid));
    let chosen = chosen.expect_organization(second.organization_uid);
    let chosen = chosen.expect_user(second.uid).build().unwrap();
    let who = chosen.who_am_i().await.unwrap();
    let organization = who.organization.unwrap();
    assert_eq!(organization.uid.as_deref(), Some(second.organization_uid));

    let before = world.logins();
    let astray = world.builder(right(&user));
    let astray = astray.expect_organization(second.organization_uid);
    let astray = astray.build().unwrap();
    for _ in 0..50 {
        let error = astray.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(first.organization_uid), "{error}");
        world.advance(HOUR);
    }
    assert_eq!(world.logins() - before, 1);
    let wrong = world.builder(right(&user)).expect_user(second.uid);
    let error = wrong.build().unwrap().header().await.unwrap_err();
    assert!(error.message().contains(first.uid), "{error}");
}

#[tokio::test]
async fn an_administrator_may_log_in_as_others_and_nobody_else_may() {
    let world = World::new().await;
    let admin = world.user(&seed::ADMIN_USER);
    let other = seed::TWO_FACTOR_USER;
    let jane = admin.login_as(other.user_name).unwrap();
    let who = jane.who_am_i().await.unwrap();
    assert_eq!(
        who.user.unwrap().uid.as_deref(),
        Some(other.accounts[0].uid)
    );
    let account = &seed::MANY_ORGANIZATIONS_USER.accounts[1];
    let many = OtherUser::new(seed::MANY_ORGANIZATIONS_USER.user_name).user_uid(account.uid);
    let many = admin.login_as(many).unwrap().who_am_i().await.unwrap();
    assert_eq!(many.user.unwrap().uid.as_deref(), Some(account.uid));
    assert_eq!(world.logins(), 1);
    assert_eq!(world.emulator.log().count(Endpoint::LoginOther), 2);

    // The administrator logs out in the browser: the next login over it renews it first.
    world.emulator.end_sessions(seed::ADMIN_USER.user_name);
    world.emulator.end_sessions(other.user_name);
    world.advance(HOUR);
    assert_eq!(world.call_twice(&jane).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 2);

    let nobody = world
        .user(&seed::PLAIN_USER)
        .login_as(other.user_name)
        .unwrap();
    let before = world.emulator.log().count(Endpoint::LoginOther);
    for _ in 0..50 {
        let error = nobody.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.hint().unwrap().contains("administrator"), "{error}");
    }
    assert_eq!(world.emulator.log().count(Endpoint::LoginOther) - before, 1);
}

#[tokio::test]
async fn whoever_holds_a_jwt_can_be_asked_as_well() {
    let world = World::new().await;
    let endpoints = world.emulator.endpoints().unwrap();
    let auth = PlatformAuth::new(seed::GOOD_TMS, endpoints.clone(), Product::Tms).unwrap();
    let who = who_am_i(&auth, endpoints.clone(), &client()).await.unwrap();
    assert_eq!(
        who.user.unwrap().user_name.as_deref(),
        Some("emma.emulator")
    );
    let strings = PlatformAuth::new(seed::GOOD_STRINGS, endpoints.clone(), Product::Strings);
    let error = who_am_i(&strings.unwrap(), endpoints, &client()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
}
