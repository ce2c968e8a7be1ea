use super::*;

fn session(token: Token, clock: &ManualRuntime) -> Session {
    Session::new(token, clock.now().wall, key())
}

#[tokio::test]
async fn an_adopted_session_is_handed_out_and_saved_and_ends_a_refusal() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let cache = stored(server.clone(), &clock, store.clone());
    cache.header().await.unwrap_err();
    cache.adopt(session(server.token(), &clock)).await.unwrap();
    assert_eq!(cache.peek().unwrap().token(), "a1");
    assert_eq!(kept(&store).await.as_deref(), Some("a1"));
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    assert_eq!(cache.session().unwrap().token().secret().expose(), "a2");
}

#[tokio::test]
async fn a_session_of_another_key_is_refused_and_changes_nothing() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let cache = stored(server.clone(), &clock, store.clone());
    let other = session(server.token(), &clock).with_key(key().with_user("joe").unwrap());
    let error = cache.adopt(other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(cache.peek().is_none() && kept(&store).await.is_none());
}

#[tokio::test]
async fn what_is_adopted_while_the_store_is_down_is_handed_out_and_saved_by_the_next_fetch() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    let cache = stored(server.clone(), &clock, store.clone());
    store.break_saves(true);
    let error = cache
        .adopt(session(server.token(), &clock))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    store.break_saves(false);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
}

#[tokio::test]
async fn a_refresh_under_way_neither_replaces_nor_overwrites_what_is_adopted() {
    let (server, store) = (Rotating::gated(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    clock.advance(LIFE);
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    assert_eq!(server.started(), 1);
    let login = Token::new("other", HeaderStyle::bearer(), LIFE).unwrap();
    let login = session(login.with_refresh("r-other").unwrap(), &clock);
    let adopting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.adopt(login).await }
    });
    settle().await;
    // Whoever waits gets it at once.
    assert_eq!(caller.await.unwrap().unwrap().token(), "other");
    server.let_through();
    adopting.await.unwrap().unwrap();
    settle().await;
    assert_eq!(cache.header().await.unwrap().token(), "other");
    assert_eq!(kept(&store).await.as_deref(), Some("other"));
}

#[tokio::test]
async fn a_first_session_is_saved_where_nothing_is_and_yields_to_what_is_there() {
    let (server, clock) = (Rotating::new(LIFE), Arc::new(ManualRuntime::new()));
    let begun = |store: &MemoryStore, first: Session| {
        TokenCache::builder(server.clone(), audience())
            .runtime(clock.clone())
            .session(first)
            .store(Arc::new(store.clone()), key())
            .build()
    };
    let empty = MemoryStore::new();
    let cache = begun(&empty, session(server.token(), &clock));
    assert_eq!(cache.peek().unwrap().token(), "a1");
    cache.settled().await.unwrap();
    assert_eq!(kept(&empty).await.as_deref(), Some("a1"));
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    assert_eq!(kept(&empty).await.as_deref(), Some("a2"));

    let full = MemoryStore::new();
    let old = session(server.token(), &clock);
    clock.advance(LIFE);
    put(&full, server.token(), &clock).await;
    let cache = begun(&full, old);
    assert_eq!(cache.header().await.unwrap().token(), "a4");
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test]
async fn a_session_from_the_future_is_renewed_before_it_is_used() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, server.token(), &clock).await;
    clock.step_wall_back(Duration::from_secs(3600));
    let cache = stored(server.clone(), &clock, store.clone());
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn without_a_store_the_session_follows_the_refreshes_for_whoever_keeps_it() {
    let server = Rotating::gated(LIFE);
    let clock = Arc::new(ManualRuntime::new());
    let first = session(server.token(), &clock);
    let cache = TokenCache::builder(server.clone(), audience())
        .runtime(clock.clone())
        .session(first)
        .build();
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    // Renewed beside: a program that ends now would lose it.
    clock.advance(LIFE - Duration::from_secs(200));
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    server.let_through();
    cache.settled().await.unwrap();
    let session = cache.session().unwrap();
    assert_eq!(session.token().refresh().unwrap().expose(), "r2");
    assert_eq!(session.requested_at(), clock.now().wall);
    cache.settled().await.unwrap();
}

#[tokio::test]
async fn a_login_that_could_not_be_saved_goes_before_what_the_store_has() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    put(&store, token("dead", Duration::ZERO).unwrap(), &clock).await;
    let cache = stored(server.clone(), &clock, store.clone());
    store.break_saves(true);
    let login = session(server.token(), &clock);
    cache.adopt(login).await.unwrap_err();
    store.break_saves(false);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
}

#[tokio::test]
async fn an_adopted_session_is_not_saved_over_its_own_successor() {
    let (server, clock, store) = (Rotating::gated(LIFE), clock(), MemoryStore::new());
    let cache = stored(server.clone(), &clock, store.clone());
    // Somebody else has the lock while it is adopted, and over when it is.
    let theirs = store.lock(&key(), LIFE).await.unwrap();
    let over = session(server.token().with_lifetime(Duration::ZERO), &clock);
    let mut adopting = Box::pin(cache.adopt(over));
    assert!(poll_once(adopting.as_mut()).is_pending());
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    drop(theirs);
    settle().await;
    server.let_through();
    assert_eq!(caller.await.unwrap().unwrap().token(), "a2");
    settle().await;
    adopting.await.unwrap();
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
    clock.advance(LIFE);
    server.let_through();
    assert_eq!(cache.header().await.unwrap().token(), "a3");
    assert!(server.is_alive());
}

#[tokio::test]
async fn a_session_for_other_apis_is_refused_also_without_a_store() {
    let server = Rotating::new(LIFE);
    let (cache, clock) = cache(server.clone());
    let elsewhere = BaseUrl::parse("https://us.api.example/v1").unwrap();
    let other = StoreKey::new("oauth2", &elsewhere, "jane").unwrap();
    let login = session(server.token(), &clock).with_key(other);
    let error = cache.adopt(login).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(cache.peek().is_none());
}

#[tokio::test]
async fn a_login_is_saved_although_whoever_brought_it_has_gone() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let theirs = store.lock(&key(), LIFE).await.unwrap();
    let cache = stored(server.clone(), &clock, store.clone());
    let mut adopting = Box::pin(cache.adopt(session(server.token(), &clock)));
    assert!(poll_once(adopting.as_mut()).is_pending());
    // As a web server drops a handler whose browser has hung up, and its authenticator with it.
    drop(adopting);
    drop(cache);
    drop(theirs);
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a1"));
}

#[tokio::test]
async fn to_adopt_what_was_refused_takes_the_mark_away_for_everybody() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let again = session(server.token(), &clock);
    store.overwrite(again.refused());
    let cache = stored(server.clone(), &clock, store.clone());
    cache.adopt(again).await.unwrap();
    clock.advance(LIFE);
    let other = stored(server.clone(), &clock, store.clone());
    assert_eq!(other.header().await.unwrap().token(), "a2");
}
