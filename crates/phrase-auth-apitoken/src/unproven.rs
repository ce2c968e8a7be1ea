use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// Keeps a token until it is proven, over faults of the question whose it is and over fetches that were
/// given up: the next asks that again, and does not log in for it. A login that was answered is not
/// repeated.
#[derive(Default)]
pub(crate) struct UnprovenSlot(Mutex<Slot>);

#[derive(Default)]
struct Slot {
    unproven: Option<Arc<Unproven>>,
    /// Counts log-outs: what was under way at one is kept nowhere.
    epoch: Epoch,
}

/// How often there was a log-out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

impl UnprovenSlot {
    pub(crate) fn holding(unproven: Unproven) -> Self {
        Self(Mutex::new(Slot {
            unproven: Some(Arc::new(unproven)),
            epoch: Epoch::default(),
        }))
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.slot().epoch
    }

    /// What is kept, unless its life is over.
    pub(crate) fn kept(&self, now: &Now) -> Option<Arc<Unproven>> {
        let kept = self.slot().unproven.clone();
        kept.filter(|unproven| !unproven.token_from(now).lifetime().is_zero())
    }

    /// Keeps what a fetch that began in `epoch` has brought.
    pub(crate) fn keep(&self, unproven: &Arc<Unproven>, epoch: Epoch) {
        let mut slot = self.slot();
        if slot.epoch == epoch {
            slot.unproven = Some(Arc::clone(unproven));
        }
    }

    /// It is proven, or proven to be for somebody else.
    pub(crate) fn clear(&self) {
        self.slot().unproven = None;
    }

    /// A log-out.
    pub(crate) fn forget(&self) -> Option<Token> {
        let mut slot = self.slot();
        slot.epoch.0 = slot.epoch.0.wrapping_add(1);
        let unproven = slot.unproven.take()?;
        Some(unproven.granted.token.clone())
    }

    /// What to say of a proof that failed, and whether the token is kept after it. A fault says nothing
    /// about the token, but one that TMS still does not know after a while has ended; and whoever may not
    /// ask would be refused with any other token.
    pub(crate) fn failed(&self, unproven: &Unproven, fault: AuthError, now: &Now) -> AuthError {
        let ended = is_unknown(&fault) && now.since(&unproven.since) >= KNOWN_BY_THEN;
        let stands = fault.verdict().is_some() || fault.kind() == ErrorKind::Forbidden;
        if stands || ended {
            self.clear();
        }
        match fault.kind() {
            ErrorKind::Forbidden => fault.with_message(MAY_NOT_ASK).with_hint(DO_WITHOUT),
            // About the token, and no refusal of the password: that must not stand.
            ErrorKind::Refused => AuthError::new(ErrorKind::Unavailable, NOT_KNOWN)
                .with_hint(MAY_PASS)
                .with_source(fault),
            _ => fault,
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for UnprovenSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnprovenSlot(..)")
    }
}

/// As long as a token that came because of a rejection is believed: at most one login a minute.
const KNOWN_BY_THEN: Duration = Duration::from_secs(60);

const NOT_KNOWN: &str =
    "TMS does not know the token, which is to be proven before it is handed out";

const MAY_PASS: &str =
    "if it has just been issued, this passes; if it came from elsewhere, it has ended";

const MAY_NOT_ASK: &str = "logged in, but this account may not ask TMS whose token it is";

const DO_WITHOUT: &str = "expect no organization, or ask an administrator what the account may do";
