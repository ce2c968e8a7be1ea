//! What an emulator goes back to.

use std::time::Duration;

use super::wire::{api_token, call, credential, login, logout, password, who_am_i};
use crate::seed::{LOCKING_USER, PLAIN_USER, PUBLIC_CLIENT, TWO_FACTOR_USER};
use crate::{Application, Emulator, EmulatorError, OAuthClient, Snapshot, TmsUser};

async fn status(emulator: &Emulator, jwt: &str) -> u16 {
    let head = credential(Application::Tms, jwt);
    call(emulator, Application::Tms, &head).await.status
}

async fn try_wrong(emulator: &Emulator) {
    let mut wrong = password(&LOCKING_USER);
    wrong["password"] = "wrong".into();
    login(emulator, &wrong).await;
}

#[tokio::test]
async fn what_was_good_is_good_again_and_what_came_since_was_never_given() {
    let emulator = Emulator::start().await.unwrap();
    let jwt = emulator.issue_jwt(Application::Tms).unwrap();
    let session = emulator.issue_session(PLAIN_USER.user_name).unwrap();
    let revoked = emulator.issue_jwt(Application::Tms).unwrap();
    emulator.revoke(&revoked);
    let past = emulator.snapshot();
    let start = emulator.clock().now();
    for _ in 0..2 {
        let since = emulator.issue_jwt(Application::Tms).unwrap();
        let session_since = emulator.issue_session(PLAIN_USER.user_name).unwrap();
        logout(&emulator, &api_token(&session)).await;
        emulator.revoke_tokens();
        emulator.rotate_keys();
        emulator.clock().advance(Duration::from_secs(1_000_000));
        let requests = emulator.log().requests().len();

        emulator.restore(&past).unwrap();
        assert_eq!(emulator.clock().now(), start);
        assert_eq!(emulator.key_id(), "phrase-emulator-worthless-1");
        assert_eq!(emulator.log().requests().len(), requests, "the log stays");
        assert_eq!(status(&emulator, &jwt).await, 200);
        assert_eq!(who_am_i(&emulator, &session).await.status, 200);
        assert_eq!(status(&emulator, &revoked).await, 401);
        assert_eq!(status(&emulator, &since).await, 401);
        assert_eq!(who_am_i(&emulator, &session_since).await.status, 401);
        let after = emulator.issue_jwt(Application::Tms).unwrap();
        assert_ne!(after, since);
        assert_eq!(status(&emulator, &after).await, 200);
        assert_eq!(status(&emulator, &since).await, 401, "still");
    }
}

#[tokio::test]
async fn a_reset_is_undone_and_an_earlier_and_a_later_snapshot_can_be_told_apart() {
    let emulator = Emulator::start().await.unwrap();
    let first = emulator.issue_jwt(Application::Tms).unwrap();
    let earlier = emulator.snapshot();
    let second = emulator.issue_jwt(Application::Tms).unwrap();
    let later = emulator.snapshot();
    for (past, expected) in [
        (&earlier, [200, 401]),
        (&later, [200, 200]),
        (&earlier, [200, 401]),
    ] {
        emulator.reset();
        assert_eq!(status(&emulator, &first).await, 401);
        emulator.restore(past).unwrap();
        let statuses = [
            status(&emulator, &first).await,
            status(&emulator, &second).await,
        ];
        assert_eq!(statuses, expected);
    }
}

#[tokio::test]
async fn what_is_remembered_of_logins_is_kept_too() {
    let emulator = Emulator::start().await.unwrap();
    for _ in 0..2 {
        try_wrong(&emulator).await;
    }
    emulator.end_sessions(PLAIN_USER.user_name);
    let past = emulator.snapshot();
    let mut timed = password(&TWO_FACTOR_USER);
    timed["code"] = emulator.second_factor_code().into();
    for _ in 0..2 {
        try_wrong(&emulator).await;
        let reply = login(&emulator, &password(&LOCKING_USER)).await;
        assert_eq!(reply.status, 403, "the third one locks");
        assert_eq!(login(&emulator, &timed).await.status, 200, "once");
        assert_eq!(login(&emulator, &timed).await.status, 401, "once");
        let reply = login(&emulator, &password(&PLAIN_USER)).await;
        let ended = reply
            .json()
            .get("lastInvalidateAllSessionsPerformed")
            .cloned();
        assert!(ended.is_some());
        emulator.restore(&past).unwrap();
    }
    let reply = login(&emulator, &password(&LOCKING_USER)).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn clients_are_those_of_the_snapshot() {
    let emulator = Emulator::start().await.unwrap();
    let own = || OAuthClient::public("own").redirect_uri("https://own.example/");
    emulator.add_client(own()).unwrap();
    let past = emulator.snapshot();
    let clients = emulator.clients();
    emulator.remove_client("own");
    emulator.remove_client(PUBLIC_CLIENT.client_id);
    let other = OAuthClient::public("other").redirect_uri("https://own.example/");
    emulator.add_client(other).unwrap();
    emulator.restore(&past).unwrap();
    assert_eq!(emulator.clients(), clients);
}

#[tokio::test]
async fn a_snapshot_belongs_to_its_emulator() {
    let [emulator, other] = [
        Emulator::start().await.unwrap(),
        Emulator::start().await.unwrap(),
    ];
    let jwt = emulator.issue_jwt(Application::Tms).unwrap();
    let now = emulator.clock().now();
    other.clock().advance(Duration::from_secs(5));
    let error = emulator.restore(&other.snapshot()).unwrap_err();
    assert!(matches!(error, EmulatorError::OtherSnapshot));
    assert!(error.to_string().contains("another emulator"));
    assert_eq!(emulator.clock().now(), now, "nothing has changed");
    assert_eq!(status(&emulator, &jwt).await, 200);
}

#[tokio::test]
async fn a_snapshot_goes_to_any_thread_and_shows_no_secret() {
    fn travels<T: Send + Sync + Clone + 'static>(_: &T) {}
    const CANARY: &str = "canary-0123456789";
    let builder = Emulator::builder().tms_user(TmsUser::new(CANARY, CANARY));
    let client = OAuthClient::confidential(CANARY, CANARY).redirect_uri("https://own.example/");
    let emulator = builder.oauth_client(client).start().await.unwrap();
    let session = emulator.issue_session(CANARY).unwrap();
    let issued = emulator.issue_oauth(CANARY, CANARY).unwrap();
    let past: Snapshot = emulator.snapshot();
    travels(&past);
    travels(&issued);
    let shown = format!("{past:?} {issued:?} {emulator:?}");
    let refresh = issued.refresh_token.as_deref().unwrap();
    for secret in [CANARY, &session, &issued.access_token, refresh] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let clients = emulator.clients();
    let own = clients.iter().find(|it| it.client_id == CANARY).unwrap();
    assert!(own.is_confidential);
}
