//! Token endpoints that misbehave: each has its kind, none costs a token that works, and the next
//! good answer heals.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, CachePolicy, ErrorKind, Need, Product,
};
use phrase_auth_platform::PlatformAuth;

use crate::fixture::{client, endpoints, hurried};
use crate::hostile::{Answer, ailing, good, http, json};

const SECRET: &str = "canary-api-token";

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) answer: Answer,
    pub(crate) kind: ErrorKind,
    requests: usize,
}

fn case(name: &'static str, answer: Answer, kind: ErrorKind, requests: usize) -> Case {
    Case {
        name,
        answer,
        kind,
        requests,
    }
}

pub(crate) fn cases() -> Vec<Case> {
    use ErrorKind::{Config, Protocol, Refused, Throttled, Timeout, Unavailable, Unreachable};
    let page = "<html>canary</html>";
    let html = |status| http(status, "content-type: text/html\r\n", page);
    let error = |status: &str, code: &str| http(status, "", &format!(r#"{{"error":"{code}"}}"#));
    let redirect = |status: &str| http(status, "location: http://127.0.0.1:9/canary\r\n", "");
    let token = |token: &str| json(&format!(r#"{{"access_token":"{token}"}}"#));
    let deep = format!(r#"{{"access_token":{}"#, "[".repeat(100_000));
    vec![
        case("html 200", html("200 OK"), Unavailable, 3),
        case("html 403", html("403 Forbidden"), Unavailable, 3),
        case("html 502", html("502 Bad Gateway"), Unavailable, 3),
        case("html 401", html("401 Unauthorized"), Unavailable, 3),
        case("empty 200", http("200 OK", "", ""), Unavailable, 3),
        case(
            "empty 204",
            raw("HTTP/1.1 204 No Content\r\n\r\n"),
            Unavailable,
            3,
        ),
        case("500", http("500 Oops", "", ""), Unavailable, 3),
        case(
            "503 json",
            error("503 Busy", "invalid_grant"),
            Unavailable,
            3,
        ),
        case(
            "server_error",
            error("400 Bad", "server_error"),
            Unavailable,
            3,
        ),
        case(
            "429",
            http("429 Slow", "retry-after: 3600\r\n", ""),
            Throttled,
            1,
        ),
        case("nothing at all", raw(""), Unreachable, 3),
        case("half a head", raw("HTTP/1.1 200 O"), Unreachable, 3),
        case("not HTTP", raw("SSH-2.0-OpenSSH_9.9\r\n"), Unreachable, 3),
        case(
            "half a body",
            raw("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"access_token\":\"can"),
            Unreachable,
            3,
        ),
        case(
            "half a chunk",
            raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{\"acc"),
            Unreachable,
            3,
        ),
        case("silence", Answer::Silence, Timeout, 1),
        case("drip", Answer::Drip, Timeout, 1),
        case("endless", Answer::Endless, Protocol, 1),
        case(
            "a length of 100 MB",
            raw("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n{"),
            Protocol,
            1,
        ),
        case("301", redirect("301 Moved"), Config, 1),
        case("302", redirect("302 Found"), Config, 1),
        case("307", redirect("307 Temporary"), Config, 1),
        case("308", redirect("308 Permanent"), Config, 1),
        case("404", http("404 Not Found", "", ""), Config, 1),
        case("405", http("405 Method", "", ""), Config, 1),
        case(
            "invalid_client",
            error("401 No", "invalid_client"),
            Config,
            1,
        ),
        case(
            "unsupported_grant_type",
            error("400 No", "unsupported_grant_type"),
            Config,
            1,
        ),
        case(
            "invalid_grant",
            error("400 No", "invalid_grant"),
            Refused,
            1,
        ),
        case("unauthorized", error("401 No", "unauthorized"), Refused, 1),
        case(
            "error with 200",
            error("200 OK", "invalid_grant"),
            Refused,
            1,
        ),
        case("an unknown code", error("400 No", "odd"), Protocol, 1),
        case("no token", json("{}"), Protocol, 1),
        case("a token with CR LF", token("a\\r\\nX-Evil: 1"), Protocol, 1),
        case("a token with a space", token("a b"), Protocol, 1),
        case("an empty token", token(""), Protocol, 1),
        case(
            "two tokens",
            json(r#"{"access_token":"a","access_token":"b"}"#),
            Protocol,
            1,
        ),
        case(
            "a token of another type",
            json(r#"{"access_token":"a","token_type":"mac"}"#),
            Protocol,
            1,
        ),
        case(
            "a list of tokens",
            json(r#"{"access_token":["canary"]}"#),
            Protocol,
            1,
        ),
        case(
            "an odd life",
            json(r#"{"access_token":"a","expires_in":"soon"}"#),
            Protocol,
            1,
        ),
        case(
            "truncated JSON",
            json(r#"{"access_token":"canary""#),
            Protocol,
            1,
        ),
        case("doubled JSON", json("{}{}"), Protocol, 1),
        case("deep JSON", json(&deep), Protocol, 1),
        case(
            "gzip unasked",
            http("200 OK", "content-encoding: gzip\r\n", "{}"),
            Protocol,
            1,
        ),
        case(
            "the secret comes back",
            http(
                "400 No",
                "",
                r#"{"error":"canary-api-token","error_description":"canary-api-token"}"#,
            ),
            Protocol,
            1,
        ),
    ]
}

#[tokio::test]
async fn no_bad_answer_costs_a_token_that_works() {
    let mut checks = tokio::task::JoinSet::new();
    for case in cases() {
        checks.spawn(check(case));
    }
    // Whichever fails first panics here, with its name.
    checks.join_all().await;
}

async fn check(case: Case) {
    let Case {
        name,
        answer,
        kind,
        requests,
    } = case;
    let well = |number: usize| good(&format!("token-{number}"), 3600);
    let (server, ill) = ailing(answer, well).await;
    let clock = Arc::new(ManualRuntime::new());
    let mut policy = CachePolicy::default();
    // Real time, for the answers that never come; everything else is on the manual clock. Three
    // tries and their pauses fit.
    policy.deadline = Duration::from_secs(2);
    let auth = PlatformAuth::builder(SECRET, endpoints(server.origin()), Product::Tms)
        .http_client(Arc::new(client()))
        .runtime(clock.clone())
        .policy(policy)
        .build()
        .unwrap();

    let before = auth.header().await.unwrap();
    ill.store(true, Ordering::SeqCst);
    let newer = Need::default().newer_than(before.generation());
    let error = hurried(&clock, auth.obtain(newer)).await.expect_err(name);
    assert_eq!(error.kind(), kind, "{name}: {error}");
    assert_eq!(server.requests().checked_sub(1), Some(requests), "{name}");
    let place = format!("POST {}/idm/oauth/token", server.origin());
    assert_eq!(error.endpoint(), Some(place.as_str()), "{name}");

    assert_harmless(name, &auth, &before, &error);

    // Healed, nobody has to do anything, but for a secret that was refused.
    ill.store(false, Ordering::SeqCst);
    if kind == ErrorKind::Refused {
        auth.cache().reset();
    }
    clock.advance(Duration::from_secs(3600));
    let after = auth
        .header()
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(after.generation() > before.generation(), "{name}");
}

/// Nothing of the answer's text and nothing of the secret is shown, and the token that works is still
/// there, byte for byte.
pub(crate) fn assert_harmless(
    name: &str,
    auth: &dyn Authenticator,
    before: &AuthHeader,
    error: &AuthError,
) {
    let mut shown = format!("{error} {error:?} {auth:?}");
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        shown.push_str(&format!("{deeper} {deeper:?}"));
        source = deeper.source();
    }
    assert!(!shown.contains("canary"), "{name}: {shown}");
    assert_eq!(auth.peek().expect(name).value(), before.value(), "{name}");
}

/// These bytes, whatever they mean.
pub(crate) fn raw(text: &str) -> Answer {
    Answer::Raw(text.as_bytes().to_vec())
}
