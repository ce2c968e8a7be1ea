use std::time::Duration;

use crate::error::{AuthError, ErrorKind};
use crate::policy::CachePolicy;
use crate::runtime::Now;
use crate::secret::SecretId;

/// What the last failure left behind: why, and for how long, nothing is asked.
#[derive(Debug, Default)]
pub(super) struct Standing {
    hold: Option<Hold>,
    /// Passing faults in a row.
    failures: u32,
}

#[derive(Debug)]
enum Hold {
    /// The secret itself was refused: nothing is asked until something has changed.
    Latched {
        error: AuthError,
        secret: Option<SecretId>,
        /// Not even another session in the store changes that.
        sealed: bool,
    },
    /// A passing fault: nothing is asked for a while.
    Window {
        error: AuthError,
        start: Now,
        span: Duration,
    },
}

/// What keeps a flight from starting.
pub(super) enum Binding {
    None,
    /// Unless the secret is another than this by now, or the store has another session.
    UnlessChanged {
        error: AuthError,
        secret: Option<SecretId>,
        sealed: bool,
    },
    Until(AuthError),
}

impl Standing {
    pub(super) fn binding(&self, now: &Now) -> Binding {
        match &self.hold {
            Some(Hold::Window { error, start, span }) if now.since(start) < *span => {
                Binding::Until(error.clone())
            }
            Some(Hold::Window { .. }) | None => Binding::None,
            Some(Hold::Latched {
                error,
                secret,
                sealed,
            }) => Binding::UnlessChanged {
                error: error.clone(),
                secret: *secret,
                sealed: *sealed,
            },
        }
    }

    /// Takes a failed fetch in: the error as those who come later will see it. `secret` is the
    /// fingerprint from before the fetch, for a source that does not say what it has sent.
    pub(super) fn fail(
        &mut self,
        error: AuthError,
        secret: Option<SecretId>,
        now: Now,
        policy: &CachePolicy,
    ) -> AuthError {
        if error.is_handed_on() {
            return error;
        }
        if error.is_last_word() {
            self.hold = Some(Hold::Latched {
                error: error.clone(),
                secret: error.verdict().or(secret),
                sealed: false,
            });
            return error;
        }
        let unsent = matches!(error.kind(), ErrorKind::Config | ErrorKind::Store)
            && error.status().is_none();
        if unsent {
            error
        } else {
            self.open_window(error, now, policy)
        }
    }

    /// Nothing is asked for good.
    pub(super) fn seal(&mut self, error: AuthError) {
        self.hold = Some(Hold::Latched {
            error,
            secret: None,
            sealed: true,
        });
    }

    /// Nothing is asked for a while, which is longer for each failure in a row.
    pub(super) fn open_window(
        &mut self,
        error: AuthError,
        now: Now,
        policy: &CachePolicy,
    ) -> AuthError {
        self.failures = self.failures.saturating_add(1);
        let asked = error
            .retry_at()
            .and_then(|at| at.duration_since(now.wall).ok());
        let span = policy.window(self.failures, asked, fastrand::f64());
        let error = match now.wall.checked_add(span) {
            Some(end) => error.with_retry_at(end),
            None => error,
        };
        self.hold = Some(Hold::Window {
            error: error.clone(),
            start: now,
            span,
        });
        error
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
