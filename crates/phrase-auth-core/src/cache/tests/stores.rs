use super::*;

#[tokio::test]
async fn a_session_from_the_store_is_handed_out_without_a_fetch() {
    let (server, store) = (Rotating::new(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    assert_eq!(server.started(), 0);
    // Its life goes on where it was: a token with a little life is better than none, and a dead one is not.
    clock.advance(LIFE - Duration::from_secs(60));
    let late = stored(server.clone(), &clock, store.clone());
    assert_eq!(late.header().await.unwrap().token(), "a1");
    clock.advance(Duration::from_secs(30));
    assert_eq!(late.header().await.unwrap().token(), "a2");
    assert_eq!(
        (server.started(), kept(&store).await.as_deref()),
        (1, Some("a2"))
    );
}

#[tokio::test]
async fn a_session_that_will_do_is_found_without_the_lock() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    put(&store, server.token(), &clock).await;
    store.break_locks(true);
    let cache = stored(server.clone(), &clock, store.clone());
    assert_eq!(cache.header().await.unwrap().token(), "a1");
}

#[tokio::test]
async fn nothing_in_the_store_and_nothing_in_hand_is_a_login_required_that_a_login_elsewhere_ends()
{
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let cache = stored(server.clone(), &clock, store.clone());
    for _ in 0..100 {
        let error = cache.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoginRequired);
    }
    assert_eq!(server.started(), 1, "it stands");
    put(&store, server.token(), &clock).await;
    clock.advance(Duration::from_secs(2));
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    assert_eq!(server.started(), 1);
}

#[tokio::test]
async fn nobody_gets_a_rotated_token_before_it_is_saved() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    clock.advance(LIFE);
    store.hold_saves();
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    assert_eq!(server.refreshes(), 1);
    assert!(!caller.is_finished() && cache.peek().is_none());
    store.let_saves_through();
    assert_eq!(caller.await.unwrap().unwrap().token(), "a2");
}

