use std::sync::Mutex;

use phrase_auth_apitoken::SecondFactor;
use phrase_auth_core::Secret;

use super::*;

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
        assert!(error.message().contains("not accept"), "{error}");
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

/// What the person does is nobody's fault but the person's: no login follows from it.
#[tokio::test]
async fn a_person_who_walks_away_costs_one_login_however_many_ask() {
    let world = World::new().await;
    let away = SecondFactor::callback(|_| std::future::pending());
    let credentials = right(&seed::TWO_FACTOR_USER).second_factor(away);
    let auth = world.builder(credentials).build().unwrap();
    let caller = tokio::spawn({
        let auth = auth.clone();
        async move { auth.header().await.unwrap_err() }
    });
    while !caller.is_finished() {
        tokio::task::yield_now().await;
        // The caller's patience, the flight's bound, and the person's time.
        if world.clock.sleepers() >= 3 {
            world.clock.advance(Duration::from_secs(1));
        }
    }
    let error = caller.await.unwrap();
    assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
    for _ in 0..50 {
        auth.header().await.unwrap_err();
        world.advance(HOUR);
    }
    assert_eq!(world.logins(), 1);
}
