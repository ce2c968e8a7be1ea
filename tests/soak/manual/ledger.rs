use std::time::Duration;

use phrase_auth_core::{CachePolicy, Now};

use super::outage::Outage;

/// What reached a server, held against what the policy allows: one fetch for each token, and while the server is down
/// one for each step of the back-off.
#[derive(Debug)]
pub(super) struct Ledger {
    policy: CachePolicy,
    /// How many requests a fetch may make before it fails: three at the platform, where that makes sense.
    most_tries: u32,
    pub(super) requests: u64,
    pub(super) granted: u64,
    under_way: u64,
    /// The most requests at one time.
    pub(super) at_once: u64,
    /// Requests within a window.
    pub(super) early: u64,
    /// Requests that came after a window had ended, and somebody had asked in vain since.
    pub(super) late: u64,
    /// The most fetches that failed in a row.
    pub(super) most_failures: u32,
    outage: Option<Outage>,
    /// Of the fetch that is failing.
    tries: u32,
    /// Fetches in a row.
    failures: u32,
    window: Option<Window>,
}

/// What the policy says about the time after a failure.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: Now,
    least: Duration,
    most: Duration,
}

impl Ledger {
    pub(super) fn new(most_tries: u32) -> Self {
        Self {
            policy: CachePolicy::default(),
            most_tries,
            requests: 0,
            granted: 0,
            under_way: 0,
            at_once: 0,
            early: 0,
            late: 0,
            most_failures: 0,
            outage: None,
            tries: 0,
            failures: 0,
            window: None,
        }
    }

    pub(super) fn begin(&mut self, outage: Outage) {
        self.outage = Some(outage);
    }

    /// How long, at the most, nobody asks from now on.
    pub(super) fn heal(&mut self) -> Duration {
        self.outage = None;
        self.window.map_or(Duration::ZERO, |window| window.most)
    }

    /// A request arrives; what becomes of it.
    pub(super) fn arrive(&mut self, now: &Now) -> Option<Outage> {
        self.requests = self.requests.saturating_add(1);
        self.under_way = self.under_way.saturating_add(1);
        self.at_once = self.at_once.max(self.under_way);
        if let Some(window) = self.window.filter(|_| self.tries == 0) {
            let since = now.since(&window.start);
            let latest = window.most.max(self.policy.early_pause);
            self.early = self.early.saturating_add(u64::from(since < window.least));
            let is_late = since > latest.saturating_add(BETWEEN_CALLS);
            self.late = self.late.saturating_add(u64::from(is_late));
        }
        self.outage
    }

    pub(super) fn grant(&mut self) -> u64 {
        self.under_way = self.under_way.saturating_sub(1);
        self.granted = self.granted.saturating_add(1);
        (self.tries, self.failures, self.window) = (0, 0, None);
        self.granted
    }

    /// A request has failed, and maybe its fetch with it.
    pub(super) fn fail(&mut self, outage: Outage, now: Now) {
        self.under_way = self.under_way.saturating_sub(1);
        self.tries = self.tries.saturating_add(1);
        let most = match outage.is_worth_a_retry() {
            true => self.most_tries,
            false => 1,
        };
        if self.tries < most {
            return;
        }
        self.tries = 0;
        self.failures = self.failures.saturating_add(1);
        self.most_failures = self.most_failures.max(self.failures);
        let doubled = 2_u32.saturating_pow(self.failures.saturating_sub(1).min(31));
        let span = self.policy.window_first.saturating_mul(doubled);
        let span = span.min(self.policy.window_max);
        let asked = outage.asks().unwrap_or_default();
        self.window = Some(Window {
            start: now,
            least: span.checked_div(2).unwrap_or_default().max(asked),
            most: span.max(asked),
        });
    }
}

/// The longest that passes between two calls while a server is down, and what a call itself may take of the clock.
pub(super) const BETWEEN_CALLS: Duration = Duration::from_secs(6);

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: &Now, seconds: f64) -> Now {
        let span = Duration::from_secs_f64(seconds);
        let wall = start.wall.checked_add(span).unwrap();
        Now::new(wall, start.mono.checked_add(span).unwrap())
    }

    #[test]
    fn a_request_within_a_window_is_early_and_one_long_after_it_late() {
        for (seconds, early, late) in [(0.2, 1, 0), (0.25, 0, 0), (7.0, 0, 0), (7.1, 0, 1)] {
            let start = Now::read();
            let mut ledger = Ledger::new(1);
            ledger.begin(Outage::Reset);
            assert_eq!(ledger.arrive(&start), Some(Outage::Reset));
            ledger.fail(Outage::Reset, start);
            ledger.arrive(&after(&start, seconds));
            assert_eq!((ledger.early, ledger.late), (early, late), "{seconds}");
        }
    }

    #[test]
    fn a_fetch_that_tries_three_times_is_one_step() {
        let start = Now::read();
        let mut ledger = Ledger::new(3);
        ledger.begin(Outage::Reset);
        for _ in 0..3 {
            ledger.arrive(&start);
            ledger.fail(Outage::Reset, start);
        }
        assert_eq!((ledger.early, ledger.most_failures), (0, 1));
        ledger.arrive(&start);
        assert_eq!(ledger.early, 1, "a fourth is not allowed");
    }

    #[test]
    fn two_requests_at_one_time_are_seen() {
        let now = Now::read();
        let mut ledger = Ledger::new(1);
        ledger.arrive(&now);
        assert_eq!((ledger.at_once, ledger.grant()), (1, 1));
        ledger.arrive(&now);
        ledger.arrive(&now);
        assert_eq!(ledger.at_once, 2);
    }
}
