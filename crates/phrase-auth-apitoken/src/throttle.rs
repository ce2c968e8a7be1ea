use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Response, StatusCode};
use phrase_auth_core::{AuthError, ErrorKind, TransportError};

/// Whether a 429 comes from TMS itself, which counts requests under way and says so in
/// `Ratelimit-…` (reference section 11), and not from the proxy before it.
pub(crate) fn is_crowded(answer: &Result<Response<Bytes>, TransportError>) -> bool {
    let Ok(answer) = answer else {
        return false;
    };
    let headers = answer.headers();
    answer.status() == StatusCode::TOO_MANY_REQUESTS
        && (headers.contains_key("ratelimit-limit") || headers.contains_key("ratelimit-remaining"))
}

/// Says which limit was met. Where TMS counts what is under way it wants about a minute, with jitter;
/// where the proxy counts requests a minute, the short window of a passing fault will do. What the
/// server itself asks for goes first.
pub(crate) fn explained(error: AuthError, crowded: bool, now: SystemTime) -> AuthError {
    if error.kind() != ErrorKind::Throttled {
        return error;
    }
    if !crowded {
        return error.with_hint(TOO_MANY_A_MINUTE);
    }
    let wait = CROWD_PAUSE.saturating_add(CROWD_JITTER.mul_f64(fastrand::f64()));
    let error = error.with_hint(TOO_MANY_AT_ONCE);
    match now.checked_add(wait) {
        Some(retry_at) if error.retry_at().is_none() => error.with_retry_at(retry_at),
        _ => error,
    }
}

/// Reference section 11: about a minute.
const CROWD_PAUSE: Duration = Duration::from_secs(60);

/// So that a fleet that was turned away together does not come back together.
const CROWD_JITTER: Duration = Duration::from_secs(15);

const TOO_MANY_AT_ONCE: &str = "TMS has too many requests of this account under way: wait about a minute, and send fewer at once";

const TOO_MANY_A_MINUTE: &str =
    "there are too many requests a minute: share one authenticator, so that there is one login";

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(
        status: u16,
        header: Option<&'static str>,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut builder = Response::builder().status(status);
        if let Some(header) = header {
            builder = builder.header(header, "50");
        }
        Ok(builder.body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_two_kinds_of_throttling_are_told_apart() {
        assert!(is_crowded(&answer(429, Some("ratelimit-limit"))));
        assert!(is_crowded(&answer(429, Some("ratelimit-remaining"))));
        assert!(!is_crowded(&answer(429, None)));
        assert!(!is_crowded(&answer(429, Some("retry-after"))));
        assert!(!is_crowded(&answer(503, Some("ratelimit-limit"))));
        let lost = TransportError::new(phrase_auth_core::Fault::Connect, false);
        assert!(!is_crowded(&Err(lost)));
    }

    #[test]
    fn a_crowd_waits_about_a_minute_and_the_server_may_say_otherwise() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let throttled = || AuthError::new(ErrorKind::Throttled, "too many");
        for _ in 0..100 {
            let at = explained(throttled(), true, now).retry_at().unwrap();
            let wait = at.duration_since(now).unwrap();
            assert!((60..=75).contains(&wait.as_secs()), "{wait:?}");
        }
        let asked = now + Duration::from_secs(7);
        let error = explained(throttled().with_retry_at(asked), true, now);
        assert_eq!(error.retry_at(), Some(asked));
        let error = explained(throttled(), false, now);
        assert_eq!(error.retry_at(), None);
        assert!(error.hint().unwrap().contains("a minute"));
        let other = explained(AuthError::new(ErrorKind::Unavailable, "down"), true, now);
        assert_eq!((other.retry_at(), other.hint()), (None, None));
    }
}
