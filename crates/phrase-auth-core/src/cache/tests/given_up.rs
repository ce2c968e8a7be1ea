//! Flights whose runtime stands still, or that somebody else has taken the place of.

use super::*;

#[tokio::test]
async fn what_a_late_flight_has_brought_outlives_the_failure_of_the_next() {
    let server = Rotating::gated(LIFE);
    let (cache, clock) = cache(Slow(server.clone()));
    cache
        .adopt(Session::new(server.token(), clock.now().wall, key()))
        .await
        .unwrap();
    clock.advance(LIFE);
    let idle = Idle::new();
    idle.drive(owned_header(&cache));
    clock.advance(Duration::from_secs(40));
    server.let_through();
    // The second is under way when the first comes home.
    let mut second = Box::pin(owned_header(&cache));
    assert!(poll_once(second.as_mut()).is_pending());
    idle.drive(async {});
    let _ = second.await;
    let session = cache.session().unwrap();
    assert_eq!(session.token().refresh().unwrap().expose(), "r2");
    assert_eq!(cache.header().await.unwrap().token(), "a2");
}

#[tokio::test]
async fn whoever_takes_a_flight_off_that_stands_still_takes_its_lock_too() {
    for logs_out in [true, false] {
        let (server, clock, store) = (Rotating::gated(LIFE), clock(), MemoryStore::new());
        put(&store, server.token(), &clock).await;
        clock.advance(LIFE);
        let cache = stored(server.clone(), &clock, store.clone());
        let idle = Idle::new();
        idle.drive(owned_header(&cache));
        assert_eq!(server.started(), 1);
        match logs_out {
            true => {
                cache.logout().await.unwrap();
                assert_eq!(kept(&store).await, None);
            }
            false => {
                let login = Session::new(server.token(), clock.now().wall, key());
                cache.adopt(login).await.unwrap();
                assert_eq!(kept(&store).await.as_deref(), Some("a2"));
            }
        }
        server.let_through();
        idle.drive(async {});
        let expected = if logs_out { None } else { Some("a2") };
        assert_eq!(kept(&store).await.as_deref(), expected);
    }
}

/// Answers the first who asks when it is let, and has no time for others.
#[derive(Clone, Debug)]
struct Slow(Rotating);

#[async_trait]
impl TokenSource for Slow {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        if self.0.started() > 0 {
            return down();
        }
        self.0.fetch(ask).await
    }
}

#[tokio::test]
async fn a_flight_that_is_given_up_unlocks_and_saves_late_what_nobody_has_replaced() {
    for replaced in [false, true] {
        let (server, clock, store) = (Rotating::gated(LIFE), clock(), MemoryStore::new());
        put(&store, server.token(), &clock).await;
        clock.advance(LIFE);
        let cache = stored(Slow(server.clone()), &clock, store.clone());
        let idle = Idle::new();
        idle.drive(owned_header(&cache));
        assert_eq!(server.started(), 1);
        clock.advance(Duration::from_secs(40));
        // Another caller gives it up, and takes the lock.
        let error = cache.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        if replaced {
            let theirs = token("theirs", LIFE).unwrap();
            store.overwrite(Session::new(theirs, clock.now().wall, key()));
        }
        server.let_through();
        idle.drive(async {});
        let expected = if replaced { "theirs" } else { "a2" };
        assert_eq!(kept(&store).await.as_deref(), Some(expected));
    }
}

/// A runtime that runs only while it is driven.
struct Idle(Option<tokio::runtime::Runtime>);

impl Idle {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        Self(Some(runtime.unwrap()))
    }

    /// Starts a task, and lets every task go as far as it can.
    fn drive(&self, task: impl Future<Output: Send + 'static> + Send + 'static) {
        let runtime = self.0.as_ref().unwrap();
        runtime.spawn(task);
        // A runtime cannot be driven from within another.
        std::thread::scope(|scope| {
            let driver = scope.spawn(|| runtime.block_on(settle()));
            driver.join().unwrap();
        });
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.0.take().unwrap().shutdown_background();
    }
}
