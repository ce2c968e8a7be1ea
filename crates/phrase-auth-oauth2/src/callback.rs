use http::{Method, Uri};
use phrase_auth_core::{AuthError, Call, ErrorKind, Grant, Secret};

use crate::pending::PendingAuthorization;
use crate::query::Query;

/// What has come back from the authorization endpoint, and passed every check.
#[derive(Debug)]
pub(crate) enum Callback {
    /// To be redeemed, once.
    Code(Secret),
    /// The server, or the person, said no.
    Refused(AuthError),
}

/// What a callback is held against beside what is pending.
pub(crate) struct Expected<'a> {
    pub(crate) authorize_url: &'a Uri,
    pub(crate) issuer: Option<&'a str>,
    /// Whether the server is known to send its issuer always (RFC 9207 section 2.3).
    pub(crate) always_issuer: bool,
}

impl Callback {
    /// Reads a redirect: a whole URL, or path and query.
    ///
    /// # Errors
    ///
    /// `Protocol` if it is not the answer to what is pending. Nothing of it is shown.
    pub(crate) fn read(
        redirect_url: &str,
        pending: &PendingAuthorization,
        expected: &Expected<'_>,
    ) -> Result<Self, AuthError> {
        let bare = redirect_url.split('#').next().unwrap_or_default();
        let (address, query) = bare.split_once('?').unwrap_or((bare, ""));
        if !pending.redirect.is_of(address) {
            return Err(foreign("it is not for the redirect URI of this login").with_hint(ADDRESS));
        }
        Self::of_query(query, pending, expected)
    }

    /// Reads the query of a redirect that has arrived at the redirect URI.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn of_query(
        query: &str,
        pending: &PendingAuthorization,
        expected: &Expected<'_>,
    ) -> Result<Self, AuthError> {
        let query = Query::parse(query).ok_or_else(|| foreign("its query is broken"))?;
        let one = |name| {
            let value = query.one(name);
            value.map_err(|_| foreign("a parameter stands there twice"))
        };
        // Before anything else: whoever does not know the state has no say.
        let state = one("state")?;
        // What is empty says nothing.
        let said = |value: Option<&'_ Secret>| value.is_some_and(|it| !it.expose().is_empty());
        let (code, error) = (one("code")?, one("error")?);
        let (code, error) = (code.filter(|_| said(code)), error.filter(|_| said(error)));
        let (description, issuer) = (one("error_description")?, one("iss")?);
        if !state.is_some_and(|state| pending.is_state(state)) {
            return Err(foreign("its state is not the one of this login"));
        }
        match (expected.issuer, issuer) {
            (Some(expected), Some(issuer)) if issuer.expose() != expected => {
                return Err(foreign("it is from another issuer"));
            }
            (_, None) if expected.always_issuer => return Err(foreign("it names no issuer")),
            _ => {}
        }
        match (code, error) {
            (Some(_), Some(_)) => Err(foreign("it has a code and an error")),
            (None, None) => Err(foreign("it has neither a code nor an error")),
            (Some(code), None) if is_code(code) => Ok(Self::Code(code.clone())),
            (Some(_), None) => Err(foreign("its code cannot be one")),
            (None, Some(error)) => {
                let call = Call::new(Grant::Authorize, expected.authorize_url)
                    .by(Method::GET)
                    .sent(&pending.state);
                let description = description.map(Secret::expose);
                Ok(Self::Refused(call.said(error.expose(), description)))
            }
        }
    }
}

/// Visible ASCII (RFC 6749 appendix A.11), and no longer than any real one.
fn is_code(code: &Secret) -> bool {
    let bytes = code.expose().as_bytes();
    !bytes.is_empty() && bytes.len() <= MAX_CODE && bytes.iter().all(u8::is_ascii_graphic)
}

fn foreign(why: &str) -> AuthError {
    let what = format!("this is not the answer to the login that has begun: {why}");
    AuthError::new(ErrorKind::Protocol, what)
        .with_hint("finish the login in the browser in which it was begun, or begin again")
}

