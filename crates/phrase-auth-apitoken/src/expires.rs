use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// Reads the `expires` of a login (reference section 5.4): RFC 3339, also with `+0000` in the place
/// of `+00:00` or `Z`, with or without fractions of a second, and what else ISO 8601 has for a moment
/// with an offset. `None` for what is no such moment.
///
/// ```
/// use phrase_auth_apitoken::parse_expires;
///
/// let zulu = parse_expires("2014-12-12T16:55:02Z");
/// assert!(zulu.is_some());
/// assert_eq!(zulu, parse_expires("2014-12-12T16:55:02+0000"));
/// ```
pub fn parse_expires(text: &str) -> Option<SystemTime> {
    text.parse::<Timestamp>().ok()?.try_into().ok()
}

/// How long a token lives from `start`, which is before it was asked for. What the server says is
/// believed only downwards, and where it says nothing that can be read, the documented life counts.
pub(crate) fn lifetime(expires: Option<SystemTime>, start: SystemTime) -> Duration {
    match expires {
        Some(expires) => expires
            .duration_since(start)
            .unwrap_or_default()
            .min(DOCUMENTED_LIFE),
        None => DOCUMENTED_LIFE,
    }
}

/// Reference section 5.5. No token is taken for longer-lived, whatever the server's clock says.
const DOCUMENTED_LIFE: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> SystemTime {
        let span = Duration::from_secs(secs);
        SystemTime::UNIX_EPOCH.checked_add(span).unwrap()
    }

    #[test]
    fn both_documented_forms_and_their_kin_are_read() {
        for text in [
            "2014-12-12T16:55:02Z",
            "2014-12-12T16:55:02+0000",
            "2014-12-12T16:55:02+00:00",
            "2014-12-12T18:55:02+0200",
            "2014-12-12T18:55:02+02:00",
            "2014-12-12T11:25:02-0530",
            "2014-12-12T16:55:02.000Z",
            "2014-12-12T16:55:02.000+0000",
            "2014-12-12t16:55:02z",
        ] {
            assert_eq!(parse_expires(text), Some(at(1_418_403_302)), "{text}");
        }
        let half = parse_expires("2014-12-12T16:55:02.5Z").unwrap();
        assert_eq!(half, at(1_418_403_302) + Duration::from_millis(500));
    }

    #[test]
    fn what_is_no_moment_is_not_guessed() {
        let long = "9".repeat(100_000);
        for text in [
            "",
            "tomorrow",
            "2014-12-12",
            "2014-12-12T16:55:02",
            "2014-13-12T16:55:02Z",
            "1418403302",
            "Fri, 12 Dec 2014 16:55:02 GMT",
            "99999-12-12T16:55:02Z",
            &long,
        ] {
            assert_eq!(parse_expires(text), None);
        }
    }

    #[test]
    fn an_end_is_believed_only_downwards() {
        let day = Duration::from_secs(86_400);
        let start = at(1_000_000);
        for (expires, life) in [
            (None, day),
            (Some(start + day), day),
            (Some(start + day * 2), day),
            (Some(start + day / 2), day / 2),
            (Some(start), Duration::ZERO),
            (Some(start - day), Duration::ZERO),
            (Some(at(u64::from(u32::MAX) * 60)), day),
        ] {
            assert_eq!(lifetime(expires, start), life, "{expires:?}");
        }
    }
}
