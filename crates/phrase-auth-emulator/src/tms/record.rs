use std::collections::BTreeSet;
use std::time::Duration;

/// What is remembered of a user from one login to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    wrong_passwords: u32,
    used_steps: BTreeSet<u64>,
    /// When all sessions of the user were last ended, as a time since 1970.
    pub(super) sessions_ended: Option<Duration>,
}

impl Record {
    pub(super) fn is_locked(&self) -> bool {
        self.wrong_passwords >= WRONG_PASSWORDS
    }

    pub(super) fn took_wrong_password(&mut self) {
        self.wrong_passwords = self.wrong_passwords.saturating_add(1);
    }

    pub(super) fn took_right_password(&mut self) {
        self.wrong_passwords = 0;
    }

    /// Takes note of a time step whose code was used; `false` if it was used before (RFC 6238, 5.2).
    pub(super) fn uses(&mut self, step: u64) -> bool {
        if self.used_steps.len() >= STEPS {
            self.used_steps.pop_first();
        }
        self.used_steps.insert(step)
    }
}

/// The usual number; what Phrase does is not known (reference 5.3).
const WRONG_PASSWORDS: u32 = 3;

/// Eight hours of logins in every step: only a clock that is set further back can meet a code again.
const STEPS: usize = 960;
