use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_callers_make_one_request() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, _clock) = cache(source.clone());
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.header().await.unwrap().generation() })
        })
        .collect();
    while source.started() == 0 {
        tokio::task::yield_now().await;
    }
    source.open();
    let mut generations = Vec::new();
    for caller in callers {
        generations.push(caller.await.unwrap());
    }
    generations.dedup();
    assert_eq!(generations.len(), 1);
    assert_eq!(source.started(), 1);
}

#[tokio::test]
async fn one_failure_answers_every_waiter() {
    let source = Gated::new(ScriptedSource::new([refused()]));
    let (cache, _clock) = cache(source.clone());
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.header().await.unwrap_err() })
        })
        .collect();
    settle().await;
    source.open();
    for caller in callers {
        assert_eq!(caller.await.unwrap().kind(), ErrorKind::Refused);
    }
    assert_eq!(source.started(), 1);
}

#[tokio::test]
async fn a_caller_who_leaves_at_any_point_ends_nothing() {
    for polls in 0..3 {
        let source = Gated::new(ScriptedSource::minting(LIFE));
        let (cache, _clock) = cache(source.clone());
        {
            let mut caller = pin!(cache.header());
            for _ in 0..polls {
                assert!(poll_once(caller.as_mut()).is_pending());
                settle().await;
            }
        }
        source.open();
        settle().await;
        // Never polled: never started. Polled: carried through.
        assert_eq!(source.source.fetches(), usize::from(polls > 0));
        assert_eq!(cache.peek().is_some(), polls > 0);
    }
}

#[tokio::test]
async fn a_caller_who_is_never_polled_again_holds_up_nobody() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, clock) = cache(source.clone());
    let mut stuck = pin!(cache.header());
    assert!(poll_once(stuck.as_mut()).is_pending());
    source.open();
    assert_eq!(cache.header().await.unwrap().token(), "token-1");
    clock.advance(LIFE);
    source.open();
    assert_eq!(cache.header().await.unwrap().token(), "token-2");
    let Poll::Ready(Ok(header)) = poll_once(stuck.as_mut()) else {
        panic!("still stuck")
    };
    assert_eq!(header.token(), "token-1");
}

#[tokio::test]
async fn a_header_that_was_handed_out_is_not_handed_out_twice() {
    let (cache, _clock) = cache(ScriptedSource::minting(LIFE));
    for _ in 0..2 {
        let mut header = pin!(cache.header());
        assert!(header.as_mut().await.is_ok());
        assert!(poll_once(header.as_mut()).is_pending());
    }
}

#[tokio::test]
async fn a_caller_who_leaves_takes_its_waker_along() {
    struct Nothing;
    impl std::task::Wake for Nothing {
        fn wake(self: Arc<Self>) {}
    }
    let (cache, _clock) = cache(Gated::new(ScriptedSource::minting(LIFE)));
    let own = Arc::new(Nothing);
    {
        let waker = Waker::from(Arc::clone(&own));
        let mut caller = pin!(cache.header());
        assert!(
            caller
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        assert!(Arc::strong_count(&own) > 2);
    }
    assert_eq!(Arc::strong_count(&own), 1);
}

#[derive(Debug, Default)]
struct Panicking {
    left: AtomicUsize,
    in_secret_id: bool,
}

#[async_trait]
impl TokenSource for Panicking {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        assert!(
            self.in_secret_id || self.left.fetch_sub(1, Ordering::SeqCst) == 0,
            "canary"
        );
        token("after", LIFE)
    }

    async fn secret_id(&self) -> Option<SecretId> {
        assert!(
            !self.in_secret_id || self.left.fetch_sub(1, Ordering::SeqCst) == 0,
            "canary"
        );
        None
    }
}

#[tokio::test]
async fn a_source_that_panics_is_an_error_for_this_round_only() {
    for in_secret_id in [false, true] {
        let (cache, _clock) = cache(Panicking {
            left: AtomicUsize::new(1),
            in_secret_id,
        });
        let (first, second) = tokio::join!(cache.header(), cache.header());
        for error in [first.unwrap_err(), second.unwrap_err()] {
            assert!(error.to_string().contains("panicked"), "{error}");
            assert!(!format!("{error:?}").contains("canary"));
        }
        assert_eq!(cache.header().await.unwrap().token(), "after");
    }
}

#[tokio::test]
async fn a_source_that_hangs_is_given_up_at_the_deadline() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let (cache, clock) = cache(source.clone());
    let caller = tokio::spawn(owned_header(&cache));
    settle().await;
    clock.advance(Duration::from_millis(30_500));
    assert_eq!(
        caller.await.unwrap().unwrap_err().kind(),
        ErrorKind::Timeout
    );
    assert_eq!(clock.sleepers(), 0);
    // A passing fault like any other: a window, then a new flight.
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Timeout);
    clock.advance(Duration::from_secs(1));
    source.open();
    assert!(cache.header().await.is_ok());
}

/// A runtime whose first timer cannot be had.
#[derive(Debug)]
struct Timerless {
    clock: ManualRuntime,
    asked: AtomicUsize,
}

impl Runtime for Timerless {
    fn now(&self) -> crate::Now {
        self.clock.now()
    }

    fn sleep(&self, span: Duration) -> Result<crate::Task, AuthError> {
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 => Err(AuthError::new(ErrorKind::Config, "no timer")),
            _ => self.clock.sleep(span),
        }
    }

    fn spawn(&self, task: crate::Task) -> Result<(), AuthError> {
        self.clock.spawn(task)
    }
}

#[tokio::test]
async fn a_caller_without_a_timer_leaves_no_flight_behind() {
    let source = Gated::new(ScriptedSource::minting(LIFE));
    let runtime = Timerless {
        clock: ManualRuntime::new(),
        asked: AtomicUsize::new(0),
    };
    let cache = TokenCache::builder(source.clone(), audience())
        .runtime(Arc::new(runtime))
        .build();
    assert_eq!(cache.header().await.unwrap_err().kind(), ErrorKind::Config);
    source.open();
    let next = tokio::spawn(owned_header(&cache));
    settle().await;
    assert!(next.is_finished());
    assert_eq!(next.await.unwrap().unwrap().token(), "token-1");
}

#[tokio::test]
async fn a_hung_credential_does_not_delay_another() {
    let (hung, _clock) = cache(Gated::new(ScriptedSource::minting(LIFE)));
    let (other, _clock) = cache(ScriptedSource::minting(LIFE));
    let mut stuck = pin!(hung.header());
    assert!(poll_once(stuck.as_mut()).is_pending());
    assert!(other.header().await.is_ok());
}

#[tokio::test]
async fn no_task_outlives_its_flight() {
    let source = ScriptedSource::minting(LIFE);
    let (cache, _clock) = cache(source);
    cache.header().await.unwrap();
    settle().await;
    let tasks = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    assert_eq!(tasks, 0);
}
