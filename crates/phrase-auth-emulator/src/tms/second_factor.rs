use std::fmt;
use std::time::SystemTime;

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};

use super::record::Record;
use crate::clock::unix;
use crate::seed::SECOND_FACTOR_CODE;

/// Makes and judges the codes of the user who needs one: time-based (RFC 6238) with SHA-1, 30 seconds and 6 digits,
/// which is what authenticator apps understand.
pub(super) struct SecondFactor(hmac::Key);

impl SecondFactor {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret))
    }

    pub(super) fn code(&self, now: SystemTime) -> String {
        self.code_of(step(now))
    }

    /// Whether a code is good: the seeded one always, the one of this step or of the step before once.
    pub(super) fn accepts(&self, code: &str, now: SystemTime, record: &mut Record) -> bool {
        if code == SECOND_FACTOR_CODE {
            return true;
        }
        let step = step(now);
        [Some(step), step.checked_sub(1)]
            .into_iter()
            .flatten()
            .find(|&step| self.code_of(step) == code)
            .is_some_and(|step| record.uses(step))
    }

    /// RFC 4226, 5.3 and 5.4.
    fn code_of(&self, step: u64) -> String {
        let tag = hmac::sign(&self.0, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = tag.last().map_or(0, |last| usize::from(last & 0x0f));
        let word = tag
            .get(offset..)
            .and_then(|rest| rest.first_chunk())
            .map_or(0, |word| u32::from_be_bytes(*word) & 0x7fff_ffff);
        format!("{:06}", word % 1_000_000)
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor").finish_non_exhaustive()
    }
}

fn step(now: SystemTime) -> u64 {
    unix(now).as_secs() / STEP_SECONDS
}

/// Published with this source on purpose; 20 bytes, as many as SHA-1 gives (RFC 4226, 4).
pub(super) const SECRET: &[u8] = b"phrase-emulator-totp";

/// What RFC 6238, 5.2 recommends.
const STEP_SECONDS: u64 = 30;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn codes_are_those_of_the_test_vectors_of_rfc_6238() {
        let factor = SecondFactor::new(b"12345678901234567890");
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = UNIX_EPOCH + Duration::from_secs(second);
            assert_eq!(factor.code(now), code, "{second}");
        }
    }

    #[test]
    fn a_time_before_the_first_step_has_none_before_it() {
        let factor = SecondFactor::new(SECRET);
        let mut record = Record::default();
        let code = factor.code(UNIX_EPOCH);
        assert!(factor.accepts(&code, UNIX_EPOCH, &mut record));
        assert!(!factor.accepts(&code, UNIX_EPOCH, &mut record));
    }
}
