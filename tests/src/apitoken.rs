//! The ApiToken scheme, end to end, over real HTTP. The user whose account locks is the judge.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use phrase_auth_apitoken::{
    ApiTokenAuth, ApiTokenAuthBuilder, Credentials, LoginVersion, OtherUser, SecondFactor, who_am_i,
};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, ErrorKind, HttpClient, Limits, Need, Product, Revocation,
    Secret, SecretSource,
};
use phrase_auth_emulator::seed::{self, SeededUser};
use phrase_auth_emulator::{Emulator, EmulatorBuilder, Endpoint, ExpiresForm};
use phrase_auth_platform::PlatformAuth;

use crate::fixture::{client, until};

/// An emulator, and one clock for it and for whoever logs in.
struct World {
    emulator: Emulator,
    clock: Arc<ManualRuntime>,
}

impl World {
    async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    async fn of(builder: EmulatorBuilder) -> Self {
        Self {
            emulator: builder.start().await.unwrap(),
            clock: Arc::new(ManualRuntime::new()),
        }
    }

    fn builder(&self, credentials: Credentials) -> ApiTokenAuthBuilder {
        self.here(ApiTokenAuth::builder(
            credentials,
            self.emulator.endpoints().unwrap(),
        ))
    }

    fn here(&self, builder: ApiTokenAuthBuilder) -> ApiTokenAuthBuilder {
        builder
            .http_client(Arc::new(client()))
            .runtime(self.clock.clone())
    }

    /// With the right password.
    fn user(&self, user: &SeededUser) -> ApiTokenAuth {
        self.builder(right(user)).build().unwrap()
    }

    fn advance(&self, span: Duration) {
        self.clock.advance(span);
        self.emulator.clock().advance(span);
    }

    fn logins(&self) -> u64 {
        self.emulator.log().count(Endpoint::Login)
    }

    async fn call(&self, header: AuthHeader) -> StatusCode {
        let mut request = Request::new(Bytes::new());
        let path = Endpoint::Tms.path().unwrap();
        *request.uri_mut() = format!("{}{path}", self.emulator.url()).parse().unwrap();
        header.apply(request.headers_mut());
        let answer = client().send(request, Limits::default()).await;
        answer.unwrap().status()
    }

    /// As an application calls: once more after a 401, if that makes sense.
    async fn call_twice(&self, auth: &ApiTokenAuth) -> Result<StatusCode, AuthError> {
        let header = auth.header().await?;
        let status = self.call(header.clone()).await;
        if status == StatusCode::UNAUTHORIZED && auth.reject(&header) {
            return Ok(self.call(auth.header().await?).await);
        }
        Ok(status)
    }
}

fn right(user: &SeededUser) -> Credentials {
    Credentials::new(user.user_name, user.password)
}

const HOUR: Duration = Duration::from_secs(3600);

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
async fn a_log_out_in_the_browser_costs_one_login_and_a_second_one_at_once_is_handed_on() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    world.advance(HOUR);
    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 2);
    let login = auth.last_login().unwrap();
    assert!(login.last_invalidate_all_sessions_performed.is_some());

    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    for _ in 0..100 {
        let status = world.call_twice(&auth).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.logins(), 2);
    world.advance(Duration::from_secs(60));
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 3);
}

#[tokio::test]
async fn whoever_is_logged_out_all_the_time_logs_in_at_most_once_a_minute() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    for _ in 0..120 {
        world.call_twice(&auth).await.unwrap();
        world.emulator.end_sessions(seed::PLAIN_USER.user_name);
        world.advance(Duration::from_secs(5));
    }
    // Ten minutes.
    assert!((10..=12).contains(&world.logins()), "{}", world.logins());
}

#[tokio::test]
async fn no_rule_of_ours_sends_a_wrong_password_often_enough_to_lock_the_account() {
    let world = World::new().await;
    let user = seed::LOCKING_USER;
    let auth = world.builder(Credentials::new(user.user_name, "wrong"));
    let auth = auth.build().unwrap();
    let newer = world.user(&seed::PLAIN_USER).header().await.unwrap();
    let before = world.logins();
    for _ in 0..300 {
        // Every way to ask, over days.
        assert_eq!(auth.header().await.unwrap_err().kind(), ErrorKind::Refused);
        let forced = Need::default().newer_than(newer.generation());
        auth.obtain(forced).await.unwrap_err();
        auth.obtain(Need::default().at_least(HOUR))
            .await
            .unwrap_err();
        assert!(auth.who_am_i().await.is_err());
        assert!(!auth.reject(&newer));
        assert!(auth.peek().is_none());
        world.advance(HOUR / 2);
    }
    assert_eq!(world.logins() - before, 1);
    assert!(world.user(&user).header().await.is_ok(), "not locked");
}

#[tokio::test]
async fn a_locked_account_is_called_forbidden_and_left_alone() {
    let world = World::new().await;
    let user = seed::LOCKING_USER;
    for password in ["one", "two", "three"] {
        let wrong = Credentials::new(user.user_name, password);
        let wrong = world.builder(wrong).build().unwrap();
        assert_eq!(wrong.header().await.unwrap_err().kind(), ErrorKind::Refused);
    }
    let auth = world.user(&user);
    for _ in 0..100 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert_eq!(error.code(), Some("AuthAccountLocked"));
        assert!(error.hint().unwrap().contains("locked"), "{error}");
        world.advance(HOUR);
    }
    assert_eq!(world.logins(), 4);
    // An administrator has unlocked it, and somebody says so.
    world.emulator.reset();
    auth.cache().reset();
    assert!(auth.header().await.is_ok());
}

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

