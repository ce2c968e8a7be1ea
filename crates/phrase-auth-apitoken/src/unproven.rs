use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phrase_auth_core::{AuthError, ErrorKind, Now, SecretId, Token};

use crate::login::Granted;
use crate::tms::is_unknown;

/// A token of which it is not known yet whether it is for whom it should be.
pub(crate) struct Unproven {
    pub(crate) granted: Granted,
    /// Before it was asked for.
    pub(crate) since: Now,
    /// What it is a verdict on if it is for somebody else.
    pub(crate) stake: SecretId,
}

impl Unproven {
    /// The token with what is left of its life at `start`.
    pub(crate) fn token_from(&self, start: &Now) -> Token {
        let token = self.granted.token.clone();
        let left = token.lifetime().saturating_sub(start.since(&self.since));
        token.with_lifetime(left)
    }
}

/// Keeps a token over a fault of the question whose it is, so that the next fetch asks that again, and
/// does not log in for it: a login that was answered is not repeated.
#[derive(Default)]
pub(crate) struct UnprovenSlot(Mutex<Option<Unproven>>);

impl UnprovenSlot {
    pub(crate) fn holding(unproven: Unproven) -> Self {
        Self(Mutex::new(Some(unproven)))
    }

    /// What is kept, unless its life is over.
    pub(crate) fn take(&self, now: &Now) -> Option<Unproven> {
        let kept = self.slot().take();
        kept.filter(|unproven| !unproven.token_from(now).lifetime().is_zero())
    }

    /// Keeps it, unless the fault proves that it is for somebody else. One that TMS still does not know
    /// after a while has ended. Gives back what to say.
    pub(crate) fn keep(&self, unproven: Unproven, fault: AuthError, now: &Now) -> AuthError {
        let unknown = is_unknown(&fault);
        let ended = unknown && now.since(&unproven.since) >= KNOWN_BY_THEN;
        if fault.verdict().is_none() && !ended {
            *self.slot() = Some(unproven);
        }
        if unknown { not_known_yet(fault) } else { fault }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Unproven>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token that was issued a moment ago is not wrong: whoever refuses it has not heard of it yet. That
/// passes, and must not stand as a refusal of the password would.
fn not_known_yet(fault: AuthError) -> AuthError {
    let what = "TMS does not know the token, which is to be proven before it is handed out";
    AuthError::new(ErrorKind::Unavailable, what)
        .with_hint(
            "if it has just been issued, this passes; if it came from elsewhere, it has ended",
        )
        .with_source(fault)
}

impl fmt::Debug for UnprovenSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnprovenSlot(..)")
    }
}

/// As long as a token that came because of a rejection is believed: at most one login a minute.
const KNOWN_BY_THEN: Duration = Duration::from_secs(60);
