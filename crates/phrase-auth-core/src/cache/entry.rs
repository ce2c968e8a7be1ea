use std::time::Duration;

use crate::error::AuthError;
use crate::header::{AuthHeader, Generation, LoanedHeader};
use crate::policy::CachePolicy;
use crate::runtime::Now;
use crate::session::Session;
use crate::source::Token;

/// A published token: a finished header and the life that is left in it.
#[derive(Debug)]
pub(super) struct Entry {
    header: LoanedHeader,
    life: Life,
}

/// From when, and how long, a token is good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// When its request was started: whatever the answer took counts as lived.
    pub(super) start: Now,
    /// Renewed early from here on.
    pub(super) soft: Duration,
    /// Not used any more from here on.
    pub(super) hard: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Handed out as it is.
    Fresh,
    /// Handed out, and renewed beside.
    Aging,
    /// Not handed out.
    Dead,
}

impl Entry {
    pub(super) fn new(token: &Token, start: Now, policy: &CachePolicy) -> Result<Self, AuthError> {
        let lifetime = token.lifetime();
        let expires_at = start.wall.checked_add(lifetime);
        Ok(Self {
            header: LoanedHeader::new(token.style(), token.secret(), expires_at)?,
            life: Life {
                start,
                soft: policy.soft(lifetime, fastrand::f64()),
                hard: policy.hard(lifetime),
            },
        })
    }

    /// A token from a session, with what is left of its life.
    pub(super) fn of(
        session: &Session,
        now: &Now,
        policy: &CachePolicy,
    ) -> Result<Self, AuthError> {
        let (start, lifetime) = session.life(now);
        let token = Token::clone(session.shared_token()).with_lifetime(lifetime);
        Self::new(&token, start, policy)
    }

    pub(super) fn lend(&self) -> AuthHeader {
        self.header.lend()
    }

    pub(super) fn generation(&self) -> Generation {
        self.header.generation()
    }

    pub(super) fn freshness(&self, now: &Now) -> Freshness {
        judge(&self.life, now)
    }

    /// How much longer the token is handed out.
    pub(super) fn left(&self, now: &Now) -> Duration {
        self.life.hard.saturating_sub(now.since(&self.life.start))
    }
}

/// The whole of the time logic: a token is over as soon as either clock says so, and a wall clock
/// that was set back can only make it be renewed early.
fn judge(life: &Life, now: &Now) -> Freshness {
    let ages = now.ages(&life.start);
    if ages.reach(life.hard) {
        Freshness::Dead
    } else if ages.reach(life.soft) || ages.tell_of_a_step_back(CLOCK_SLACK) {
        Freshness::Aging
    } else {
        Freshness::Fresh
    }
}

/// What clocks may differ without anybody having set one: time synchronisation slews by at most
/// half a second in a thousand, which is 43 s in a day.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use super::*;

    /// Hours later by the wall clock and by the monotonic one, and what the token is then.
    #[test]
    fn a_token_is_judged_by_the_clock_that_has_gone_further() {
        let start = Now::new(SystemTime::now(), Instant::now());
        let life = Life {
            start,
            soft: Duration::from_secs(3 * 3600),
            hard: Duration::from_secs(4 * 3600),
        };
        let at = |wall_minutes: i64, mono_minutes: u64| {
            let wall = Duration::from_secs(wall_minutes.unsigned_abs() * 60);
            let wall = if wall_minutes < 0 {
                start.wall - wall
            } else {
                start.wall + wall
            };
            Now::new(wall, start.mono + Duration::from_secs(mono_minutes * 60))
        };
        for (wall, mono, expected) in [
            (0, 0, Freshness::Fresh),
            (179, 179, Freshness::Fresh),
            (180, 180, Freshness::Aging),
            (239, 239, Freshness::Aging),
            (240, 240, Freshness::Dead),
            // Suspended: the monotonic clock stood still.
            (240, 0, Freshness::Dead),
            (181, 1, Freshness::Aging),
            // Set back: a life is never lengthened, the token is renewed early.
            (-60, 0, Freshness::Aging),
            (-60, 240, Freshness::Dead),
            (50, 100, Freshness::Aging),
            // Drift is not a step.
            (100, 101, Freshness::Fresh),
            // Set forward by years, and back to the beginning of time.
            (5_000_000, 1, Freshness::Dead),
            (-20_000_000, 1, Freshness::Aging),
        ] {
            assert_eq!(judge(&life, &at(wall, mono)), expected, "{wall} {mono}");
        }
    }

    #[test]
    fn a_token_without_a_life_is_dead_at_once() {
        let start = Now::read();
        let life = Life {
            start,
            soft: Duration::ZERO,
            hard: Duration::ZERO,
        };
        assert_eq!(judge(&life, &start), Freshness::Dead);
    }
}
