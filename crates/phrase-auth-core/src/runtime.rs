use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use crate::error::AuthError;

#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "tokio")]
pub use self::tokio::TokioRuntime;

/// Time and tasks, as the token cache needs them: so that tests can drive the one and programs can
/// choose the other.
pub trait Runtime: fmt::Debug + Send + Sync + 'static {
    /// What time it is, by both clocks. Called on every hit: no lock, no allocation.
    fn now(&self) -> Now;

    /// A future that ends after `span`.
    ///
    /// # Errors
    ///
    /// `Config` if the calling thread has nothing that drives timers.
    fn sleep(&self, span: Duration) -> Result<Task, AuthError>;

    /// Runs a task beside the caller, who does not wait for it.
    ///
    /// # Errors
    ///
    /// `Config` if the calling thread has nothing that runs tasks.
    fn spawn(&self, task: Task) -> Result<(), AuthError>;
}

/// A future on its own: a task, or a timer.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// One moment by both clocks.
///
/// Neither is enough: the monotonic clock may stand still while the machine sleeps, and the wall
/// clock may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Now {
    /// The wall clock.
    pub wall: SystemTime,
    /// The monotonic clock.
    pub mono: Instant,
}

impl Now {
    /// A moment, for runtimes with clocks of their own.
    pub fn new(wall: SystemTime, mono: Instant) -> Self {
        Self { wall, mono }
    }

    /// This moment, by the system's clocks.
    pub fn read() -> Self {
        Self {
            wall: SystemTime::now(),
            mono: Instant::now(),
        }
    }

    /// The time since `earlier`, by whichever clock has gone further: something is over as soon as
    /// either says so. Zero if both have gone back.
    pub fn since(&self, earlier: &Self) -> Duration {
        let ages = self.ages(earlier);
        ages.mono.max(ages.wall)
    }

    /// The time since `earlier` by each clock: what a hit needs, in two subtractions.
    pub(crate) fn ages(&self, earlier: &Self) -> Ages {
        let mono = self.mono.saturating_duration_since(earlier.mono);
        let (wall, back) = match self.wall.duration_since(earlier.wall) {
            Ok(wall) => (wall, 0),
            Err(back) => (Duration::ZERO, back.duration().as_secs()),
        };
        let behind = mono.as_secs().saturating_sub(wall.as_secs());
        Ages {
            mono,
            wall,
            set_back: behind.saturating_add(back),
        }
    }
}

/// How long ago something was, by each clock.
///
/// The clocks differ by nanoseconds, now the one ahead and now the other. Neither is compared with
/// the other here: the processor could not foresee how that comes out, and a hit would wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ages {
    mono: Duration,
    wall: Duration,
    /// How far the wall clock has fallen behind, in whole seconds: someone has set it back.
    set_back: u64,
}

impl Ages {
    /// Whether `span` is over, by either clock.
    pub(crate) fn reach(&self, span: Duration) -> bool {
        self.mono >= span || self.wall >= span
    }

    /// Whether the wall clock was set back by more than `slack`.
    pub(crate) fn tell_of_a_step_back(&self, slack: Duration) -> bool {
        self.set_back > slack.as_secs()
    }
}

/// A bound on something that takes several steps.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    start: Now,
    span: Duration,
}

impl Deadline {
    /// Ends `span` after `start`.
    pub fn new(start: Now, span: Duration) -> Self {
        Self { start, span }
    }

    /// What is left of it; zero when it has passed.
    pub fn left(&self, now: &Now) -> Duration {
        self.span.saturating_sub(now.since(&self.start))
    }
}

/// Waits for `future`, but no longer than `span`; `None` if the time was up first. For sources that
/// ask somebody else than a server.
///
/// # Errors
///
/// `Config` if the calling thread has nothing that drives timers.
pub async fn within<F: Future>(
    runtime: &dyn Runtime,
    span: Duration,
    future: F,
) -> Result<Option<F::Output>, AuthError> {
    let mut timer = runtime.sleep(span)?;
    let mut future = pin!(future);
    Ok(poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await)
}

/// Contains a panic: `None` if the future panics. What it held is dropped with it.
pub async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    poll_fn(|context| {
        let poll = AssertUnwindSafe(|| future.as_mut().poll(context));
        catch_unwind(poll).map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

/// The runtime of whoever names none: Tokio if the feature `tokio` is on; else one that gives the
/// time, and a `Config` error for everything else.
pub fn default_runtime() -> Arc<dyn Runtime> {
    #[cfg(feature = "tokio")]
    return Arc::new(TokioRuntime);
    #[cfg(not(feature = "tokio"))]
    return Arc::new(NoRuntime);
}

#[cfg(not(feature = "tokio"))]
#[derive(Debug)]
struct NoRuntime;

#[cfg(not(feature = "tokio"))]
impl Runtime for NoRuntime {
    fn now(&self) -> Now {
        Now::read()
    }

    fn sleep(&self, _span: Duration) -> Result<Task, AuthError> {
        Err(none())
    }

    fn spawn(&self, _task: Task) -> Result<(), AuthError> {
        Err(none())
    }
}

#[cfg(not(feature = "tokio"))]
fn none() -> AuthError {
    AuthError::config("no asynchronous runtime was given")
        .with_hint("turn on the feature `tokio`, or give the builder a runtime")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_has_gone_further_counts_and_none_goes_below_zero() {
        let start = Now::read();
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        let suspended = Now::new(start.wall + hour, start.mono + minute);
        assert_eq!(suspended.since(&start), hour);
        let set_back = Now::new(start.wall - hour, start.mono + minute);
        assert_eq!(set_back.since(&start), minute);
        assert_eq!(start.since(&suspended), Duration::ZERO);
        let epoch = Now::new(SystemTime::UNIX_EPOCH, start.mono);
        assert_eq!(epoch.since(&start), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_set_back_is_noticed() {
        let start = Now::read();
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        let back = Now::new(start.wall - hour, start.mono + hour);
        assert!(back.ages(&start).tell_of_a_step_back(hour * 2 - minute));
        assert!(!back.ages(&start).tell_of_a_step_back(hour * 2));
        let even = Now::new(start.wall + hour, start.mono + hour);
        assert!(!even.ages(&start).tell_of_a_step_back(Duration::ZERO));
    }
}