#[tokio::test]
async fn a_rotated_token_is_saved_and_the_next_refresh_goes_on_from_it() {
    let (server, store) = (Rotating::new(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    for round in 2..=50 {
        clock.advance(LIFE);
        let header = cache.header().await.unwrap();
        assert_eq!(header.token(), format!("a{round}"));
        assert_eq!(kept(&store).await.as_deref(), Some(header.token()));
    }
    assert_eq!(server.refreshes(), 49);
    assert!(server.is_alive());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caches_of_one_key_share_each_refresh_also_with_tokens_of_a_second() {
    for life in [LIFE, Duration::from_secs(1)] {
        let (server, clock, store) = (Rotating::new(life), clock(), MemoryStore::new());
        put(&store, server.token(), &clock).await;
        let caches: Vec<_> = (0..20)
            .map(|_| stored(server.clone(), &clock, store.clone()))
            .collect();
        for round in 2..=51 {
            clock.advance(life);
            let callers: Vec<_> = (0..1000)
                .map(|n| tokio::spawn(owned_header(&caches[n % caches.len()])))
                .collect();
            for caller in callers {
                let header = caller.await.unwrap().unwrap();
                assert_eq!(header.token(), format!("a{round}"));
            }
        }
        assert_eq!(server.refreshes(), 50);
        assert!(server.is_alive(), "no token was sent twice");
    }
}

#[tokio::test]
async fn what_somebody_else_has_renewed_is_taken_and_not_renewed_again() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, server.token(), &clock).await;
    let [one, other] = [0; 2].map(|_| stored(server.clone(), &clock, store.clone()));
    let first = other.header().await.unwrap();
    one.header().await.unwrap();
    clock.advance(LIFE);
    assert_eq!(one.header().await.unwrap().token(), "a2");
    assert_eq!(other.header().await.unwrap().token(), "a2");
    assert_eq!(server.refreshes(), 1);
    // Refused by the API: the same, if somebody has renewed it meanwhile.
    let second = one.header().await.unwrap();
    assert!(one.reject(&second));
    assert_eq!(one.header().await.unwrap().token(), "a3");
    let stale = other.header().await.unwrap();
    assert_eq!(stale.token(), "a2");
    assert!(other.reject(&stale));
    assert_eq!(other.header().await.unwrap().token(), "a3");
    assert_eq!(server.refreshes(), 2);
    assert!(other.reject(&first), "a straggler");
    // What came from the store says nothing about the server: this one is worth a refresh.
    let third = other.header().await.unwrap();
    assert!(other.reject(&third));
    assert_eq!(other.header().await.unwrap().token(), "a4");
    assert!(server.is_alive());
}

#[tokio::test]
async fn who_was_logged_out_elsewhere_does_not_renew_what_it_has_in_memory() {
    let (server, store) = (Rotating::new(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    cache.header().await.unwrap();
    store
        .lock(&key(), LIFE)
        .await
        .unwrap()
        .remove()
        .await
        .unwrap();
    clock.advance(LIFE);
    let error = cache.header().await.unwrap_err();
    assert_eq!(
        (error.kind(), server.refreshes()),
        (ErrorKind::LoginRequired, 0)
    );
}

#[tokio::test]
async fn a_dead_session_is_sent_by_one_of_all_who_share_it() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let (dead, _) = (server.token(), server.token());
    put(&store, dead, &clock).await;
    // One has held it all the time.
    let early = stored(server.clone(), &clock, store.clone());
    early.header().await.unwrap();
    clock.advance(LIFE);
    // As a web server makes one for each request.
    for _ in 0..100 {
        let cache = stored(server.clone(), &clock, store.clone());
        let refused = after_the_looks(&cache, &clock).await;
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoginRequired);
    }
    let caller = tokio::spawn(owned_header(&early));
    settle().await;
    assert_eq!(server.refreshes(), 1);
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    // Whoever insists sends it again, once.
    let cache = stored(server.clone(), &clock, store.clone());
    server.forgive();
    cache.reset();
    assert!(cache.header().await.is_ok());
    assert_eq!(server.refreshes(), 2);
    let other = stored(server.clone(), &clock, store.clone());
    assert!(other.header().await.is_ok());
}

#[tokio::test]
async fn a_passing_fault_does_not_swallow_the_wish_to_try_a_refused_session_again() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    let session = Session::new(server.token(), clock.now().wall, key());
    store.store.overwrite(session.refused());
    clock.advance(LIFE);
    let cache = stored(server.clone(), &clock, store.clone());
    assert!(cache.header().await.is_err());
    cache.reset();
    store.break_locks(true);
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Store);
    store.break_locks(false);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn a_store_that_fails_after_a_refusal_does_not_hide_it() {
    let (server, clock, store) = (Rotating::gated(LIFE), clock(), Counting::default());
    let (dead, _) = (server.token(), server.token());
    put(&store, dead, &clock).await;
    let cache = stored(server.clone(), &clock, store.clone());
    clock.advance(LIFE);
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    store.break_loads(true);
    server.let_through();
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    for _ in 0..100 {
        clock.advance(Duration::from_secs(61));
        let error = cache.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoginRequired);
    }
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test]
async fn a_wall_clock_that_is_set_forward_does_not_send_a_refresh_token_twice() {
    let (server, store) = (Rotating::gated(LIFE), MemoryStore::new());
    let (cache, clock) = begun(&server, &store).await;
    clock.advance(LIFE);
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    clock.step_wall(Duration::from_secs(40));
    let other = tokio::spawn(owned_header(&cache));
    settle().await;
    assert_eq!(server.started(), 1);
    server.let_through();
    assert_eq!(caller.await.unwrap().unwrap().token(), "a2");
    assert_eq!(other.await.unwrap().unwrap().token(), "a2");
    assert_eq!(kept(&store).await.as_deref(), Some("a2"));
}

/// A store whose session is replaced right after the server has refused the old one.
#[derive(Debug)]
struct Late {
    source: Rotating,
    store: MemoryStore,
    newer: Mutex<Option<Session>>,
}

