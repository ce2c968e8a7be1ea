use phrase_auth_core::{Need, SecretSource};

use super::*;

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
async fn a_password_that_is_changed_at_the_server_and_in_its_file_is_picked_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "old").unwrap();
    let world = World::of(Emulator::builder().tms_user(TmsUser::new("jane", "new"))).await;
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
