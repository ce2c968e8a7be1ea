//! Times and spans, as people and scripts write them.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

/// A span from the command line: `60s`, `5m`, `1h 30m`. Zero is none.
///
/// # Errors
///
/// What to write instead; nothing of what was written.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|span| !span.is_zero() && *span <= LONGEST)
        .ok_or_else(|| "give a number and a unit, such as 60s, 5m or 2h; a week at most".to_owned())
}

/// RFC 3339, UTC, in whole seconds, cut.
pub(crate) fn rfc3339(time: SystemTime) -> Option<String> {
    Timestamp::from_second(unix(time)?)
        .ok()
        .map(|time| time.to_string())
}

/// Whole seconds since 1970, cut.
pub(crate) fn unix(time: SystemTime) -> Option<i64> {
    Timestamp::try_from(time).ok().map(Timestamp::as_second)
}

/// More than any token lives, and little enough for every clock.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, secs) in [
            ("60s", 60),
            ("5m", 300),
            ("2h", 7200),
            ("1h 30m", 5400),
            ("1500ms", 1),
        ] {
            assert_eq!(span(text).unwrap().as_secs(), secs, "{text}");
        }
        for text in [
            "",
            "60",
            "0s",
            "-5s",
            "s",
            "8d",
            "1000h",
            "canary",
            "99999999999999999999s",
        ] {
            let error = span(text).unwrap_err();
            assert!(!error.contains("canary"), "{text}: {error}");
        }
    }

    #[test]
    fn times_are_utc_and_whole_seconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_999);
        assert_eq!(rfc3339(time).unwrap(), "2023-11-14T22:13:20Z");
        assert_eq!(unix(time), Some(1_700_000_000));
    }
}
