use std::time::Duration;

/// The numbers of a [`TokenCache`](crate::TokenCache). The defaults suit Phrase; change one with a
/// reason.
///
/// ```
/// use std::time::Duration;
/// use phrase_auth_core::CachePolicy;
///
/// let mut policy = CachePolicy::default();
/// policy.deadline = Duration::from_secs(10);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CachePolicy {
    /// How long one fetch may take, retries included. 30 s: a name that does not resolve and a
    /// server that hangs are both seen by then, and a person is still waiting.
    pub deadline: Duration,
    /// The share of a token's life, counted from its end, in which it is renewed early. A fifth
    /// leaves time for an outage of the token endpoint to pass unseen.
    pub early_share: u32,
    /// The least early renewal. 1 s: shorter would be shorter than one request.
    pub early_min: Duration,
    /// The most early renewal. 1 h: no outage that lasts longer passes unseen anyhow.
    pub early_max: Duration,
    /// The share of a token's life, counted from its end, in which it is not used any more: it
    /// could expire between here and the server.
    pub margin_share: u32,
    /// The most of that margin. 30 s covers clocks that differ and a request that queues.
    pub margin_max: Duration,
    /// How little of the early renewal may be taken by chance, in percent: a fleet that started
    /// together does not renew together.
    pub jitter_percent: u32,
    /// The least time between two early renewals. 1 s: a token that lives shorter is renewed when
    /// it is over.
    pub early_pause: Duration,
    /// The first window after a passing fault, in which callers share its error. 0.5 s: as long as
    /// a restart of a load balancer's backend takes to be noticed.
    pub window_first: Duration,
    /// The longest window. 60 s: nobody waits longer than a minute after an outage has ended.
    pub window_max: Duration,
    /// The longest `Retry-After` that is believed. 1 h: above it is a mistake or an attack.
    pub retry_after_max: Duration,
    /// How long a token that was fetched because of a rejection is believed, and how long one that
    /// was fetched for a longer life than it turned out to have is not fetched again for that. 60 s:
    /// a server that says 401 to everything, and a need that no token meets, cost one login a
    /// minute, not one a request.
    pub believed: Duration,
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            early_share: 5,
            early_min: Duration::from_secs(1),
            early_max: Duration::from_secs(3600),
            margin_share: 20,
            margin_max: Duration::from_secs(30),
            jitter_percent: 80,
            early_pause: Duration::from_secs(1),
            window_first: Duration::from_millis(500),
            window_max: Duration::from_secs(60),
            retry_after_max: Duration::from_secs(3600),
            believed: Duration::from_secs(60),
        }
    }
}

impl CachePolicy {
    /// When a token should be renewed, counted from its request. `chance` is between 0 and 1.
    pub(crate) fn soft(&self, lifetime: Duration, chance: f64) -> Duration {
        let early = share(lifetime, self.early_share)
            .clamp(self.early_min, self.early_max.max(self.early_min))
            .min(share(lifetime, 2));
        let least = f64::from(self.jitter_percent.min(100)) / 100.0;
        lifetime.saturating_sub(scaled(early, least + (1.0 - least) * chance))
    }

    /// When a token is not used any more, counted from its request.
    pub(crate) fn hard(&self, lifetime: Duration) -> Duration {
        lifetime.saturating_sub(share(lifetime, self.margin_share).min(self.margin_max))
    }

    /// How long the `failures`-th passing fault in a row keeps callers from asking again. `asked`
    /// is the server's `Retry-After`.
    pub(crate) fn window(&self, failures: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(31));
        let span = self
            .window_first
            .saturating_mul(doubled)
            .min(self.window_max);
        let span = scaled(span, 0.5 + 0.5 * chance);
        span.max(asked.unwrap_or_default().min(self.retry_after_max))
    }
}

/// `Duration::mul_f64` panics where the product does not fit.
fn scaled(span: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * factor).unwrap_or(span)
}

fn share(span: Duration, parts: u32) -> Duration {
    span.checked_div(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: f64) -> Duration {
        Duration::from_secs_f64(secs)
    }

    #[test]
    fn soft_and_hard_deadlines_scale_with_the_life_of_a_token() {
        let policy = CachePolicy::default();
        // lifetime, soft at the least and at the most early renewal, hard
        for (lifetime, late, early, hard) in [
            (86_400.0, 83_520.0, 82_800.0, 86_370.0),
            (14_399.0, 12_095.16, 11_519.2, 14_369.0),
            (3_600.0, 3_024.0, 2_880.0, 3_570.0),
            (300.0, 252.0, 240.0, 285.0),
            (10.0, 8.4, 8.0, 9.5),
            (4.0, 3.2, 3.0, 3.8),
            (1.0, 0.6, 0.5, 0.95),
            (0.0, 0.0, 0.0, 0.0),
        ] {
            assert_eq!(policy.soft(secs(lifetime), 0.0), secs(late), "{lifetime}");
            assert_eq!(policy.soft(secs(lifetime), 1.0), secs(early), "{lifetime}");
            assert_eq!(policy.hard(secs(lifetime)), secs(hard), "{lifetime}");
            assert!(policy.soft(secs(lifetime), 0.5) <= policy.hard(secs(lifetime)));
        }
    }

    #[test]
    fn windows_double_up_to_a_minute_and_heed_the_server_up_to_an_hour() {
        let policy = CachePolicy::default();
        for (failures, least, most) in [
            (1, 0.25, 0.5),
            (2, 0.5, 1.0),
            (3, 1.0, 2.0),
            (8, 30.0, 60.0),
            (u32::MAX, 30.0, 60.0),
        ] {
            assert_eq!(
                policy.window(failures, None, 0.0),
                secs(least),
                "{failures}"
            );
            assert_eq!(policy.window(failures, None, 1.0), secs(most), "{failures}");
        }
        assert_eq!(policy.window(1, Some(secs(7.0)), 0.0), secs(7.0));
        assert_eq!(policy.window(1, Some(Duration::MAX), 0.0), secs(3600.0));
    }

    #[test]
    fn no_number_makes_the_arithmetic_fail() {
        let odd = CachePolicy {
            early_share: 0,
            margin_share: 0,
            jitter_percent: 900,
            early_max: Duration::ZERO,
            window_first: Duration::MAX,
            window_max: Duration::MAX,
            ..CachePolicy::default()
        };
        for policy in [CachePolicy::default(), odd] {
            for lifetime in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
                assert!(policy.soft(lifetime, 0.5) <= lifetime);
                assert!(policy.hard(lifetime) <= lifetime);
            }
            let _ = policy.window(u32::MAX, Some(Duration::MAX), 1.0);
        }
    }
}
