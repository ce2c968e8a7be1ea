use std::error::Error;

use phrase_auth_core::{Fault, TransportError};

/// A request that was not sent.
pub(crate) fn not_allowed(why: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::new(Fault::NotAllowed, false).with_source(why)
}

/// What reqwest's error means, and whether the server may have seen the request.
///
/// reqwest's error itself is not handed on: it, and those under it, may carry the URL with its
/// query.
pub(crate) fn from_reqwest(error: reqwest::Error) -> TransportError {
    let (fault, may_have_arrived) = match (error.is_connect(), error.is_timeout()) {
        (true, true) => (Fault::Timeout, false),
        (true, false) => (Fault::Connect, false),
        (false, true) => (Fault::Timeout, true),
        (false, false) if error.is_builder() => (Fault::NotAllowed, false),
        (false, false) => (Fault::Broken, true),
    };
    TransportError::new(fault, may_have_arrived).with_source(chain(&error.without_url()))
}

/// The texts of an error and of those under it, in one bounded line without control characters:
/// some quote what the other side sent, such as the names in a certificate.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| parts.len() < MOST_PARTS) {
        let text = error.to_string();
        // Some repeat the one below them.
        let repeated = parts.last().is_some_and(|above| above.ends_with(&text));
        if !repeated && !tells_url(error) {
            parts.push(text);
        }
        next = error.source();
    }
    let shown = |c: char| {
        if c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    parts
        .join(": ")
        .chars()
        .take(MOST_CHARS)
        .map(shown)
        .collect()
}

fn tells_url(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<reqwest::Error>()
        .is_some_and(|error| error.url().is_some())
}

/// Real chains have up to six links.
const MOST_PARTS: usize = 12;

/// Enough for a certificate error, which is the longest.
const MOST_CHARS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Self>>);

    impl std::fmt::Display for Link {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Link {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|link| link as _)
        }
    }

    #[test]
    fn a_chain_is_one_line_that_says_nothing_twice() {
        let last = Link("refused", None);
        let middle = Link("connect: refused", Some(Box::new(last)));
        let first = Link("request", Some(Box::new(middle)));
        assert_eq!(chain(&first), "request: connect: refused");
    }

    #[test]
    fn what_could_move_the_cursor_or_turn_the_line_round_is_replaced() {
        let evil = Link("a\r\nb\u{1b}[31m\u{202e}c é", None);
        assert_eq!(chain(&evil), "a\u{fffd}\u{fffd}b\u{fffd}[31m\u{fffd}c é");
    }

    #[test]
    fn a_long_text_is_cut() {
        let long: &'static str = "x".repeat(10_000).leak();
        assert_eq!(chain(&Link(long, None)).len(), MOST_CHARS);
    }
}
