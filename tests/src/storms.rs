//! Many callers at once: what reaches the server is counted there.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{AuthError, AuthHeader, Authenticator, ErrorKind, Product, Runtime};
use phrase_auth_emulator::seed::SeededUser;
use phrase_auth_emulator::{Application, Emulator, Endpoint, seed};
use phrase_auth_platform::PlatformAuth;

use crate::fixture::{World, client, endpoints, hurried, until};
use crate::hostile::{Hostile, http};

/// Starts `count` callers and waits for them all.
async fn herd(
    auth: &(impl Authenticator + Clone + 'static),
    count: usize,
) -> Vec<Result<AuthHeader, AuthError>> {
    let callers: Vec<_> = (0..count)
        .map(|_| {
            let auth = auth.clone();
            tokio::spawn(async move { auth.header().await })
        })
        .collect();
    let mut results = Vec::new();
    for caller in callers {
        results.push(caller.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_herd_makes_one_exchange() {
    let emulator = Emulator::builder()
        .latency(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let auth = PlatformAuth::new(seed::GOOD_TMS, endpoints, Product::Tms).unwrap();
    let headers = herd(&auth, 10_000).await;
    let first = headers[0].as_ref().unwrap().generation();
    assert!(
        headers
            .iter()
            .all(|header| header.as_ref().unwrap().generation() == first)
    );
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_with_a_refused_secret_makes_one_request_and_shares_one_error() {
    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let auth = PlatformAuth::new(seed::DELETED, endpoints, Product::Tms).unwrap();
    for error in herd(&auth, 10_000).await {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Refused);
    }
    for error in herd(&auth, 1_000).await {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Refused);
    }
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 1);
}

#[tokio::test]
async fn a_herd_before_a_server_that_is_down_makes_three_requests() {
    let server = Hostile::start(|_| http("500 Oops", "", "")).await;
    let (auth, clock) = on_manual_clock(server.origin());
    let first = tokio::spawn({
        let auth = auth.clone();
        async move { herd(&auth, 1_000).await }
    });
    // All are aboard before the clock moves.
    while clock.sleepers() < 1_000 || server.requests() < 1 {
        tokio::task::yield_now().await;
    }
    while !first.is_finished() {
        tokio::task::yield_now().await;
        if clock.sleepers() >= 1_002 {
            clock.advance(Duration::from_millis(100));
        }
    }
    for error in first.await.unwrap() {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_minute_of_outage_makes_at_most_thirty_requests() {
    let server = Hostile::start(|_| http("503 Busy", "", "")).await;
    let (auth, clock) = on_manual_clock(server.origin());
    let start = clock.now();
    while clock.now().since(&start) < Duration::from_secs(60) {
        let error = hurried(&clock, auth.header()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        clock.advance(Duration::from_millis(50));
    }
    assert!(
        (3..=30).contains(&server.requests()),
        "{}",
        server.requests()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_requests_refused_together_make_one_exchange() {
    let world = World::new(Application::Tms).await;
    let refused = world.auth.header().await.unwrap();
    world.emulator.revoke_tokens();
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let (auth, refused) = (world.auth.clone(), refused.clone());
            tokio::spawn(async move {
                assert!(auth.reject(&refused));
                auth.header().await.unwrap()
            })
        })
        .collect();
    for caller in callers {
        let header = caller.await.unwrap();
        assert!(header.generation() > refused.generation());
    }
    assert_eq!(world.exchanges(), 2);
    let header = world.auth.header().await.unwrap();
    assert_eq!(world.call(header).await, StatusCode::OK);
}

/// Over the process-wide transport, as an application has it.
fn logging_in(emulator: &Emulator, user: &SeededUser, password: &str) -> ApiTokenAuth {
    let credentials = Credentials::new(user.user_name, password);
    ApiTokenAuth::new(credentials, emulator.endpoints().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_herd_makes_one_login() {
    let emulator = Emulator::builder()
        .latency(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let user = seed::PLAIN_USER;
    let auth = logging_in(&emulator, &user, user.password);
    let headers = herd(&auth, 10_000).await;
    let first = headers[0].as_ref().unwrap().generation();
    let same = |header: &Result<AuthHeader, _>| header.as_ref().unwrap().generation() == first;
    assert!(headers.iter().all(same));
    assert_eq!(emulator.log().count(Endpoint::Login), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_requests_refused_together_make_one_login() {
    let emulator = Emulator::start().await.unwrap();
    let user = seed::PLAIN_USER;
    let auth = logging_in(&emulator, &user, user.password);
    let refused = auth.header().await.unwrap();
    assert_eq!(emulator.end_sessions(user.user_name), 1);
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let (auth, refused) = (auth.clone(), refused.clone());
            tokio::spawn(async move {
                assert!(auth.reject(&refused));
                auth.header().await.unwrap()
            })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap().generation() > refused.generation());
    }
    assert_eq!(emulator.log().count(Endpoint::Login), 2);
}

/// The account is locked by the third wrong password: two resets of a thousand callers do not get
/// there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_with_a_wrong_password_make_one_login_and_one_more_for_a_reset() {
    let emulator = Emulator::start().await.unwrap();
    let user = seed::LOCKING_USER;
    let auth = logging_in(&emulator, &user, "wrong");
    for logins in [1, 2] {
        for _ in 0..3 {
            for error in herd(&auth, 1_000).await {
                assert_eq!(error.unwrap_err().kind(), ErrorKind::Refused);
            }
        }
        assert_eq!(emulator.log().count(Endpoint::Login), logins);
        auth.cache().reset();
    }
    let right = logging_in(&emulator, &user, user.password);
    assert!(right.header().await.is_ok(), "the account is not locked");
}

#[tokio::test]
async fn ten_thousand_authenticators_share_one_transport_and_have_no_task() {
    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let many: Vec<_> = (0..10_000)
        .map(|_| {
            // Each over the client that `PlatformAuth::new` would take.
            let own = client();
            assert!(own.same_transport(&client()));
            PlatformAuth::builder(seed::GOOD_TMS, endpoints.clone(), Product::Tms)
                .http_client(Arc::new(own))
                .build()
                .unwrap()
        })
        .collect();
    for auth in many.iter().step_by(1_000) {
        auth.header().await.unwrap();
    }
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 10);
    let handle = tokio::runtime::Handle::current();
    until(|| handle.metrics().num_alive_tasks() == 0).await;
}

/// With any API token, before a server that does not look at it.
fn on_manual_clock(origin: &str) -> (PlatformAuth, Arc<ManualRuntime>) {
    let clock = Arc::new(ManualRuntime::new());
    let auth = PlatformAuth::builder("t", endpoints(origin), Product::Tms)
        .http_client(Arc::new(client()))
        .runtime(clock.clone())
        .build()
        .unwrap();
    (auth, clock)
}
