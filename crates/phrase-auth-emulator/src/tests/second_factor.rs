use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::wire::{Reply, login, password, post};
use crate::seed::{SECOND_FACTOR_CODE, TWO_FACTOR_USER};
use crate::{Emulator, Endpoint};

fn with_code(code: &str) -> Value {
    let mut body = password(&TWO_FACTOR_USER);
    body["code"] = code.into();
    body
}

/// An emulator whose clock is at the start of a step, always the same one: codes must not differ from run to run.
async fn at_a_step() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    let since = Duration::from_secs(1_800_000_000);
    let now = UNIX_EPOCH.checked_add(since).unwrap();
    emulator.clock().set(now);
    emulator
}

const STEP: Duration = Duration::from_secs(30);

fn assert_asks_for_a_code(reply: &Reply, word: &str) {
    let (status, code) = reply.fault();
    assert_eq!(
        (status, code.as_str()),
        (401, "AuthAccountTwoFactorProtected")
    );
    let description = reply.json()["errorDescription"].clone();
    assert!(
        description.as_str().unwrap().contains(word),
        "{description}"
    );
    assert_eq!(reply.explains(), None);
}

#[tokio::test]
async fn a_right_password_without_a_code_is_told_that_one_is_needed() {
    let emulator = Emulator::start().await.unwrap();
    for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
        let reply = post(&emulator, endpoint, "", &password(&TWO_FACTOR_USER)).await;
        assert_asks_for_a_code(&reply, "needed");
    }
}

#[tokio::test]
async fn a_wrong_code_is_told_to_be_wrong() {
    let emulator = at_a_step().await;
    let good = emulator.second_factor_code();
    for code in [
        "",
        "x",
        &good[..5],
        &format!("{good}0"),
        &format!(" {good}"),
    ] {
        for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
            let reply = post(&emulator, endpoint, "", &with_code(code)).await;
            assert_asks_for_a_code(&reply, "wrong");
        }
    }
    assert_eq!(login(&emulator, &with_code(&good)).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_is_judged_before_the_code_and_uses_none_up() {
    let emulator = at_a_step().await;
    let code = emulator.second_factor_code();
    for tried in [code.as_str(), SECOND_FACTOR_CODE, "wrong"] {
        let mut body = with_code(tried);
        body["password"] = "wrong".into();
        let reply = login(&emulator, &body).await;
        assert_eq!(reply.fault(), (401, "AuthUnauthorized".to_owned()));
    }
    let mut body = with_code(&code);
    body["userUid"] = "wrong".into();
    assert!(login(&emulator, &body).await.explains().is_some());
    assert_eq!(login(&emulator, &with_code(&code)).await.status, 200);
}

#[tokio::test]
async fn the_seeded_code_is_good_at_any_time_and_any_number_of_times() {
    let emulator = Emulator::start().await.unwrap();
    for _ in 0..3 {
        for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
            let reply = post(&emulator, endpoint, "", &with_code(SECOND_FACTOR_CODE)).await;
            assert_eq!(reply.status, 200);
        }
        emulator.clock().advance(Duration::from_secs(3_600));
    }
}

#[tokio::test]
async fn codes_move_with_the_clock_in_steps_of_thirty_seconds() {
    let emulator = at_a_step().await;
    let code = emulator.second_factor_code();
    assert_eq!(code.len(), 6);
    assert!(code.bytes().all(|byte| byte.is_ascii_digit()));
    emulator.clock().advance(Duration::from_secs(29));
    assert_eq!(emulator.second_factor_code(), code);
    emulator.clock().advance(Duration::from_secs(1));
    assert_ne!(emulator.second_factor_code(), code);
}

#[tokio::test]
async fn a_code_is_good_in_its_step_and_in_the_next_and_no_longer() {
    for (seconds, status) in [(0, 200), (59, 200), (60, 401)] {
        let emulator = at_a_step().await;
        let code = emulator.second_factor_code();
        emulator.clock().advance(Duration::from_secs(seconds));
        let reply = login(&emulator, &with_code(&code)).await;
        assert_eq!(reply.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn a_code_that_is_not_yet_due_is_wrong() {
    let emulator = at_a_step().await;
    emulator.clock().advance(STEP);
    let later = emulator.second_factor_code();
    let clock = emulator.clock();
    clock.set(clock.now() - STEP);
    assert_asks_for_a_code(&login(&emulator, &with_code(&later)).await, "wrong");
}

#[tokio::test]
async fn the_code_of_a_step_is_good_once_and_each_step_has_its_own() {
    let emulator = at_a_step().await;
    let first = emulator.second_factor_code();
    emulator.clock().advance(STEP);
    let second = emulator.second_factor_code();
    for code in [&second, &first] {
        assert_eq!(login(&emulator, &with_code(code)).await.status, 200);
        assert_asks_for_a_code(&login(&emulator, &with_code(code)).await, "wrong");
    }
    emulator.clock().advance(STEP);
    assert_asks_for_a_code(&login(&emulator, &with_code(&second)).await, "wrong");
}

#[tokio::test]
async fn reset_forgets_which_codes_were_used() {
    let emulator = at_a_step().await;
    let clock = emulator.clock();
    let now = clock.now();
    let body = with_code(&emulator.second_factor_code());
    assert_eq!(login(&emulator, &body).await.status, 200);
    assert_eq!(login(&emulator, &body).await.status, 401);
    emulator.reset();
    clock.set(now);
    assert_eq!(login(&emulator, &body).await.status, 200);
}
