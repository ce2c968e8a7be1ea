use super::*;

#[tokio::test]
async fn a_passing_fault_opens_a_window_in_which_callers_share_its_error() {
    let source = ScriptedSource::new([down(), down(), token("up", LIFE)]);
    let (cache, clock) = cache(source.clone());
    for _ in 0..10 {
        let error = cache.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.retry_at().unwrap() > clock.now().wall);
    }
    assert_eq!(source.fetches(), 1);
    clock.advance(Duration::from_millis(500));
    cache.header().await.unwrap_err();
    assert_eq!(source.fetches(), 2);
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.header().await.unwrap().token(), "up");
}

#[tokio::test]
async fn a_minute_of_outage_costs_a_thousand_callers_a_handful_of_fetches() {
    let source = ScriptedSource::new((0..1000).map(|_| down()));
    let (cache, clock) = cache(source.clone());
    for _ in 0..600 {
        let callers = (0..1000).map(|_| tokio::spawn(owned_header(&cache)));
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap().unwrap_err();
        }
        clock.advance(Duration::from_millis(100));
    }
    // With three requests to a fetch, as the platform source makes, at most 30.
    assert!(source.fetches() <= 10, "{}", source.fetches());
}

#[tokio::test]
async fn an_outage_does_not_take_down_a_token_that_still_works() {
    let source = ScriptedSource::new([token("good", LIFE)]);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap();
    clock.advance(LIFE * 9 / 10);
    for _ in 0..300 {
        source.answer(down());
        assert_eq!(cache.header().await.unwrap().token(), "good");
        settle().await;
        clock.advance(Duration::from_secs(1));
    }
    assert!(source.fetches() > 2);
    clock.advance(Duration::from_secs(30));
    assert_eq!(
        cache.header().await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );
}

#[tokio::test]
async fn the_server_may_ask_for_a_longer_wait_up_to_an_hour() {
    for (asked, waited) in [(100, 100), (7_200, 3_600)] {
        let source = ScriptedSource::new([]);
        let (cache, clock) = cache(source.clone());
        let retry_at = clock.now().wall + Duration::from_secs(asked);
        let error = AuthError::new(ErrorKind::Throttled, "slow down").with_retry_at(retry_at);
        source.answer(Err(error.with_status(StatusCode::TOO_MANY_REQUESTS)));
        source.answer(token("later", LIFE));
        cache.header().await.unwrap_err();
        clock.advance(Duration::from_secs(waited - 1));
        cache.header().await.unwrap_err();
        assert_eq!(source.fetches(), 1);
        clock.advance(Duration::from_secs(1));
        assert!(cache.header().await.is_ok());
    }
}

#[tokio::test]
async fn a_reset_ends_a_window() {
    let source = ScriptedSource::new([down(), token("up", LIFE)]);
    let (cache, _clock) = cache(source);
    cache.header().await.unwrap_err();
    cache.reset();
    assert!(cache.header().await.is_ok());
}

#[tokio::test]
async fn what_was_found_before_anything_was_sent_belongs_to_one_round() {
    for kind in [ErrorKind::Config, ErrorKind::Store] {
        let source = ScriptedSource::new([Err(AuthError::new(kind, "no file")), token("t", LIFE)]);
        let (cache, _clock) = cache(source);
        assert_eq!(cache.header().await.unwrap_err().kind(), kind);
        assert!(cache.header().await.is_ok());
    }
}

#[tokio::test]
async fn a_server_that_is_set_up_wrongly_opens_a_window_too() {
    let moved = AuthError::new(ErrorKind::Config, "redirected").with_status(StatusCode::FOUND);
    let source = ScriptedSource::new([Err(moved), token("t", LIFE)]);
    let (cache, clock) = cache(source.clone());
    cache.header().await.unwrap_err();
    cache.header().await.unwrap_err();
    assert_eq!(source.fetches(), 1);
    clock.advance(Duration::from_secs(1));
    assert!(cache.header().await.is_ok());
}

#[tokio::test]
async fn a_good_answer_makes_the_next_window_short_again() {
    let source = ScriptedSource::new([]);
    let (cache, clock) = cache(source.clone());
    for _ in 0..8 {
        source.answer(down());
        cache.header().await.unwrap_err();
        clock.advance(Duration::from_secs(60));
    }
    source.answer(token("short", Duration::from_secs(10)));
    cache.header().await.unwrap();
    clock.advance(Duration::from_secs(10));
    source.answer(down());
    source.answer(token("t", LIFE));
    cache.header().await.unwrap_err();
    clock.advance(Duration::from_millis(500));
    assert!(cache.header().await.is_ok());
}
