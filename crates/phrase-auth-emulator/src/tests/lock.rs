use serde_json::json;

use super::wire::{login, password};
use crate::Emulator;
use crate::seed::{ADMIN_USER, LOCKING_USER, PLAIN_USER, SeededUser, TWO_FACTOR_USER};

/// Logs in with this many wrong passwords, each of which is answered 401.
async fn guess(emulator: &Emulator, user: &SeededUser, times: u32) {
    for guess in 1..=times {
        let body = json!({"userName": user.user_name, "password": "wrong"});
        let reply = login(emulator, &body).await;
        assert_eq!(
            reply.fault(),
            (401, "AuthUnauthorized".to_owned()),
            "{guess}"
        );
    }
}

#[tokio::test]
async fn three_wrong_passwords_in_a_row_lock_whatever_comes_next() {
    let emulator = Emulator::start().await.unwrap();
    guess(&emulator, &LOCKING_USER, 3).await;
    let wrong = json!({"userName": LOCKING_USER.user_name, "password": "wrong"});
    for body in [password(&LOCKING_USER), wrong, password(&LOCKING_USER)] {
        let reply = login(&emulator, &body).await;
        assert_eq!(reply.fault(), (403, "AuthAccountLocked".to_owned()));
        assert_eq!(reply.explains(), None);
    }
    assert_eq!(login(&emulator, &password(&PLAIN_USER)).await.status, 200);
}

#[tokio::test]
async fn a_right_password_in_between_starts_the_count_anew() {
    let emulator = Emulator::start().await.unwrap();
    for _ in 0..3 {
        guess(&emulator, &LOCKING_USER, 2).await;
        assert_eq!(login(&emulator, &password(&LOCKING_USER)).await.status, 200);
    }
}

#[tokio::test]
async fn reset_unlocks_and_forgets_the_count() {
    let emulator = Emulator::start().await.unwrap();
    guess(&emulator, &LOCKING_USER, 3).await;
    emulator.reset();
    guess(&emulator, &LOCKING_USER, 2).await;
    emulator.reset();
    guess(&emulator, &LOCKING_USER, 2).await;
    assert_eq!(login(&emulator, &password(&LOCKING_USER)).await.status, 200);
}

#[tokio::test]
async fn no_other_user_ever_locks() {
    let emulator = Emulator::start().await.unwrap();
    for user in [PLAIN_USER, TWO_FACTOR_USER, ADMIN_USER] {
        guess(&emulator, &user, 5).await;
        let reply = login(&emulator, &password(&user)).await;
        assert_ne!(reply.status, 403, "{}", user.user_name);
    }
}
