use phrase_auth_apitoken::LoginVersion;
use phrase_auth_emulator::ExpiresForm;

use super::*;

#[tokio::test]
async fn a_login_is_kept_for_its_day_renewed_early_and_replaced_when_it_is_over() {
    for form in [ExpiresForm::Zulu, ExpiresForm::Offset] {
        let world = World::of(Emulator::builder().expires_form(form)).await;
        let auth = world.user(&seed::PLAIN_USER);
        let first = auth.header().await.unwrap();
        assert_eq!(first.token().len(), 64);
        assert!(auth.last_login().unwrap().expires.is_some(), "{form:?}");
        for _ in 0..1000 {
            assert_eq!(auth.header().await.unwrap().value(), first.value());
        }
        assert_eq!(world.logins(), 1);

        // An hour less at most a fifth of it before its end: aging.
        world.advance(HOUR * 23 + HOUR / 2);
        let aging = auth.header().await.unwrap();
        assert_eq!(aging.generation(), first.generation());
        assert_eq!(world.call(aging).await, StatusCode::OK);
        until(|| auth.peek().is_some()).await;
        assert_eq!(world.logins(), 2);

        world.advance(HOUR * 24);
        let dead = first.clone();
        assert_eq!(world.call(dead).await, StatusCode::UNAUTHORIZED);
        let third = auth.header().await.unwrap();
        assert_eq!(world.call(third).await, StatusCode::OK);
        assert_eq!(world.logins(), 3);
    }
}

#[tokio::test]
async fn a_shorter_session_is_believed() {
    let world = World::of(Emulator::builder().session_lifetime(HOUR)).await;
    let auth = world.user(&seed::PLAIN_USER);
    auth.header().await.unwrap();
    world.advance(HOUR);
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 2);
    assert_eq!(world.emulator.log().count(Endpoint::Tms), 1);
}

#[tokio::test]
async fn a_token_of_a_login_elsewhere_is_adopted() {
    let world = World::new().await;
    let elsewhere = world.user(&seed::PLAIN_USER);
    let header = elsewhere.header().await.unwrap();
    let expires = elsewhere.last_login().unwrap().expires;
    let builder = ApiTokenAuth::builder_from_token(
        header.token(),
        expires,
        world.emulator.endpoints().unwrap(),
    );
    let auth = world.here(builder).build().unwrap();
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 1);
    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    let error = world.call_twice(&auth).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);

    let renewed = world.builder(right(&seed::PLAIN_USER));
    let renewed = renewed.token(header.token(), expires).build().unwrap();
    assert_eq!(world.call_twice(&renewed).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 2);
}

#[tokio::test]
async fn the_first_version_of_the_login_is_there_for_whoever_asks_for_it() {
    let world = World::new().await;
    let auth = world.builder(right(&seed::PLAIN_USER));
    let auth = auth.login_version(LoginVersion::V1).build().unwrap();
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.emulator.log().count(Endpoint::LoginV1), 1);
    assert_eq!(world.logins(), 0);
}
