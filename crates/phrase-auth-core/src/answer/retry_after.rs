use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, RETRY_AFTER};

/// How long the server asks to wait (RFC 9110 section 10.2.3): whole seconds, or a date, which is
/// read against this machine's clock. Anything else counts as not given.
pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    httpdate::parse_http_date(text)
        .ok()?
        .duration_since(now)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_heeded_and_all_else_is_not() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let secs = |secs| Some(Duration::from_secs(secs));
        for (text, wait) in [
            ("0", secs(0)),
            ("7", secs(7)),
            (" 7 ", secs(7)),
            ("86400", secs(86_400)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", secs(10)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", secs(10)),
            ("Sun Nov  6 08:49:47 1994", secs(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", None),
            ("", None),
            ("-1", None),
            ("+7", None),
            ("7.5", None),
            ("1e3", None),
            ("0x10", None),
            ("soon", None),
            ("1000000000000000000000000000000", None),
            ("7, 8", None),
            ("Sun, 06 Nov 1994 08:49:47 CET", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(read(&headers, now), wait, "{text:?}");
        }
        assert_eq!(read(&HeaderMap::new(), now), None);
    }
}
