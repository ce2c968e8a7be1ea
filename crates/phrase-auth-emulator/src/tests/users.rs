use std::collections::BTreeSet;

use serde_json::json;

use super::wire::{login, token, who_am_i};
use crate::seed::{
    ADMIN_USER, LOCKING_USER, MANY_ORGANIZATIONS_USER, NO_API_USER, PLAIN_USER, SSO_USER,
    TWO_FACTOR_USER,
};
use crate::{Emulator, EmulatorError, TmsUser};

#[test]
fn seeded_names_passwords_and_uids_are_artificial_and_distinct() {
    let users = [
        PLAIN_USER,
        TWO_FACTOR_USER,
        SSO_USER,
        NO_API_USER,
        LOCKING_USER,
        MANY_ORGANIZATIONS_USER,
        ADMIN_USER,
    ];
    let mut values: Vec<&str> = Vec::new();
    for user in users {
        values.extend([user.user_name, user.password]);
        values.extend(user.accounts.iter().map(|account| account.uid));
    }
    for value in &values {
        assert!(value.starts_with("phrase-emulator-") && value.is_ascii());
    }
    let distinct: BTreeSet<_> = values.iter().collect();
    assert_eq!(distinct.len(), values.len());
    let [first, second] = MANY_ORGANIZATIONS_USER.accounts else {
        panic!("two accounts");
    };
    assert_ne!(first.organization_uid, second.organization_uid);
}

#[tokio::test]
async fn a_user_of_the_builder_logs_in_like_a_seeded_one_and_stays_across_reset() {
    let emulator = Emulator::builder()
        .tms_user(TmsUser::new("jo@example.invalid", "pässwörd \"\\"))
        .tms_user(TmsUser::new("jo", "pässwörd \"\\"))
        .start()
        .await
        .unwrap();
    let mut uids = BTreeSet::new();
    for name in ["jo@example.invalid", "jo"] {
        for _ in 0..2 {
            let body = json!({"userName": name, "password": "pässwörd \"\\"});
            let reply = login(&emulator, &body).await;
            let me = who_am_i(&emulator, &token(&reply)).await.json();
            assert_eq!(me["user"]["userName"], name);
            uids.insert(me["user"]["uid"].to_string());
            emulator.reset();
        }
    }
    assert_eq!(uids.len(), 2, "each has an account, and keeps it");
}

#[tokio::test]
async fn a_user_that_no_login_could_name_does_not_start() {
    for (user_name, password, word) in [
        ("", "x", "empty"),
        ("x", "", "empty"),
        ("li\nne", "x", "control"),
        ("x", "\u{7f}", "control"),
        (PLAIN_USER.user_name, "x", "known"),
        ("twice", "x", "known"),
    ] {
        let builder = Emulator::builder().tms_user(TmsUser::new("twice", "y"));
        let error = builder
            .tms_user(TmsUser::new(user_name, password))
            .start()
            .await
            .unwrap_err();
        assert!(
            matches!(error, EmulatorError::TmsUser { .. }),
            "{user_name:?}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }
}
