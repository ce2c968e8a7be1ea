//! Runtimes that stop, idle, or are not there.

use super::*;

fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Polls `caller` once on `runtime`, and lets the flight that it starts come as far as it can.
fn start_on<F: Future>(runtime: &tokio::runtime::Runtime, mut caller: std::pin::Pin<&mut F>) {
    runtime.block_on(async {
        let pending = |cx: &mut Context<'_>| Poll::Ready(caller.as_mut().poll(cx).is_pending());
        assert!(std::future::poll_fn(pending).await);
        settle().await;
    });
}

#[test]
fn a_runtime_that_is_dropped_costs_one_more_fetch_and_nothing_else() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    assert_eq!(source.started(), 1);
    let waiter = second.spawn(owned_header(&cache));
    second.block_on(settle());
    drop(first);
    source.open();
    assert_eq!(second.block_on(waiter).unwrap().unwrap().token(), "token-1");
    assert_eq!(source.started(), 2);
}

#[test]
fn a_runtime_that_idles_costs_one_more_fetch_and_nothing_else() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    let waiter = second.spawn(owned_header(&cache));
    second.block_on(settle());
    assert_eq!(source.started(), 1);
    // The first runtime stays alive but does nothing: its flight is given up when overdue. (The
    // first one let through is that flight, which cannot move.)
    clock.advance(Duration::from_secs(31));
    source.open();
    source.open();
    assert_eq!(second.block_on(waiter).unwrap().unwrap().token(), "token-1");
    assert_eq!(source.started(), 2);

    // When it wakes up, what it brings is late and does no harm.
    let header = first.block_on(async {
        settle().await;
        cache.header().await.unwrap()
    });
    assert_eq!(header.token(), "token-1");
}

#[test]
fn what_a_flight_that_was_given_up_complains_of_binds_nobody() {
    let source = Gated::new(ScriptedSource::new([token("good", LIFE), refused()]));
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    clock.advance(Duration::from_secs(31));
    source.gate.add_permits(2);
    let header = second.block_on(cache.header()).unwrap();
    first.block_on(settle());
    assert_eq!(source.source.fetches(), 2);
    // The refusal came late, from a flight that nobody waits for: no verdict, so that a forced
    // renewal is asked for and not answered from memory.
    source.source.answer(token("newer", LIFE));
    source.open();
    let need = Need::default().newer_than(header.generation());
    assert_eq!(
        second.block_on(cache.obtain(need)).unwrap().token(),
        "newer"
    );
}

/// A success that comes late must not open what has been refused since.
#[test]
fn what_a_flight_that_was_given_up_brings_opens_no_verdict() {
    let source = Gated::new(ScriptedSource::new([refused(), token("late", LIFE)]));
    source.source.set_secret("wrong");
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    clock.advance(Duration::from_secs(31));
    source.gate.add_permits(2);
    assert_eq!(
        second.block_on(cache.header()).unwrap_err().kind(),
        ErrorKind::Refused
    );
    first.block_on(settle());
    assert_eq!(cache.peek().unwrap().token(), "late");
    clock.advance(LIFE);
    source.open();
    assert_eq!(
        second.block_on(cache.header()).unwrap_err().kind(),
        ErrorKind::Refused
    );
    assert_eq!(source.source.fetches(), 2);
}

/// Nor one that is over when it comes, whose window would take the verdict's place.
#[test]
fn a_token_that_comes_late_and_over_opens_no_verdict() {
    let source = Gated::new(ScriptedSource::new([
        refused(),
        token("late", Duration::ZERO),
    ]));
    source.source.set_secret("wrong");
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    clock.advance(Duration::from_secs(31));
    source.gate.add_permits(2);
    assert_eq!(
        second.block_on(cache.header()).unwrap_err().kind(),
        ErrorKind::Refused
    );
    first.block_on(settle());
    clock.advance(LIFE);
    source.open();
    assert_eq!(
        second.block_on(cache.header()).unwrap_err().kind(),
        ErrorKind::Refused
    );
    assert_eq!(source.source.fetches(), 2);
}

