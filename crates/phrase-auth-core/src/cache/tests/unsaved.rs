use super::*;

#[tokio::test]
async fn what_cannot_be_saved_is_handed_out_and_saved_as_soon_as_it_can() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    store.break_saves(true);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    for _ in 0..3 {
        settle().await;
        clock.advance(Duration::from_secs(30));
    }
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a1"));
    drop(store.lock(&key(), LIFE).await.unwrap());
    store.break_saves(false);
    clock.advance(Duration::from_secs(30));
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
    assert_eq!(
        (clock.sleepers(), server.refreshes()),
        (0, 1),
        "and then it ends"
    );
}

#[tokio::test]
async fn the_next_fetch_saves_first_what_could_not_be_saved() {
    let (server, store) = (Rotating::gated(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    store.break_saves(true);
    clock.advance(LIFE);
    server.let_through();
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    store.break_saves(false);
    clock.step_wall(LIFE);
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    assert_eq!(server.started(), 2);
    assert_eq!(
        kept(&store).await.as_deref(),
        Some("a2"),
        "before it is sent"
    );
    server.let_through();
    assert_eq!(caller.await.unwrap().unwrap().token(), "a3");
    assert_eq!(kept(&store).await.as_deref(), Some("a3"));
}

#[tokio::test]
async fn what_could_not_be_saved_yields_to_what_somebody_else_has_saved() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    store.break_saves(true);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    store.break_saves(false);
    // A login in another process.
    put(&store, server.token(), &clock).await;
    clock.advance(Duration::from_secs(30));
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a3"));
    let header = cache.header().await.unwrap();
    assert_eq!(header.token(), "a2", "it works still");
    assert!(cache.reject(&header));
    assert_eq!(cache.header().await.unwrap().token(), "a3");
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test]
async fn a_store_that_panics_in_a_save_costs_no_token() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    store.panic_in_saves(true);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
    store.panic_in_saves(false);
    settle().await;
    clock.advance(Duration::from_secs(30));
    settle().await;
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
}

#[tokio::test]
async fn one_task_tries_however_many_flights_fail() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    store.break_saves(true);
    clock.advance(LIFE);
    cache.header().await.unwrap();
    store.break_locks(true);
    clock.advance(LIFE);
    for _ in 0..100 {
        assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Store);
    }
    settle().await;
    assert_eq!(clock.sleepers(), 1);
}

#[tokio::test]
async fn what_was_logged_out_while_a_save_waits_for_the_lock_is_not_saved() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    let cache = stored(server.clone(), &clock, store.clone());
    store.break_saves(true);
    let login = Session::new(server.token(), clock.now().wall, key());
    cache.adopt(login).await.unwrap_err();
    settle().await;
    store.break_saves(false);
    let entry = store.lock(&key(), LIFE).await.unwrap();
    clock.advance(Duration::from_secs(30));
    settle().await;
    let logout = tokio::spawn({
        let cache = cache.clone();
        async move { cache.logout().await }
    });
    settle().await;
    drop(entry);
    logout.await.unwrap().unwrap();
    settle().await;
    assert_eq!(kept(&store).await, None);
}
