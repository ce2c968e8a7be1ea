//! Refreshes that are answered badly, over real HTTP: each costs one request and no token that works, the
//! store is as it was, and only what the server says of the refresh token itself stands.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    Authenticator, CachePolicy, ErrorKind, MemoryStore, Need, Runtime, Session, TokenStore,
    default_runtime,
};
use phrase_auth_oauth2::{OAuth2Auth, OAuth2Client};

use crate::bad_answers::{Case, assert_harmless, cases};
use crate::fixture::{client, endpoints, hurried};
use crate::hostile::{ailing, json};

/// Said of exchanged tokens only.
pub(crate) const FOR_EXCHANGES: [&str; 2] = ["another issued type", "an empty issued type"];

#[tokio::test]
async fn no_bad_answer_to_a_refresh_costs_a_session() {
    let mut checks = tokio::task::JoinSet::new();
    let mut count = 0;
    for case in cases() {
        if !FOR_EXCHANGES.contains(&case.name) {
            count += 1;
            checks.spawn(check(case));
        }
    }
    // Whichever fails first panics here, with its name.
    checks.join_all().await;
    assert!(count >= 40, "{count}");
}

async fn check(case: Case) {
    let Case {
        name, answer, kind, ..
    } = case;
    // A refresh token that is refused is at its end: a person has to log in.
    let kind = match kind {
        ErrorKind::Refused => ErrorKind::LoginRequired,
        kind => kind,
    };
    let well = |number: usize| {
        json(&format!(
            r#"{{"access_token":"a{number}","refresh_token":"canary-api-token","expires_in":3600}}"#
        ))
    };
    let (server, ill) = ailing(answer, well).await;
    let clock = Arc::new(ManualRuntime::new());
    // After a refusal the store is looked at for 175 ms, in real time: nobody could tell when to move the
    // manual clock on for that.
    let runtime: Arc<dyn Runtime> = match kind {
        ErrorKind::LoginRequired | ErrorKind::Forbidden => default_runtime(),
        _ => clock.clone(),
    };
    let mut policy = CachePolicy::default();
    policy.deadline = Duration::from_secs(2);
    let oauth = OAuth2Client::builder("c", endpoints(server.origin()))
        .http_client(Arc::new(client()))
        .runtime(runtime)
        .policy(policy)
        .build()
        .unwrap();
    let store = Arc::new(MemoryStore::new());
    let auth = OAuth2Auth::from_store(oauth.clone(), store.clone(), "").unwrap();
    let first = oauth.session_from_refresh_token("canary-r", "").unwrap();
    auth.cache().adopt(first).await.unwrap();
    let before = auth.header().await.unwrap();
    let key = oauth.key("").unwrap();
    let saved = || async { store.load(&key).await.unwrap().unwrap().to_secret_bytes() };
    let kept = saved().await;

    ill.store(true, Ordering::SeqCst);
    let newer = Need::default().newer_than(before.generation());
    let error = hurried(&clock, auth.obtain(newer)).await.expect_err(name);
    assert_eq!(error.kind(), kind, "{name}: {error}");
    assert_eq!(server.requests(), 2, "{name}");
    assert_harmless(name, &auth, &before, &error);

    ill.store(false, Ordering::SeqCst);
    if kind == ErrorKind::LoginRequired {
        // Said of it by name, for everybody who shares the store; the tokens are the same.
        let session = Session::from_secret_bytes(&saved().await).unwrap();
        assert_eq!(session.token().secret().expose(), before.token(), "{name}");
        let login = oauth.session_from_refresh_token("canary-new", "").unwrap();
        auth.cache().adopt(login).await.unwrap();
    } else if kind == ErrorKind::Forbidden {
        auth.cache().reset();
    } else {
        assert_eq!(saved().await, kept, "{name}: byte for byte");
    }
    clock.advance(Duration::from_secs(3600));
    let after = auth
        .header()
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(after.generation() > before.generation(), "{name}");
}
