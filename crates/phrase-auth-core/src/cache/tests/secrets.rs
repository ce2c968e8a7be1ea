use super::*;

#[tokio::test]
async fn a_refused_secret_is_not_sent_again() {
    for kind in [
        ErrorKind::Refused,
        ErrorKind::LoginRequired,
        ErrorKind::SecondFactorRequired,
        ErrorKind::Forbidden,
    ] {
        let source = ScriptedSource::new([Err(AuthError::new(kind, "no")), token("t", LIFE)]);
        source.set_secret("wrong");
        let (cache, clock) = cache(source.clone());
        for _ in 0..1000 {
            assert_eq!(cache.header().await.unwrap_err().kind(), kind);
            clock.advance(Duration::from_secs(60));
        }
        assert_eq!(source.fetches(), 1);
        cache.reset();
        assert!(cache.header().await.is_ok());
    }
}

#[tokio::test]
async fn a_changed_secret_opens_the_verdict() {
    let source = ScriptedSource::new([refused(), refused(), token("t", LIFE)]);
    source.set_secret("wrong");
    let (cache, _clock) = cache(source.clone());
    cache.header().await.unwrap_err();
    source.set_secret("wrong as well");
    cache.header().await.unwrap_err();
    cache.header().await.unwrap_err();
    assert_eq!(source.fetches(), 2);
    source.set_secret("right");
    assert_eq!(cache.header().await.unwrap().token(), "t");
}

#[tokio::test]
async fn what_the_source_calls_a_verdict_is_one_whatever_its_kind() {
    let wrong = Secret::from("wrong").id();
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::Protocol,
        ErrorKind::Config,
    ] {
        let last_word = AuthError::new(kind, "no").with_verdict(wrong);
        let source = ScriptedSource::new([Err(last_word), token("t", LIFE)]);
        source.set_secret("wrong");
        let (cache, clock) = cache(source.clone());
        for _ in 0..100 {
            assert_eq!(cache.header().await.unwrap_err().kind(), kind);
            clock.advance(Duration::from_secs(60));
        }
        assert_eq!(source.fetches(), 1);
        source.set_secret("right");
        assert_eq!(cache.header().await.unwrap().token(), "t");
    }
}

/// A source over another authenticator: that one has its own memory.
#[tokio::test]
async fn an_error_that_was_handed_on_leaves_nothing_behind_whatever_its_kind() {
    for kind in [ErrorKind::Refused, ErrorKind::Unavailable] {
        let other = || Err(AuthError::new(kind, "no").handed_on());
        let source = ScriptedSource::new([other(), other(), token("t", LIFE)]);
        source.set_secret("the same");
        let (cache, _clock) = cache(source.clone());
        for fetches in [1, 2] {
            assert_eq!(cache.header().await.unwrap_err().kind(), kind);
            assert_eq!(source.fetches(), fetches);
        }
        assert!(cache.header().await.is_ok());
    }
}

/// A file that is written between the look at it and the fetch.
#[tokio::test]
async fn a_verdict_is_on_the_secret_that_was_sent_and_not_on_the_one_before() {
    let sent = Secret::from("second").id();
    let refusal = AuthError::new(ErrorKind::Refused, "no").with_verdict(sent);
    let source = ScriptedSource::new([Err(refusal), token("t", LIFE)]);
    source.set_secret("first");
    let (cache, _clock) = cache(source.clone());
    cache.header().await.unwrap_err();
    source.set_secret("second");
    cache.header().await.unwrap_err();
    assert_eq!(source.fetches(), 1);
    source.set_secret("third");
    assert_eq!(cache.header().await.unwrap().token(), "t");
}

#[tokio::test]
async fn a_source_without_a_fingerprint_waits_for_a_reset() {
    let source = ScriptedSource::new([refused(), token("t", LIFE)]);
    let (cache, _clock) = cache(source.clone());
    cache.header().await.unwrap_err();
    cache.header().await.unwrap_err();
    assert_eq!(source.fetches(), 1);
    cache.reset();
    assert!(cache.header().await.is_ok());
}

#[tokio::test]
async fn a_token_that_still_works_is_handed_out_although_the_secret_is_refused() {
    let source = ScriptedSource::new([token("good", LIFE), refused()]);
    source.set_secret("revoked meanwhile");
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.advance(LIFE * 9 / 10);
    for _ in 0..20 {
        assert_eq!(cache.header().await.unwrap().token(), "good");
        settle().await;
        clock.advance(Duration::from_secs(2));
    }
    assert_eq!(source.fetches(), 2);
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn a_verdict_from_before_a_reset_does_not_count_after_it() {
    let source = Gated::new(ScriptedSource::new([refused(), token("t", LIFE)]));
    let (cache, _clock) = cache(source.clone());
    let caller = tokio::spawn({
        let cache = cache.clone();
        async move { cache.header().await }
    });
    settle().await;
    cache.reset();
    source.open();
    assert_eq!(
        caller.await.unwrap().unwrap_err().kind(),
        ErrorKind::Refused
    );
    source.open();
    assert!(cache.header().await.is_ok());
}

#[tokio::test]
async fn after_a_reset_nobody_waits_for_what_was_under_way_before() {
    let source = Gated::new(ScriptedSource::new([refused(), token("t", LIFE)]));
    let (cache, _clock) = cache(source.clone());
    let mut before = pin!(cache.header());
    assert!(poll_once(before.as_mut()).is_pending());
    settle().await;
    cache.reset();
    let mut after = pin!(cache.header());
    assert!(poll_once(after.as_mut()).is_pending());
    settle().await;
    source.gate.add_permits(2);
    assert_eq!(after.await.unwrap().token(), "t");
    // Its own fetch was refused, but by now there is something better than that error.
    assert_eq!(before.await.unwrap().token(), "t");
    assert_eq!(cache.header().await.unwrap().token(), "t");
}

/// Refuses, and then cannot say what it would send.
#[derive(Debug, Default)]
struct Speechless {
    fetches: AtomicUsize,
    asked: AtomicUsize,
}

#[async_trait]
impl TokenSource for Arc<Speechless> {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        refused()
    }

    async fn secret_id(&self) -> Option<SecretId> {
        if self.asked.fetch_add(1, Ordering::SeqCst) > 0 {
            std::future::pending::<()>().await;
        }
        Some(Secret::new("wrong").id())
    }
}