#[async_trait]
impl TokenSource for Late {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let answer = self.source.fetch(ask).await;
        let newer = self.newer.lock().unwrap().take();
        if let Some(newer) = newer {
            // Whoever does this does not heed the lock; and this server forgives.
            self.store.overwrite(newer);
            self.source.family.lock().unwrap().alive = true;
        }
        answer
    }
}

#[tokio::test]
async fn the_loser_of_a_race_uses_what_the_winner_has_saved() {
    for fresh in [true, false] {
        let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
        put(&store, server.token(), &clock).await;
        // The winner's.
        let newer = server.token();
        let asked_at = match fresh {
            true => clock.now().wall + LIFE,
            false => clock.now().wall,
        };
        let source = Late {
            source: server.clone(),
            store: store.clone(),
            newer: Mutex::new(Some(Session::new(newer, asked_at, key()))),
        };
        let cache = stored(source, &clock, store.clone());
        clock.advance(LIFE);
        let caller = tokio::spawn(owned_header(&cache));
        settle().await;
        for _ in 0..3 {
            clock.advance(Duration::from_millis(100));
            settle().await;
        }
        let header = caller.await.unwrap().unwrap();
        match fresh {
            true => assert_eq!((header.token(), server.refreshes()), ("a2", 1)),
            false => assert_eq!((header.token(), server.refreshes()), ("a3", 2)),
        }
        assert_eq!(kept(&store).await.as_deref(), Some(header.token()));
    }
}

#[tokio::test]
async fn a_refusal_stands_and_the_store_is_looked_at_once_a_second() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), Counting::default());
    let (dead, _) = (server.token(), server.token());
    put(&store, dead, &clock).await;
    let cache = stored(server.clone(), &clock, store.clone());
    clock.advance(LIFE);
    let refused = after_the_looks(&cache, &clock).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::LoginRequired);
    let before = store.loads();
    for _ in 0..600 {
        cache.header().await.unwrap_err();
        clock.advance(Duration::from_millis(100));
    }
    assert_eq!(server.refreshes(), 1);
    let looks = store.loads() - before;
    assert!((55..=61).contains(&looks), "{looks}");
    assert_eq!(kept(&store).await.as_deref(), Some("a1"), "it is kept");
}

#[tokio::test]
async fn without_the_store_nothing_is_refreshed_and_a_token_that_works_is_handed_out() {
    let (server, store) = (Rotating::new(LIFE), Counting::default());
    let (cache, clock) = begun(&server, &store).await;
    cache.header().await.unwrap();
    store.break_loads(true);
    clock.advance(LIFE - Duration::from_secs(100));
    assert_eq!(cache.header().await.unwrap().token(), "a1");
    settle().await;
    clock.advance(LIFE);
    let error = cache.header().await.unwrap_err();
    assert_eq!((error.kind(), server.started()), (ErrorKind::Store, 0));
    store.break_loads(false);
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn a_lock_that_others_hold_is_waited_for_and_nothing_is_sent_without_it() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, server.token(), &clock).await;
    clock.advance(LIFE);
    let cache = stored(server.clone(), &clock, store.clone());
    let theirs = store.lock(&key(), LIFE).await.unwrap();
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    // Two thirds of it: the rest is for the refresh, and for saving what comes of it.
    clock.advance(Duration::from_millis(19_900));
    settle().await;
    assert!(!caller.is_finished());
    clock.advance(Duration::from_millis(200));
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), server.started()), (ErrorKind::Timeout, 0));
    drop(theirs);
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn with_a_short_deadline_too_a_refresh_token_is_not_sent_when_there_is_hardly_time_for_an_answer()
 {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, server.token(), &clock).await;
    clock.advance(LIFE);
    let policy = CachePolicy {
        deadline: Duration::from_millis(1_500),
        ..CachePolicy::default()
    };
    let cache = TokenCache::builder(server.clone(), audience())
        .runtime(clock.clone())
        .policy(policy)
        .store(Arc::new(store.clone()), key())
        .build();
    let theirs = store.lock(&key(), LIFE).await.unwrap();
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    clock.advance(Duration::from_millis(1_320));
    drop(theirs);
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), server.started()), (ErrorKind::Timeout, 0));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

