//! Logins that are answered badly, over real HTTP: each has its kind, each costs one request, none
//! costs a token that works, and whether it stands is decided by whether it could pass.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{Authenticator, CachePolicy, ErrorKind, Need};

use crate::bad_answers::{assert_harmless, raw};
use crate::fixture::{client, endpoints};
use crate::hostile::{Answer, ailing, http, json};

const SECRET: &str = "canary-password";

struct Case {
    name: &'static str,
    answer: Answer,
    kind: ErrorKind,
    /// Nothing is sent again until somebody says so.
    stands: bool,
}

fn stands(name: &'static str, answer: Answer, kind: ErrorKind) -> Case {
    Case {
        name,
        answer,
        kind,
        stands: true,
    }
}

fn passes(name: &'static str, answer: Answer, kind: ErrorKind) -> Case {
    Case {
        stands: false,
        ..stands(name, answer, kind)
    }
}

fn cases() -> Vec<Case> {
    use ErrorKind::{
        Config, Forbidden, Protocol, Refused, SecondFactorRequired, Throttled, Timeout,
        Unavailable, Unreachable,
    };
    let html = |status| http(status, "content-type: text/html\r\n", "<html>canary</html>");
    let tms = |status, code| {
        let body = format!(r#"{{"errorCode":"{code}","errorDescription":"canary-password"}}"#);
        http(status, "", &body)
    };
    let second = "AuthAccountTwoFactorProtected";
    let redirect = "location: http://127.0.0.1:9/canary\r\n";
    let deep = format!(r#"{{"token":"t","user":{}"#, "[".repeat(100_000));
    let many: String = (0..20_000).map(|n| format!(r#""k{n}":0,"#)).collect();
    vec![
        stands("401", tms("401 No", "AuthUnauthorized"), Refused),
        stands("401 empty", http("401 No", "", ""), Refused),
        stands("401 unknown", tms("401 No", "New"), Refused),
        stands(
            "400 second factor",
            tms("400 No", second),
            SecondFactorRequired,
        ),
        stands(
            "403 second factor",
            tms("403 No", second),
            SecondFactorRequired,
        ),
        stands(
            "401 text",
            http("401 No", "content-type: text/plain\r\n", "No"),
            Refused,
        ),
        stands("401 a list", http("401 No", "", "[]"), Refused),
        stands("403 text", http("403 No", "", "No"), Unavailable),
        stands("403 unknown", tms("403 No", "New"), Forbidden),
        stands("403 empty", http("403 No", "", ""), Unavailable),
        stands("400 unknown", tms("400 No", "New"), Protocol),
        stands("404", http("404 No", "", ""), Config),
        stands("405", http("405 No", "", ""), Config),
        stands("415", tms("415 No", "Media"), Protocol),
        stands("301", http("301 Moved", redirect, ""), Config),
        stands("307", http("307 Moved", redirect, ""), Config),
        stands("308", http("308 Moved", redirect, ""), Config),
        stands("error with 200", tms("200 OK", "AuthUnauthorized"), Refused),
        stands("no token", json("{}"), Protocol),
        stands(
            "a token of another type",
            json(r#"{"token":["canary"]}"#),
            Protocol,
        ),
        stands(
            "a token with CR LF",
            json(r#"{"token":"a\r\nX: 1"}"#),
            Protocol,
        ),
        stands("two tokens", json(r#"{"token":"a","token":"b"}"#), Protocol),
        stands("truncated JSON", json(r#"{"token":"canary""#), Protocol),
        stands("doubled JSON", json("{}{}"), Protocol),
        stands("deep JSON", json(&deep), Protocol),
        stands(
            "many members",
            json(&format!("{{{many}\"z\":0}}")),
            Protocol,
        ),
        stands(
            "gzip unasked",
            http("200 OK", "content-encoding: gzip\r\n", "{}"),
            Protocol,
        ),
        stands("empty 200", http("200 OK", "", ""), Unavailable),
        stands(
            "the password comes back",
            tms("400 No", "canary-password"),
            Protocol,
        ),
        passes("html 200", html("200 OK"), Unavailable),
        passes("html 401", html("401 No"), Unavailable),
        passes("html 403", html("403 No"), Unavailable),
        passes("html 404", html("404 No"), Config),
        passes("html 502", html("502 Bad"), Unavailable),
        passes("408", http("408 Late", "", ""), Unavailable),
        passes("425", http("425 Early", "", ""), Unavailable),
        passes("429", http("429 Slow", "", ""), Throttled),
        passes(
            "429 crowd",
            http("429 Slow", "ratelimit-limit: 50\r\n", ""),
            Throttled,
        ),
        passes("500", tms("500 Oops", "AuthUnauthorized"), Unavailable),
        passes("501", http("501 No", "", ""), Unavailable),
        passes(
            "503",
            http("503 Busy", "retry-after: 7\r\n", ""),
            Unavailable,
        ),
        passes("nothing at all", raw(""), Unreachable),
        passes("half a head", raw("HTTP/1.1 200 O"), Unreachable),
        passes("not HTTP", raw("SSH-2.0-OpenSSH_9.9\r\n"), Unreachable),
        passes(
            "half a body",
            raw("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"token\":\"can"),
            Unreachable,
        ),
        passes("silence", Answer::Silence, Timeout),
        passes("drip", Answer::Drip, Timeout),
        passes("endless", Answer::Endless, Protocol),
    ]
}

#[tokio::test]
async fn no_bad_answer_costs_a_token_or_a_second_login() {
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
        stands,
    } = case;
    let well = |number: usize| json(&format!(r#"{{"token":"token-{number}"}}"#));
    let (server, ill) = ailing(answer, well).await;
    let clock = Arc::new(ManualRuntime::new());
    let mut policy = CachePolicy::default();
    // Real time, for the answers that never come; everything else is on the manual clock.
    policy.deadline = Duration::from_secs(2);
    let credentials = Credentials::new("jane", SECRET);
    let auth = ApiTokenAuth::builder(credentials, endpoints(server.origin()))
        .http_client(Arc::new(client()))
        .runtime(clock.clone())
        .policy(policy)
        .build()
        .unwrap();
    let before = auth.header().await.unwrap();
    ill.store(true, Ordering::SeqCst);
    let newer = Need::default().newer_than(before.generation());
    let error = auth.obtain(newer).await.expect_err(name);
    assert_eq!(error.kind(), kind, "{name}: {error}");
    assert_eq!(error.verdict().is_some(), stands, "{name}: {error}");
    assert_eq!(server.requests(), 2, "{name}");

    assert_harmless(name, &auth, &before, &error);

    // Healed: what passes has passed by itself, what stands stands until somebody says so.
    ill.store(false, Ordering::SeqCst);
    clock.advance(Duration::from_secs(24 * 3600));
    if stands {
        assert_eq!(auth.header().await.expect_err(name).kind(), kind, "{name}");
        assert_eq!(server.requests(), 2, "{name}");
        auth.cache().reset();
    }
    let after = auth.header().await.expect(name);
    assert!(after.generation() > before.generation(), "{name}");
    assert_eq!(server.requests(), 3, "{name}");
}
