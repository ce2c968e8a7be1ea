//! Where an answer goes, and how it is written there (RFC 6749, 3.1.2 and 4.1.2).

use form_urlencoded::Serializer;
use http::Uri;

/// The way back to the application that asked.
#[derive(Clone)]
pub(super) struct Redirect {
    pub(super) uri: String,
    pub(super) state: Option<String>,
    /// Told with every answer, if at all (RFC 9207, 2).
    pub(super) issuer: Option<String>,
}

impl Redirect {
    pub(super) fn with_code(&self, code: &str) -> String {
        self.with(&[("code", code)])
    }

    pub(super) fn with_error(&self, error: &str, why: &str) -> String {
        self.with(&[("error", error), ("error_description", why)])
    }

    /// A query that the redirect URI has already stays in front (RFC 6749, 3.1.2).
    fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut fields = Serializer::new(String::new());
        fields.extend_pairs(answer);
        if let Some(state) = &self.state {
            fields.append_pair("state", state);
        }
        if let Some(issuer) = &self.issuer {
            fields.append_pair("iss", issuer);
        }
        let fields = fields.finish();
        let joint = match self.uri.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{joint}{fields}", self.uri)
    }
}

/// Whether both are `http` URIs to the same loopback literal with the same text behind the port (RFC 8252, 7.3).
/// Text, and not what a parser makes of it: no two readings of a URI can disagree.
pub(super) fn differ_in_port(registered: &str, given: &str) -> bool {
    LITERALS.iter().any(|literal| {
        let behind = |uri| behind_port(str::strip_prefix(uri, literal)?);
        behind(registered).is_some_and(|rest| behind(given) == Some(rest))
    })
}

/// What follows the port, which may be missing; `None` if it is not one.
fn behind_port(rest: &str) -> Option<&str> {
    let Some(rest) = rest.strip_prefix(':') else {
        return Some(rest);
    };
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (port, rest) = rest.split_at_checked(end)?;
    let is_port = !port.starts_with('0') && port.parse::<u16>().is_ok();
    is_port.then_some(rest)
}

/// Why a URI cannot be registered.
pub(crate) fn flaw(uri: &str) -> Option<&'static str> {
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) || uri.contains(['\\', '"', '<', '>']) {
        return Some("has a redirect URI with characters that belong into no URI");
    }
    if uri.contains('#') {
        return Some("has a redirect URI with a fragment");
    }
    let Ok(parsed) = uri.parse::<Uri>() else {
        return Some("has a redirect URI that is none");
    };
    let (Some(scheme), Some(authority)) = (parsed.scheme_str(), parsed.authority()) else {
        return Some("has a redirect URI that is not absolute");
    };
    if authority.as_str().contains('@') {
        return Some("has a redirect URI with a user in it");
    }
    let is_near = ["127.0.0.1", "[::1]", "localhost"].contains(&authority.host());
    if scheme != "https" && !(scheme == "http" && is_near) {
        return Some("has a redirect URI that is neither https nor http to loopback");
    }
    let has_dots = parsed.path().split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    });
    has_dots.then_some("has a redirect URI with a dot segment")
}

const LITERALS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_literal_may_differ() {
        for (registered, given) in [
            ("http://127.0.0.1/callback", "http://127.0.0.1:1/callback"),
            (
                "http://127.0.0.1/callback",
                "http://127.0.0.1:65535/callback",
            ),
            ("http://127.0.0.1:80/callback", "http://127.0.0.1/callback"),
            ("http://[::1]/callback", "http://[::1]:50000/callback"),
            ("http://[::1]/a?b=c", "http://[::1]:50000/a?b=c"),
            ("http://127.0.0.1", "http://127.0.0.1:50000"),
        ] {
            assert!(differ_in_port(registered, given), "{given}");
        }
        for given in [
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:08080/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:80",
            "http://127.0.0.1:80/callback/",
            "http://127.0.0.1:80/callback/..",
            "http://127.0.0.1:80/x/../callback",
            "http://127.0.0.1:80/Callback",
            "http://127.0.0.1:80/callback?x",
            "http://127.0.0.1:80/callback#x",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1@evil.example/callback",
            "http://user@127.0.0.1:80/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1:80\\@evil.example/callback",
            "http://127.0.0.2:80/callback",
            "http://127.1:80/callback",
            "http://localhost:80/callback",
            "http://[::1]:80/callback",
            "https://127.0.0.1:80/callback",
            "HTTP://127.0.0.1:80/callback",
            "",
        ] {
            assert!(
                !differ_in_port("http://127.0.0.1/callback", given),
                "{given}"
            );
        }
        let elsewhere = "https://app.example/callback";
        assert!(!differ_in_port(
            elsewhere,
            "https://app.example:8443/callback"
        ));
    }

    #[test]
    fn what_cannot_be_registered_is_told() {
        for good in [
            "https://app.example/callback",
            "https://app.example",
            "https://app.example:8443/callback?a=b",
            "http://127.0.0.1/callback",
            "http://[::1]:50000/callback",
            "http://localhost:8080/callback",
        ] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for (bad, word) in [
            ("", "none"),
            ("/callback", "absolute"),
            ("app.example", "absolute"),
            ("http://app.example/callback", "loopback"),
            ("http://127.0.0.1.evil.example/callback", "loopback"),
            ("ftp://127.0.0.1/callback", "loopback"),
            ("https://user@app.example/callback", "user"),
            ("https://app.example/callback#x", "fragment"),
            ("https://app.example/a/../callback", "dot"),
            ("https://app.example/a/%2E./callback", "dot"),
            ("https://app.example/.", "dot"),
            ("https://app.example/a b", "characters"),
            ("https://app.example/\\callback", "characters"),
            ("https://app.example/\"", "characters"),
            ("https://äpp.example/", "characters"),
            ("https://app.example/\r\nx: y", "characters"),
        ] {
            assert!(
                flaw(bad).is_some_and(|flaw| flaw.contains(word)),
                "{bad}: {:?}",
                flaw(bad)
            );
        }
    }

    #[test]
    fn an_answer_follows_the_query_that_is_there() {
        for (uri, expected) in [
            (
                "https://a.example/",
                "https://a.example/?code=1&state=x+%26y",
            ),
            (
                "https://a.example/?",
                "https://a.example/?code=1&state=x+%26y",
            ),
            (
                "https://a.example/?b=c",
                "https://a.example/?b=c&code=1&state=x+%26y",
            ),
            (
                "https://a.example/?b=c&",
                "https://a.example/?b=c&code=1&state=x+%26y",
            ),
        ] {
            let redirect = Redirect {
                uri: uri.to_owned(),
                state: Some("x &y".to_owned()),
                issuer: None,
            };
            assert_eq!(redirect.with_code("1"), expected);
        }
    }
}