/// Takes most of a flight's time to say what it would send.
#[derive(Debug)]
struct Vault(Rotating, Arc<ManualRuntime>);

#[async_trait]
impl TokenSource for Vault {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        self.0.fetch(ask).await
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.1.sleep(Duration::from_secs(25)).unwrap().await;
        None
    }
}

#[tokio::test]
async fn whatever_has_taken_the_time_a_refresh_token_is_sent_only_with_some_left_for_its_answer() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    put(&store, server.token(), &clock).await;
    clock.advance(LIFE);
    let source = Vault(server.clone(), clock.clone());
    let cache = stored(source, &clock, store.clone());
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    clock.advance(Duration::from_secs(25));
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), server.started()), (ErrorKind::Timeout, 0));
}

/// Logs in for each token, with a password that takes its time.
#[derive(Debug)]
struct Keyring(Arc<ManualRuntime>);

#[async_trait]
impl TokenSource for Keyring {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        Token::new("a1", HeaderStyle::bearer(), LIFE)
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.0.sleep(Duration::from_secs(25)).unwrap().await;
        None
    }
}

#[tokio::test]
async fn what_has_no_refresh_token_to_lose_is_asked_for_however_little_time_is_left() {
    let clock = clock();
    let cache = stored(Keyring(clock.clone()), &clock, MemoryStore::new());
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    clock.advance(Duration::from_secs(25));
    assert_eq!(caller.await.unwrap().unwrap().token(), "a1");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_used() {
    let (server, clock, store) = (Rotating::new(LIFE), clock(), MemoryStore::new());
    let other = key().with_user("joe").unwrap();
    let session = Session::new(server.token(), clock.now().wall, other);
    store
        .lock(&key(), LIFE)
        .await
        .unwrap()
        .save(&session)
        .await
        .unwrap();
    let cache = stored(server.clone(), &clock, store.clone());
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(
        (server.started(), kept(&store).await.as_deref()),
        (0, Some("a1"))
    );
}

#[tokio::test]
async fn whoever_leaves_or_stands_still_during_a_refresh_the_rotated_token_is_saved() {
    for polls in 0..12 {
        for forget in [true, false] {
            let (server, store) = (Rotating::gated(LIFE), MemoryStore::new());
            let (cache, clock) = begun(&server, &store).await;
            clock.advance(LIFE);
            let mut caller = Box::pin(owned_header(&cache));
            for poll in 0..polls {
                if poll == polls / 2 {
                    server.let_through();
                }
                if poll_once(caller.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let held = forget.then_some(caller);
            server.let_through();
            settle().await;
            assert_eq!(server.refreshes(), usize::from(polls > 0), "{polls}");
            assert_eq!(cache.header().await.unwrap().token(), "a2", "{polls}");
            assert_eq!(kept(&store).await.as_deref(), Some("a2"), "{polls}");
            assert!(server.is_alive());
            drop(held);
        }
    }
}

#[tokio::test]
async fn a_reset_during_a_refresh_does_not_send_the_refresh_token_a_second_time() {
    let server = Rotating::gated(LIFE);
    let (cache, clock) = cache(server.clone());
    let session = Session::new(server.token(), clock.now().wall, key());
    cache.adopt(session).await.unwrap();
    clock.advance(LIFE);
    let first = tokio::spawn(owned_header(&cache));
    settle().await;
    cache.reset();
    let second = tokio::spawn(owned_header(&cache));
    settle().await;
    server.let_through();
    assert_eq!(first.await.unwrap().unwrap().token(), "a2");
    assert_eq!(second.await.unwrap().unwrap().token(), "a2");
    assert_eq!(server.refreshes(), 1);
}
