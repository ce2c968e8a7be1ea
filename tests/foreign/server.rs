use std::sync::Arc;

use phrase_auth_core::{Authenticator, ErrorKind, MemoryStore, TokenStore};
use phrase_auth_oauth2::{ClientAuth, OAuth2Auth};

use crate::browser::log_in;
use crate::provider::Provider;

#[tokio::test]
async fn every_kind_of_client_logs_in_and_its_refresh_tokens_rotate() {
    let provider = Provider::start(3600);
    for (name, how) in [
        ("public", None),
        ("basic", Some(ClientAuth::Basic)),
        ("post", Some(ClientAuth::Body)),
    ] {
        let builder = provider.client(name);
        let oauth = match how {
            Some(how) => builder.client_secret(provider.secret(name), how),
            None => builder,
        };
        let oauth = oauth.build().unwrap();
        let (session, page) = log_in(&oauth, &format!("foreign-{name}"), "foreign", "allow").await;
        assert_eq!(page["title"], "Logged in");
        let auth = OAuth2Auth::new(oauth, session.unwrap()).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let session = auth.cache().session().unwrap();
            let refresh = session.token().refresh().unwrap();
            assert!(
                seen.insert(refresh.expose().to_owned()),
                "{name}: it rotates"
            );
            renew(&auth).await;
        }
    }
    assert_eq!(provider.count("refresh_token", "ok"), 9);
}

#[tokio::test]
async fn a_person_who_cancels_is_told_so_and_no_token_is_asked_for() {
    let provider = Provider::start(3600);
    let oauth = provider.client("public").build().unwrap();
    let (session, page) = log_in(&oauth, "foreign-denied", "foreign", "deny").await;
    assert_eq!(page["title"], "Not allowed");
    let error = session.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Forbidden, Some("access_denied"))
    );
    assert_eq!(provider.count("authorization_code", "ok"), 0);
}

#[tokio::test]
async fn authenticators_over_a_store_keep_the_family_alive_and_without_one_they_end_it() {
    let provider = Provider::start(3600);
    let oauth = provider.client("public").build().unwrap();
    let (session, _) = log_in(&oauth, "foreign-family", "foreign", "allow").await;
    let session = session.unwrap();
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let of = || OAuth2Auth::from_store(oauth.clone(), Arc::clone(&store), "").unwrap();
    let (one, other) = (of(), of());
    one.cache().adopt(session.clone()).await.unwrap();
    for _ in 0..10 {
        let stale = other.header().await.unwrap();
        renew(&one).await;
        // What the one has renewed, the other takes.
        assert!(other.reject(&stale));
        assert_eq!(
            other.header().await.unwrap().token(),
            one.header().await.unwrap().token()
        );
    }
    assert_eq!(provider.count("refresh_token", "ok"), 10);
    assert_eq!(provider.count("refresh_token", "invalid_grant"), 0);
    // Whoever comes with the first one again ends it for all, and hears that a person is needed.
    let apart = OAuth2Auth::new(oauth.clone(), session).unwrap();
    let header = apart.header().await.unwrap();
    assert!(apart.reject(&header));
    let error = apart.header().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::LoginRequired, Some("invalid_grant"))
    );
}

/// Has the token refused by an API, and gets another.
async fn renew(auth: &OAuth2Auth) {
    let header = auth.header().await.unwrap();
    // One that was fetched because of a refusal is believed for a minute; this one is forced.
    let need = phrase_auth_core::Need::default().newer_than(header.generation());
    let newer = auth.obtain(need).await.unwrap();
    assert_ne!(header.token(), newer.token());
}
