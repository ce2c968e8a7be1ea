use super::*;

#[tokio::test]
async fn a_fresh_token_is_handed_out_again_and_again() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    assert!(cache.peek().is_none());
    let first = cache.header().await.unwrap();
    clock.advance(LIFE / 2);
    assert_eq!(cache.peek().unwrap().generation(), first.generation());
    assert_eq!(cache.header().await.unwrap().value(), "Bearer token-1");
    assert_eq!(source.asked(), [FetchReason::Cold]);
    assert_eq!(first.expires_at(), Some(clock.now().wall - LIFE / 2 + LIFE));
}

#[tokio::test]
async fn an_aging_token_is_handed_out_at_once_and_renewed_beside() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, clock) = cache(source.clone());
    source.open();
    cache.header().await.unwrap();

    clock.advance(LIFE * 9 / 10);
    assert!(cache.peek().is_none());
    for _ in 0..10 {
        let mut header = pin!(cache.header());
        let Poll::Ready(Ok(header)) = poll_once(header.as_mut()) else {
            panic!("waited")
        };
        assert_eq!(header.value(), "Bearer token-1");
    }
    settle().await;
    assert_eq!(source.started(), 2);
    source.open();
    settle().await;
    assert_eq!(cache.peek().unwrap().value(), "Bearer token-2");
    assert_eq!(
        source.source.asked(),
        [FetchReason::Cold, FetchReason::Early]
    );
}

#[tokio::test]
async fn a_dead_token_is_waited_for() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.advance(LIFE - Duration::from_secs(30));
    assert_eq!(cache.header().await.unwrap().value(), "Bearer token-2");
    assert_eq!(source.asked(), [FetchReason::Cold, FetchReason::Expired]);
}

#[tokio::test]
async fn a_token_dies_by_whichever_clock_gets_there_first() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.step_wall(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
    clock.step_mono(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "token-3");
}

#[tokio::test]
async fn a_clock_that_is_set_back_renews_early_once_and_lengthens_nothing() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.advance(Duration::from_secs(10));
    clock.step_wall_back(Duration::from_secs(86_400));
    for _ in 0..10 {
        cache.header().await.unwrap();
        settle().await;
    }
    assert_eq!(source.fetches(), 2);
    clock.step_wall_back(Duration::from_secs(86_400));
    clock.step_mono(LIFE);
    cache.header().await.unwrap();
    assert_eq!(source.fetches(), 3);
}

#[tokio::test]
async fn a_token_that_lives_a_second_costs_one_request_per_life() {
    let source = ScriptedSource::minting(Duration::from_secs(1));
    let (cache, clock) = cache(source.clone());
    for _ in 0..1000 {
        cache.header().await.unwrap();
        settle().await;
        clock.advance(Duration::from_millis(10));
    }
    // 10 s; a token is used for 0.95 s.
    assert!(
        (10..=11).contains(&source.fetches()),
        "{}",
        source.fetches()
    );
}

#[tokio::test]
async fn life_is_counted_from_when_the_request_was_sent() {
    let source = Gated::new(ScriptedSource::minting(Duration::from_secs(100)));
    let (cache, clock) = cache(source.clone());
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.header().await }
    });
    settle().await;
    clock.advance(Duration::from_secs(20));
    source.open();
    waiting.await.unwrap().unwrap();
    clock.advance(Duration::from_secs(74));
    assert_eq!(cache.header().await.unwrap().token(), "token-1");
    clock.advance(Duration::from_secs(1));
    source.open();
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
}

#[tokio::test]
async fn a_token_that_is_over_on_arrival_is_used_once_and_does_not_spin() {
    let source = ScriptedSource::minting(Duration::ZERO);
    let (cache, clock) = cache(source.clone());
    assert_eq!(cache.header().await.unwrap().token(), "token-1");
    for _ in 0..100 {
        let error = cache.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.retry_at().is_some());
    }
    assert_eq!(source.fetches(), 1);
    clock.advance(Duration::from_millis(500));
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
    // The window doubles as for any other fault.
    clock.advance(Duration::from_millis(499));
    assert!(cache.header().await.is_err());
}

#[tokio::test]
async fn a_starting_token_is_used_before_anything_is_fetched() {
    let source = ScriptedSource::minting(LIFE);
    let clock = Arc::new(ManualRuntime::new());
    let cache = TokenCache::builder(source.clone(), audience())
        .runtime(clock.clone())
        .token(token("given", LIFE).unwrap())
        .build();
    assert_eq!(cache.peek().unwrap().token(), "given");
    clock.advance(LIFE);
    assert_eq!(cache.header().await.unwrap().token(), "token-1");
    assert_eq!(source.asked(), [FetchReason::Expired]);
}

#[tokio::test]
async fn a_need_for_a_longer_life_fetches_once_and_takes_the_freshest() {
    let source = ScriptedSource::minting(Duration::from_secs(60));
    let (cache, _clock) = cache(source.clone());
    let need = Need::default().at_least(Duration::from_secs(30));
    assert_eq!(cache.obtain(need).await.unwrap().token(), "token-1");
    assert_eq!(cache.obtain(need).await.unwrap().token(), "token-1");
    let more = Need::default().at_least(Duration::from_secs(90));
    assert_eq!(cache.obtain(more).await.unwrap().token(), "token-2");
    assert_eq!(source.asked(), [FetchReason::Cold, FetchReason::Early]);
}

#[tokio::test]
async fn a_need_that_no_token_meets_costs_one_fetch_a_minute() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    let need = Need::default().at_least(LIFE);
    for _ in 0..1000 {
        cache.obtain(need).await.unwrap();
    }
    // The first, and one because it would not live long enough.
    assert_eq!(source.fetches(), 2);
    clock.advance(Duration::from_secs(60));
    cache.obtain(need).await.unwrap();
    cache.obtain(need).await.unwrap();
    assert_eq!(source.fetches(), 3);
}

#[tokio::test]
async fn a_need_that_cannot_be_met_takes_what_still_works() {
    let source = ScriptedSource::new([token("good", LIFE), down()]);
    let (cache, _clock) = cache(source.clone());
    cache.header().await.unwrap();
    let need = Need::default().at_least(LIFE * 2);
    assert_eq!(cache.obtain(need).await.unwrap().token(), "good");
    assert_eq!(cache.obtain(need).await.unwrap().token(), "good");
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn a_need_for_a_newer_one_forces_a_fetch_and_takes_no_older() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, _clock) = cache(source.clone());
    let first = cache.header().await.unwrap();
    let need = Need::default().newer_than(first.generation());
    let second = cache.obtain(need).await.unwrap();
    assert!(second.generation() > first.generation());
    assert_eq!(
        cache.obtain(need).await.unwrap().generation(),
        second.generation()
    );
    assert_eq!(source.asked(), [FetchReason::Cold, FetchReason::Forced]);
    source.answer(down());
    let need = Need::default().newer_than(second.generation());
    assert_eq!(
        cache.obtain(need).await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );
    assert_eq!(
        cache.header().await.unwrap().generation(),
        second.generation()
    );
}

#[tokio::test]
async fn a_renewal_that_is_over_on_arrival_does_not_replace_a_token_that_works() {
    let source = ScriptedSource::new([token("good", LIFE), token("over", Duration::ZERO)]);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.advance(LIFE * 9 / 10);
    for _ in 0..3 {
        assert_eq!(cache.header().await.unwrap().token(), "good");
        settle().await;
    }
    assert_eq!(source.fetches(), 2);
}