const ADDRESS: &str = "give path and query as the redirect URI has them; behind a proxy, put what arrived after your own \
                       redirect URI";

/// 4 KiB: a server that packs a whole session into its codes needs half of that.
const MAX_CODE: usize = 4096;

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::redirect::RedirectUri;

    fn read(redirect_url: &str, issuer: Option<&str>, always: bool) -> Result<Callback, AuthError> {
        let pending = PendingAuthorization {
            state: Secret::new("canary-state"),
            verifier: None,
            redirect: RedirectUri::parse("https://app.example/callback").unwrap(),
            client_id: "c-1".to_owned(),
            token_url: Uri::from_static("https://cloud.memsource.com/web/oauth/token"),
            begun_at: SystemTime::now(),
        };
        let authorize_url = Uri::from_static("https://cloud.memsource.com/web/oauth/authorize");
        let expected = Expected {
            authorize_url: &authorize_url,
            issuer,
            always_issuer: always,
        };
        Callback::read(redirect_url, &pending, &expected)
    }

    #[test]
    fn a_code_with_the_right_state_is_taken() {
        for url in [
            "https://app.example/callback?code=c%2F1&state=canary-state",
            "/callback?state=canary-state&code=c%2F1&session_state=x&session_state=y",
            "/callback?state=canary-state&code=c%2F1#_=_",
            "/callback?state=canary-state&code=c%2F1&error=",
        ] {
            let Ok(Callback::Code(code)) = read(url, None, false) else {
                panic!("{url}")
            };
            assert_eq!(code.expose(), "c/1");
        }
    }

    #[test]
    fn everything_else_is_not_the_answer_and_shows_nothing_of_itself() {
        let long = format!("/callback?state=canary-state&code={}", "x".repeat(4097));
        for url in [
            "",
            "/",
            "/callback",
            "/other?code=canary&state=canary-state",
            "https://evil.example/callback?code=canary&state=canary-state",
            "/callback?code=canary",
            "/callback?code=canary&state=",
            "/callback?code=canary&state=canary-stat",
            "/callback?code=canary&state=canary-state&state=canary-state",
            "/callback?code=canary&code=canary&state=canary-state",
            "/callback?code=canary&error=access_denied&state=canary-state",
            "/callback?error=canary&error=canary&state=canary-state",
            "/callback?error=access_denied",
            "/callback?error=access_denied&state=wrong",
            "/callback?state=canary-state",
            "/callback?code=&state=canary-state",
            "/callback?code=a+b&state=canary-state",
            "/callback?code=%C3%A4&state=canary-state",
            "/callback?code=%0a&state=canary-state",
            "/callback?code=%&state=canary-state",
            "/callback?code=canary&state=canary-state&iss=a&iss=a",
            "/callback#code=canary&state=canary-state",
            &long,
        ] {
            let error = read(url, None, false).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{url}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }

    #[test]
    fn the_issuer_is_compared_byte_for_byte() {
        let good = "/callback?code=c&state=canary-state&iss=https%3A%2F%2Fa.example";
        let none = "/callback?code=c&state=canary-state";
        let known = Some("https://a.example");
        assert!(read(good, known, false).is_ok() && read(good, known, true).is_ok());
        assert!(read(none, known, false).is_ok());
        assert!(read(none, known, true).is_err());
        assert!(read(good, None, false).is_ok());
        for other in [
            "https://a.example/",
            "https://A.example",
            "https://b.example",
        ] {
            assert!(read(good, Some(other), false).is_err(), "{other}");
        }
        let denied = "/callback?error=access_denied&state=canary-state&iss=https%3A%2F%2Fb.example";
        assert!(read(denied, known, false).is_err());
    }

    #[test]
    fn what_the_server_says_no_with_is_handed_on_harmless() {
        let url = "/callback?error=access_denied&error_description=%1B%5B2Jcanary-state&state=canary-state";
        let Ok(Callback::Refused(error)) = read(url, None, false) else {
            panic!("it is an answer")
        };
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert_eq!(error.code(), Some("access_denied"));
        assert_eq!(error.description(), Some("\\u{1b}[2J[redacted]"));
    }
}
