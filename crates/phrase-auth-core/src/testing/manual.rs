use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use crate::error::AuthError;
use crate::runtime::{Now, Runtime, Task, TokioRuntime};

/// A [`Runtime`] whose clocks stand still until they are told to move. Tasks run on the Tokio
/// runtime that is current.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use phrase_auth_core::testing::{ManualRuntime, ScriptedSource};
/// use phrase_auth_core::{Audience, Authenticator, TokenCache};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), phrase_auth_core::AuthError> {
/// let clock = Arc::new(ManualRuntime::new());
/// let source = ScriptedSource::minting(Duration::from_secs(3600));
/// let auth = TokenCache::builder(source.clone(), Audience::new("https://api.example")?)
///     .runtime(clock.clone())
///     .build();
///
/// let first = auth.header().await?;
/// clock.advance(Duration::from_secs(3601));
/// let second = auth.header().await?;
/// assert!(second.generation() > first.generation());
/// assert_eq!(source.fetches(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ManualRuntime {
    clock: Arc<Mutex<Clock>>,
}

#[derive(Debug)]
struct Clock {
    now: Now,
    next: u64,
    timers: BTreeMap<u64, (Instant, Waker)>,
}

impl ManualRuntime {
    /// Clocks that stand at the time of the call.
    pub fn new() -> Self {
        let clock = Clock {
            now: Now::read(),
            next: 0,
            timers: BTreeMap::new(),
        };
        Self {
            clock: Arc::new(Mutex::new(clock)),
        }
    }

    /// Moves both clocks forward, and wakes what sleeps until then.
    pub fn advance(&self, span: Duration) {
        self.step(span, span);
    }

    /// Moves the wall clock alone forward: the machine was asleep, or someone set the clock.
    pub fn step_wall(&self, span: Duration) {
        self.step(span, Duration::ZERO);
    }

    /// Moves the wall clock alone back: someone set the clock.
    pub fn step_wall_back(&self, span: Duration) {
        let mut clock = self.lock();
        let wall = clock.now.wall.checked_sub(span);
        clock.now.wall = wall.unwrap_or(SystemTime::UNIX_EPOCH);
    }

    /// Moves the monotonic clock alone forward.
    pub fn step_mono(&self, span: Duration) {
        self.step(Duration::ZERO, span);
    }

    /// How many sleep: what a test waits for before it moves the clock.
    pub fn sleepers(&self) -> usize {
        self.lock().timers.len()
    }

    fn step(&self, wall: Duration, mono: Duration) {
        let mut clock = self.lock();
        let now = clock.now;
        clock.now.wall = now.wall.checked_add(wall).unwrap_or(now.wall);
        clock.now.mono = now.mono.checked_add(mono).unwrap_or(now.mono);
        let mono = clock.now.mono;
        let timers = std::mem::take(&mut clock.timers);
        let (due, timers) = timers.into_iter().partition(|(_, (end, _))| *end <= mono);
        clock.timers = timers;
        drop(clock);
        let due: BTreeMap<u64, (Instant, Waker)> = due;
        for (_, waker) in due.into_values() {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Clock> {
        lock(&self.clock)
    }
}

impl Default for ManualRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl Runtime for ManualRuntime {
    fn now(&self) -> Now {
        self.lock().now
    }

    fn sleep(&self, span: Duration) -> Result<Task, AuthError> {
        let mut clock = self.lock();
        let number = clock.next;
        clock.next = number.saturating_add(1);
        let end = clock.now.mono.checked_add(span);
        Ok(Box::pin(Timer {
            clock: Arc::clone(&self.clock),
            number,
            end,
        }))
    }

    fn spawn(&self, task: Task) -> Result<(), AuthError> {
        TokioRuntime.spawn(task)
    }
}

struct Timer {
    clock: Arc<Mutex<Clock>>,
    number: u64,
    /// `None`: further away than the clock can go.
    end: Option<Instant>,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(end) = self.end else {
            return Poll::Pending;
        };
        let mut clock = lock(&self.clock);
        if clock.now.mono >= end {
            return Poll::Ready(());
        }
        clock
            .timers
            .insert(self.number, (end, context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let timer = lock(&self.clock).timers.remove(&self.number);
        drop(timer);
    }
}

fn lock(clock: &Mutex<Clock>) -> MutexGuard<'_, Clock> {
    clock.lock().unwrap_or_else(PoisonError::into_inner)
}
