use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use super::wire::{login, password, token, who_am_i};
use crate::seed::PLAIN_USER;
use crate::{Emulator, ExpiresForm};

/// What a login response says about its end.
async fn told(emulator: &Emulator) -> String {
    let reply = login(emulator, &password(&PLAIN_USER)).await;
    reply.json()["expires"].as_str().unwrap().to_owned()
}

fn time(told: &str) -> SystemTime {
    let second = told.parse::<Timestamp>().unwrap().as_second();
    let since = Duration::from_secs(second.try_into().unwrap());
    UNIX_EPOCH.checked_add(since).unwrap()
}

#[tokio::test]
async fn a_session_lives_for_twenty_four_hours_unless_told_otherwise() {
    let emulator = Emulator::start().await.unwrap();
    let end = emulator.clock().now() + Duration::from_secs(86_400);
    assert_eq!(time(&told(&emulator).await), end);
}

#[tokio::test]
async fn both_documented_forms_of_a_time_can_be_chosen() {
    for (form, expires, ended) in [
        (
            ExpiresForm::Zulu,
            "2014-12-12T16:55:02Z",
            "2014-12-11T16:55:02Z",
        ),
        (
            ExpiresForm::Offset,
            "2014-12-12T16:55:02+0000",
            "2014-12-11T16:55:02+0000",
        ),
    ] {
        let builder = Emulator::builder().expires_form(form);
        let emulator = builder.start().await.unwrap();
        let start = UNIX_EPOCH + Duration::from_secs(1_418_316_902);
        emulator.clock().set(start);
        emulator.end_sessions(PLAIN_USER.user_name);
        let body = login(&emulator, &password(&PLAIN_USER)).await.json();
        assert_eq!(body["expires"], expires);
        assert_eq!(body["lastInvalidateAllSessionsPerformed"], ended);
    }
    assert_eq!(ExpiresForm::default(), ExpiresForm::Zulu);
}

#[tokio::test]
async fn a_session_is_over_exactly_when_the_clock_says_so_and_that_is_no_misuse() {
    let emulator = Emulator::builder()
        .session_lifetime(Duration::from_millis(9_500))
        .start()
        .await
        .unwrap();
    let reply = login(&emulator, &password(&PLAIN_USER)).await;
    let end = time(reply.json()["expires"].as_str().unwrap());
    let start = emulator.clock().now();
    assert_eq!(end, start + Duration::from_secs(10), "rounded up");
    let token = token(&reply);
    emulator.clock().set(end - Duration::from_nanos(100));
    assert_eq!(who_am_i(&emulator, &token).await.status, 200);
    emulator.clock().set(end);
    let reply = who_am_i(&emulator, &token).await;
    assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
    assert_eq!(reply.explains(), None);
}

#[tokio::test]
async fn no_lifetime_and_no_time_breaks_a_login() {
    let forever = Emulator::builder().session_lifetime(Duration::MAX);
    let emulator = forever.start().await.unwrap();
    assert_eq!(told(&emulator).await, "9999-12-30T22:00:00Z");
    let emulator = Emulator::start().await.unwrap();
    emulator.clock().advance(Duration::MAX);
    let reply = login(&emulator, &password(&PLAIN_USER)).await;
    assert_eq!(reply.json()["expires"], "9999-12-30T22:00:00Z");
    assert_eq!(who_am_i(&emulator, &token(&reply)).await.status, 200);
    emulator.clock().set(UNIX_EPOCH);
    assert_eq!(told(&emulator).await, "1970-01-02T00:00:00Z");
    let momentary = Emulator::builder().session_lifetime(Duration::ZERO);
    let emulator = momentary.start().await.unwrap();
    let reply = login(&emulator, &password(&PLAIN_USER)).await;
    assert_eq!(who_am_i(&emulator, &token(&reply)).await.status, 401);
}
