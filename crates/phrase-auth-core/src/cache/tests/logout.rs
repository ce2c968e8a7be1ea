use super::*;

#[tokio::test]
async fn a_logout_ends_the_session_for_everybody_who_shares_the_store() {
    let (server, store) = (Rotating::new(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    cache.header().await.unwrap();
    assert_eq!(cache.logout().await.unwrap(), Revocation::Revoked);
    assert!(kept(&store).await.is_none() && !server.is_alive());
    assert_eq!(cache.logout().await.unwrap(), Revocation::NothingHeld);
    // Not even a login elsewhere ends it here: somebody has said so.
    put(&store, server.token(), &clock).await;
    clock.advance(Duration::from_secs(2));
    let error = cache.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    cache.reset();
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn a_refresh_under_way_does_not_bring_back_what_was_logged_out() {
    let (server, store) = (Rotating::gated(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    clock.advance(LIFE);
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    let logout = tokio::spawn({
        let cache = cache.clone();
        async move { cache.logout().await }
    });
    settle().await;
    server.let_through();
    assert_eq!(
        caller.await.unwrap().unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    logout.await.unwrap().unwrap();
    settle().await;
    assert!(kept(&store).await.is_none());
    assert!(cache.header().await.is_err());
}

#[tokio::test]
async fn what_somebody_else_has_renewed_is_ended_too() {
    let source = ScriptedSource::new([]);
    let (clock, store) = (clock(), MemoryStore::new());
    put(&store, token("mine", LIFE).unwrap(), &clock).await;
    let cache = stored(source.clone(), &clock, store.clone());
    cache.header().await.unwrap();
    put(&store, token("theirs", LIFE).unwrap(), &clock).await;
    cache.logout().await.unwrap();
    let ended: Vec<_> = source
        .revoked()
        .iter()
        .map(|it| it.expose().to_owned())
        .collect();
    assert_eq!(ended, ["mine", "theirs"]);
    assert!(kept(&store).await.is_none());
}

#[tokio::test]
async fn a_store_that_cannot_be_told_is_an_error_and_the_token_is_forgotten_all_the_same() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, _clock) = begun(&server, &store).await;
    cache.header().await.unwrap();
    store.break_locks(true);
    assert_eq!(cache.logout().await.unwrap_err().kind(), ErrorKind::Store);
    assert!(!server.is_alive() && cache.peek().is_none());
}

#[tokio::test]
async fn a_login_while_a_logout_waits_for_the_store_is_spared() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, token("old", LIFE).unwrap(), &clock).await;
    let cache = stored(server.clone(), &clock, store.clone());
    cache.header().await.unwrap();
    let theirs = store.lock(&key(), LIFE).await.unwrap();
    let logout = tokio::spawn({
        let cache = cache.clone();
        async move { cache.logout().await }
    });
    settle().await;
    let login = Session::new(server.token(), clock.now().wall, key());
    let adopting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.adopt(login).await }
    });
    settle().await;
    drop(theirs);
    logout.await.unwrap().unwrap();
    adopting.await.unwrap().unwrap();
    assert_eq!(kept(&store).await.as_deref(), Some("a1"));
    assert_eq!(cache.header().await.unwrap().token(), "a1");
}

#[tokio::test]
async fn what_is_somebody_elses_is_neither_ended_nor_removed() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let joe = key().with_user("joe").unwrap();
    let session = Session::new(token("joes", LIFE).unwrap(), clock.now().wall, joe);
    store
        .lock(&key(), LIFE)
        .await
        .unwrap()
        .save(&session)
        .await
        .unwrap();
    let cache = stored(server.clone(), &clock, store.clone());
    assert_eq!(cache.logout().await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(kept(&store).await.as_deref(), Some("joes"));
    assert!(server.is_alive());
}

#[tokio::test]
async fn a_refresh_that_lands_after_a_logout_that_could_not_lock_is_not_saved() {
    let (server, store) = (Rotating::gated(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    clock.advance(LIFE);
    let _caller = tokio::spawn(owned_header(&cache));
    settle().await;
    store.break_locks(true);
    assert!(cache.logout().await.is_err());
    store.break_locks(false);
    server.let_through();
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a1"));
}
