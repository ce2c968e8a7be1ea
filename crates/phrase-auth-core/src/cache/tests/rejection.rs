use super::*;

#[tokio::test]
async fn callers_with_the_same_refused_token_cause_one_fetch() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, _clock) = cache(source.clone());
    let refused = cache.header().await.unwrap();
    for _ in 0..500 {
        assert!(cache.reject(&refused));
    }
    let headers = [cache.header().await.unwrap(), cache.header().await.unwrap()];
    assert!(headers.iter().all(|header| header.token() == "token-2"));
    // Stragglers, when the new one is there already.
    assert!(cache.reject(&refused));
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
    assert_eq!(source.asked(), [FetchReason::Cold, FetchReason::Rejected]);
}

#[tokio::test]
async fn a_server_that_refuses_everything_costs_one_login_a_minute() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    for _ in 0..300 {
        let header = cache.header().await.unwrap();
        if cache.reject(&header) {
            let again = cache.header().await.unwrap();
            assert_ne!(again.generation(), header.generation());
            assert!(!cache.reject(&again));
        }
        clock.advance(Duration::from_secs(1));
    }
    // The first, its retry, and one in each of the four minutes that follow.
    assert_eq!(source.fetches(), 6);
}

#[tokio::test]
async fn tokens_of_a_second_do_not_loosen_that() {
    let source = ScriptedSource::minting(Duration::from_secs(1));
    let (cache, clock) = cache(source.clone());
    let mut told = 0;
    for _ in 0..600 {
        if let Ok(header) = cache.header().await {
            told += usize::from(cache.reject(&header));
        }
        settle().await;
        clock.advance(Duration::from_millis(100));
    }
    assert!(told <= 2, "{told}");
    // One request for each life of a token, and two retries.
    assert!(source.fetches() <= 67, "{}", source.fetches());
}

#[tokio::test]
async fn a_token_of_another_cache_drops_nothing() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, _clock) = cache(source.clone());
    let own = cache.header().await.unwrap();
    let (other, _clock) = super::cache(ScriptedSource::minting(LIFE));
    let foreign = other.header().await.unwrap();
    assert!(!cache.reject(&foreign));
    assert_eq!(cache.peek().unwrap().generation(), own.generation());
    assert_eq!(source.fetches(), 1);
}

#[tokio::test]
async fn a_refused_token_is_not_handed_out_while_its_successor_cannot_be_had() {
    let source = ScriptedSource::new([token("first", LIFE), down(), token("second", LIFE)]);
    let (cache, clock) = cache(source.clone());
    let first = cache.header().await.unwrap();
    assert!(cache.reject(&first));
    assert!(cache.peek().is_none());
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.header().await.unwrap().token(), "second");
    assert_eq!(source.asked()[2], FetchReason::Rejected);
}

#[tokio::test]
async fn a_token_that_was_over_on_arrival_can_be_refused_too() {
    let source = ScriptedSource::minting(Duration::ZERO);
    let (cache, clock) = cache(source.clone());
    let header = cache.header().await.unwrap();
    assert!(cache.reject(&header));
    clock.advance(Duration::from_secs(1));
    let header = cache.header().await.unwrap();
    assert!(!cache.reject(&header));
}