#[test]
fn a_caller_survives_any_number_of_runtimes_that_go() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let own = current_thread();
    let first = current_thread();
    let mut starter = pin!(cache.header());
    start_on(&first, starter.as_mut());
    let waiter = own.spawn(owned_header(&cache));
    own.block_on(settle());
    drop(first);
    for _ in 0..5 {
        // Each boards before the waiter does, and goes.
        let next = current_thread();
        let mut starter = pin!(cache.header());
        start_on(&next, starter.as_mut());
        own.block_on(settle());
        assert!(!waiter.is_finished());
        drop(next);
    }
    source.open();
    assert_eq!(own.block_on(waiter).unwrap().unwrap().token(), "token-1");
}

#[test]
fn a_flight_that_wakes_after_its_time_asks_for_nothing() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    let mut starter = pin!(cache.header());
    {
        // Spawned, and not run: the runtime goes no further.
        let _entered = first.enter();
        assert!(poll_once(starter.as_mut()).is_pending());
    }
    clock.advance(Duration::from_secs(31));
    assert_eq!(second.block_on(cache.header()).unwrap().token(), "token-1");
    first.block_on(settle());
    assert_eq!(source.fetches(), 1);
}

#[test]
fn a_caller_that_outlives_its_runtime_goes_on_with_the_next() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let first = current_thread();
    let mut caller = pin!(cache.header());
    start_on(&first, caller.as_mut());
    drop(first);
    source.open();
    assert_eq!(
        current_thread().block_on(caller).unwrap().token(),
        "token-1"
    );
    assert_eq!(source.started(), 2);
}

#[test]
fn a_panic_elsewhere_is_not_blamed_on_the_source() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let own = current_thread();
    let (started, go) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    let (started, go) = (&started, &go);
    let (gone, waiter) = std::thread::scope(|scope| {
        let thread = scope.spawn({
            let cache = cache.clone();
            move || {
                let first = current_thread();
                let mut starter = pin!(cache.header());
                start_on(&first, starter.as_mut());
                started.wait();
                go.wait();
                // Unwinding drops the runtime, and the flight's task with it.
                panic!("nothing to do with tokens");
            }
        });
        started.wait();
        let waiter = own.spawn(owned_header(&cache));
        own.block_on(settle());
        go.wait();
        (thread.join().is_err(), waiter)
    });
    assert!(gone);
    source.open();
    assert_eq!(own.block_on(waiter).unwrap().unwrap().token(), "token-1");
}

#[test]
fn a_flight_that_idles_does_not_keep_an_aging_token_from_renewal() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, clock) = cache(source.clone());
    let (first, second) = (current_thread(), current_thread());
    source.open();
    first.block_on(async { cache.header().await.unwrap() });
    clock.advance(LIFE * 9 / 10);
    // Started on the first runtime, which then idles.
    first.block_on(async {
        cache.header().await.unwrap();
        settle().await;
    });
    assert_eq!(source.started(), 2);
    clock.advance(Duration::from_secs(31));
    second.block_on(async {
        source.gate.add_permits(2);
        assert_eq!(cache.header().await.unwrap().token(), "token-1");
        settle().await;
        assert_eq!(cache.header().await.unwrap().token(), "token-2");
    });
    assert_eq!(source.started(), 3);
}

#[test]
fn without_a_runtime_an_aging_token_is_handed_out_all_the_same() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, clock) = cache(source);
    current_thread().block_on(async { cache.header().await.unwrap() });
    clock.advance(LIFE * 9 / 10);
    let mut caller = pin!(cache.header());
    assert!(matches!(poll_once(caller.as_mut()), Poll::Ready(Ok(_))));
    let mut longer = pin!(cache.obtain(Need::default().at_least(LIFE)));
    assert!(matches!(poll_once(longer.as_mut()), Poll::Ready(Ok(_))));
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let source = ScriptedSource::minting(LIFE);
    let cache = TokenCache::new(source.clone(), audience());
    let mut caller = pin!(cache.header());
    let Poll::Ready(Err(error)) = poll_once(caller.as_mut()) else {
        panic!("no answer")
    };
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(source.fetches(), 0);
    // Nothing is left behind that would keep another caller from it.
    assert!(
        current_thread()
            .block_on(async { cache.header().await })
            .is_ok()
    );
    assert!(AssertUnwindSafe(&cache).peek().is_some());
}
