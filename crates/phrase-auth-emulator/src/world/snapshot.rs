use std::fmt;
use std::time::SystemTime;

use super::World;
use crate::api_tokens::ApiTokens;
use crate::jwt::Register;
use crate::{EmulatorError, fault, oauth, tms};

/// Everything that decided the answers of an emulator at one moment; made by
/// [`Emulator::snapshot`](crate::Emulator::snapshot), for [`Emulator::restore`](crate::Emulator::restore).
///
/// It holds tokens and passwords, shows none of them, and may be restored any number of times.
#[derive(Clone)]
#[must_use = "a snapshot does nothing until it is restored"]
pub struct Snapshot {
    /// Of the emulator that it was taken of.
    instance: u64,
    now: SystemTime,
    jwts: Register,
    api_tokens: ApiTokens,
    tms: tms::Book,
    oauth: oauth::Book,
    faults: fault::Book,
}

impl World {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            instance: self.mint.instance(),
            now: self.clock.now(),
            jwts: self.mint.snapshot(),
            api_tokens: self.known_api_tokens().clone(),
            tms: self.tms.snapshot(),
            oauth: self.oauth.snapshot(),
            faults: self.faults.snapshot(),
        }
    }

    /// The JWTs of another emulator bear another issuer and other numbers, so its snapshot would promise what cannot be
    /// kept.
    pub(crate) fn restore(&self, past: &Snapshot) -> Result<(), EmulatorError> {
        if past.instance != self.mint.instance() {
            return Err(EmulatorError::OtherSnapshot);
        }
        self.mint.restore(&past.jwts);
        *self.known_api_tokens() = past.api_tokens.clone();
        self.tms.restore(&past.tms);
        self.oauth.restore(&past.oauth);
        self.faults.restore(&past.faults);
        self.clock.set(past.now);
        Ok(())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