/// A person with a device that shows this code once, and then what is put into it.
fn device(code: impl Into<Secret>) -> (Credentials, Arc<Mutex<Vec<Secret>>>) {
    let codes = Arc::new(Mutex::new(vec![code.into()]));
    let person = SecondFactor::callback({
        let codes = Arc::clone(&codes);
        move |challenge| {
            assert_eq!(challenge.user_name(), seed::TWO_FACTOR_USER.user_name);
            let code = codes.lock().unwrap().pop();
            async move { code.ok_or_else(|| AuthError::new(ErrorKind::Timeout, "nobody there")) }
        }
    });
    (right(&seed::TWO_FACTOR_USER).second_factor(person), codes)
}

#[tokio::test]
async fn a_code_of_the_devices_clock_logs_in_and_is_good_for_one_login_only() {
    let world = World::new().await;
    let code = world.emulator.second_factor_code();
    let (credentials, codes) = device(code.as_str());
    let auth = world.builder(credentials).build().unwrap();
    let header = auth.header().await.unwrap();
    assert_eq!(world.call(header.clone()).await, StatusCode::OK);
    assert_eq!(world.logins(), 2);

    // The session ends early, and the same code is typed again.
    assert!(auth.reject(&header));
    codes.lock().unwrap().push(Secret::new(code));
    for _ in 0..50 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
        assert!(error.hint().unwrap().contains("not accepted"), "{error}");
        world.advance(HOUR);
    }
    assert_eq!(world.logins(), 4);

    // With the next code, once somebody says that there is one.
    let code = world.emulator.second_factor_code();
    codes.lock().unwrap().push(Secret::new(code));
    auth.cache().reset();
    assert!(auth.header().await.is_ok());
}

#[tokio::test]
async fn unattended_renewal_of_an_account_with_a_second_factor_stops_with_a_recommendation() {
    let world = World::new().await;
    let (credentials, _) = device(seed::SECOND_FACTOR_CODE);
    let auth = world.builder(credentials).build().unwrap();
    auth.header().await.unwrap();
    // A day later nobody is there.
    world.advance(HOUR * 24);
    for _ in 0..50 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
        assert!(error.hint().unwrap().contains("Platform API token"));
        world.advance(HOUR);
    }
    assert_eq!(world.logins(), 3);

    let alone = world.user(&seed::TWO_FACTOR_USER);
    let error = alone.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
    assert_eq!(error.code(), Some("AuthAccountTwoFactorProtected"));
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
async fn a_log_out_ends_the_session_at_the_server_and_the_other_ones_live_on() {
    let world = World::new().await;
    let (one, two) = (world.user(&seed::PLAIN_USER), world.user(&seed::PLAIN_USER));
    let header = one.header().await.unwrap();
    let other = two.header().await.unwrap();
    assert_eq!(one.logout().await.unwrap(), Revocation::Revoked);
    assert_eq!(world.call(header.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.call(other).await, StatusCode::OK);
    assert_eq!(
        one.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    let log = world.emulator.log().requests();
    let out = log.iter().find(|it| it.endpoint() == Endpoint::Logout);
    let out = out.unwrap();
    assert!(out.used_token(header.token()) && out.query().is_none());

    // Ended in the browser first: as good.
    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    assert_eq!(two.logout().await.unwrap(), Revocation::Revoked);
}

#[tokio::test]
async fn a_log_out_without_a_server_is_one_here() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    auth.header().await.unwrap();
    drop(world.emulator);
    let error = auth.logout().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(auth.peek().is_none());
}

#[tokio::test]
async fn a_login_under_way_at_a_log_out_brings_nothing_back() {
    let world = World::of(Emulator::builder().latency(Duration::from_millis(50))).await;
    let auth = world.user(&seed::PLAIN_USER);
    let caller = tokio::spawn({
        let auth = auth.clone();
        async move { auth.header().await }
    });
    until(|| world.logins() == 1).await;
    auth.logout().await.unwrap();
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    until(|| world.emulator.log().in_flight() == 0).await;
    for _ in 0..100 {
        assert!(auth.peek().is_none());
        tokio::task::yield_now().await;
    }
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
async fn the_first_version_of_the_login_is_there_for_who_asks_for_it() {
    let world = World::new().await;
    let auth = world.builder(right(&seed::PLAIN_USER));
    let auth = auth.login_version(LoginVersion::V1).build().unwrap();
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.emulator.log().count(Endpoint::LoginV1), 1);
    assert_eq!(world.logins(), 0);
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

#[tokio::test]
async fn a_password_that_is_changed_at_the_server_and_in_its_file_is_picked_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "old").unwrap();
    let world = World::of(Emulator::builder().tms_user("jane", "new")).await;
    let credentials = Credentials::new("jane", SecretSource::file(&file));
    let auth = world.builder(credentials).build().unwrap();
    for _ in 0..50 {
        assert_eq!(auth.header().await.unwrap_err().kind(), ErrorKind::Refused);
    }
    assert_eq!(world.logins(), 1);
    std::fs::write(&file, "new\n").unwrap();
    assert!(auth.header().await.is_ok());
    assert_eq!(world.logins(), 2);
}