#[tokio::test]
async fn a_vault_that_hangs_does_not_open_a_verdict() {
    let source = Arc::new(Speechless::default());
    let (cache, clock) = cache(Arc::clone(&source));
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Refused);
    for _ in 0..3 {
        let caller = tokio::spawn({
            let cache = cache.clone();
            async move { cache.header().await }
        });
        settle().await;
        // A second, not the half minute of a fetch.
        clock.advance(Duration::from_secs(1));
        assert_eq!(
            caller.await.unwrap().unwrap_err().kind(),
            ErrorKind::Refused
        );
        clock.advance(Duration::from_secs(60));
    }
    assert_eq!(source.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_logout_ends_the_token_at_the_server_and_here() {
    let source = ScriptedSource::minting(LIFE);
    source.set_secret("s");
    let (cache, _clock) = cache(source.clone());
    let header = cache.header().await.unwrap();
    assert_eq!(cache.logout().await.unwrap(), Revocation::Revoked);
    assert_eq!(source.revoked()[0].expose(), "token-1");
    assert!(cache.peek().is_none());
    assert!(!cache.reject(&header));
    // Not even another secret: only a person ends a logout.
    source.set_secret("another");
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    assert_eq!(cache.logout().await.unwrap(), Revocation::NothingHeld);
    assert_eq!(source.fetches(), 1);
    cache.reset();
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
}

#[tokio::test]
async fn a_fetch_under_way_at_a_logout_lands_in_nothing() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let caller = tokio::spawn({
        let cache = cache.clone();
        async move { cache.header().await }
    });
    settle().await;
    cache.logout().await.unwrap();
    assert_eq!(
        caller.await.unwrap().unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    source.open();
    settle().await;
    assert_eq!(source.source.fetches(), 1);
    assert!(cache.peek().is_none());
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
}

#[derive(Debug)]
struct Unrevocable;

#[async_trait]
impl TokenSource for Unrevocable {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        token("canary", LIFE)
    }

    async fn revoke(&self, _: &Token) -> Result<Revocation, AuthError> {
        Err(AuthError::new(ErrorKind::Unreachable, "gone"))
    }
}

/// Keeps a token that it has not handed out.
#[derive(Debug)]
struct Keeper(ScriptedSource);

#[async_trait]
impl TokenSource for Keeper {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        self.0.fetch(ask).await
    }

    fn forget(&self) -> Option<Token> {
        token("kept", LIFE).ok()
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        self.0.revoke(token).await
    }
}

#[tokio::test]
async fn a_logout_ends_what_the_source_itself_keeps_too() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, _clock) = cache(Keeper(source.clone()));
    assert_eq!(cache.logout().await.unwrap(), Revocation::Revoked);
    cache.reset();
    cache.header().await.unwrap();
    cache.logout().await.unwrap();
    let revoked = source.revoked();
    let revoked: Vec<&str> = revoked.iter().map(Secret::expose).collect();
    assert_eq!(revoked, ["kept", "token-1", "kept"]);
}

#[tokio::test]
async fn a_logout_is_one_although_the_server_is_gone() {
    let (cache, _clock) = cache(Unrevocable);
    cache.header().await.unwrap();
    assert_eq!(
        cache.logout().await.unwrap_err().kind(),
        ErrorKind::Unreachable
    );
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
}

#[derive(Debug)]
struct PanicsAtTheEnd;

#[async_trait]
impl TokenSource for PanicsAtTheEnd {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        token("t", LIFE)
    }

    async fn revoke(&self, _: &Token) -> Result<Revocation, AuthError> {
        panic!("canary");
    }
}

#[tokio::test]
async fn a_source_that_panics_at_a_logout_is_an_error_and_the_token_is_gone() {
    let (cache, _clock) = cache(PanicsAtTheEnd);
    cache.header().await.unwrap();
    let error = cache.logout().await.unwrap_err();
    assert!(error.to_string().contains("panicked") && !error.to_string().contains("canary"));
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
}

#[tokio::test]
async fn debug_of_a_cache_shows_no_token() {
    let (cache, _clock) = cache(Unrevocable);
    cache.header().await.unwrap();
    let shown = format!("{cache:?}");
    assert!(
        shown.contains("TokenCache") && !shown.contains("canary"),
        "{shown}"
    );
}
