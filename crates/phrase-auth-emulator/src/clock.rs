use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The emulator's own time: it starts at the real time of the start, or where
/// [`EmulatorBuilder::starts_at`](crate::EmulatorBuilder::starts_at) says, and then moves only when told.
///
/// It decides when a JWT is issued and when it is over, and it is the `Date` of every answer. A handle: clones move
/// the same clock, and it outlives the emulator. Latency is not its business, that passes in real time.
///
/// Times are held between 1970 and the end of the year 9999, which is what an HTTP date can say (RFC 9110, 5.6.7);
/// whatever is told beyond stops at that end.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Times>>);

#[derive(Debug)]
struct Times {
    start: SystemTime,
    now: SystemTime,
}

impl Clock {
    /// Cut to the whole second, as the `Date` header is.
    pub(crate) fn starting_at(time: SystemTime) -> Self {
        let start = from_unix(Duration::from_secs(unix(time).as_secs()));
        Self(Arc::new(Mutex::new(Times { start, now: start })))
    }

    /// What the emulator takes for the present.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.times().now
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut times = self.times();
        times.now = from_unix(unix(times.now).saturating_add(by));
    }

    /// Moves the clock to a time, forward or back.
    pub fn set(&self, to: SystemTime) {
        self.times().now = from_unix(unix(to));
    }

    pub(crate) fn rewind(&self) {
        let mut times = self.times();
        times.now = times.start;
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time since 1970; zero for anything before it.
pub(crate) fn unix(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The nearest time that an HTTP date can say.
pub(crate) fn within_dates(time: SystemTime) -> SystemTime {
    from_unix(unix(time))
}

fn from_unix(since: Duration) -> SystemTime {
    UNIX_EPOCH
        .checked_add(since.min(LAST))
        .unwrap_or(UNIX_EPOCH)
}

/// 9999-12-31T23:59:59Z: an HTTP date has four digits for the year.
const LAST: Duration = Duration::from_secs(253_402_300_799);
