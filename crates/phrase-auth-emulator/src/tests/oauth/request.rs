//! Authorization requests with a fault, and what is none.

use super::wire::{ON_LOOPBACK, form, location, open, parameter, query};
use crate::Emulator;
use crate::seed::{CONFIDENTIAL_CLIENT, PKCE_CLIENT, PUBLIC_CLIENT};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn who_asks_and_where_the_answer_goes_is_judged_first_and_never_redirects() {
    let emulator = Emulator::start().await.unwrap();
    let id = ("client_id", PUBLIC_CLIENT.client_id);
    let to = ("redirect_uri", ON_LOOPBACK);
    let code = ("response_type", "code");
    let twice = |more| query(&PUBLIC_CLIENT, &[more]);
    for (query, word) in [
        (String::new(), "client_id"),
        (form(&[code, to]), "client_id"),
        (form(&[code, to, ("client_id", "")]), "client_id"),
        (form(&[code, to, ("client_id", "nobody")]), "client_id"),
        (form(&[code, id]), "redirect_uri"),
        (form(&[code, id, ("redirect_uri", "")]), "redirect_uri"),
        (
            form(&[code, id, ("redirect_uri", "https://evil.example/")]),
            "redirect_uri",
        ),
        (
            form(&[("response_type", "token"), id, ("redirect_uri", "/")]),
            "redirect_uri",
        ),
        (twice(id), "twice"),
        (twice(to), "twice"),
        (twice(code), "twice"),
        (
            query(&PUBLIC_CLIENT, &[("state", "a"), ("state", "a")]),
            "twice",
        ),
        (
            query(&PUBLIC_CLIENT, &[("scope", "a"), ("scope", "b")]),
            "twice",
        ),
        (query(&PUBLIC_CLIENT, &[("x", ""), ("x", "")]), "twice"),
        (format!("{}&state=%F", twice(("a", "b"))), "percent"),
        (format!("{}&state=%FF", twice(("a", "b"))), "UTF-8"),
    ] {
        let reply = open(&emulator, &query).await;
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.header("location"), None, "{query}");
        let why = reply.explains().expect("a reason");
        assert!(why.contains(word), "{query}: {why}");
        assert!(reply.body.contains(why), "{query}");
    }
}

#[tokio::test]
async fn every_other_mistake_goes_back_to_the_application_with_its_state() {
    let emulator = Emulator::start().await.unwrap();
    let ask = |fields: &[(&str, &str)]| {
        let mut all = vec![
            ("client_id", PUBLIC_CLIENT.client_id),
            ("redirect_uri", ON_LOOPBACK),
        ];
        all.extend(fields);
        form(&all)
    };
    let s256 = ("code_challenge_method", "S256");
    let challenge = ("code_challenge", CHALLENGE);
    let code = ("response_type", "code");
    for (query, error, word) in [
        (ask(&[]), "invalid_request", "response_type"),
        (
            ask(&[("response_type", "")]),
            "invalid_request",
            "response_type",
        ),
        (
            ask(&[("response_type", "token")]),
            "unsupported_response_type",
            "code",
        ),
        (
            ask(&[("response_type", "code id_token")]),
            "unsupported_response_type",
            "code",
        ),
        (ask(&[code, ("scope", "a  b")]), "invalid_scope", "scope"),
        (ask(&[code, ("scope", "\"")]), "invalid_scope", "scope"),
        (
            ask(&[code, challenge]),
            "invalid_request",
            "code_challenge_method",
        ),
        (
            ask(&[code, challenge, ("code_challenge_method", "plain")]),
            "invalid_request",
            "S256",
        ),
        (
            ask(&[code, challenge, ("code_challenge_method", "s256")]),
            "invalid_request",
            "S256",
        ),
        (
            ask(&[code, s256]),
            "invalid_request",
            "without code_challenge",
        ),
        (
            ask(&[code, s256, ("code_challenge", "x")]),
            "invalid_request",
            "43",
        ),
        (
            ask(&[code, s256, ("code_challenge", &CHALLENGE[1..])]),
            "invalid_request",
            "43",
        ),
    ] {
        for state in [None, Some("st&te")] {
            let state_field = state.map(|state| form(&[("state", state)]));
            let query = match &state_field {
                Some(field) => format!("{query}&{field}"),
                None => query.clone(),
            };
            let reply = open(&emulator, &query).await;
            let to = location(&reply);
            assert!(to.starts_with(&format!("{ON_LOOPBACK}?error=")), "{to}");
            assert_eq!(parameter(to, "error").as_deref(), Some(error), "{query}");
            assert_eq!(parameter(to, "state").as_deref(), state, "{query}");
            assert_eq!(parameter(to, "code"), None, "{query}");
            let why = reply.explains().expect("a reason");
            assert!(why.contains(word), "{query}: {why}");
            assert_eq!(parameter(to, "error_description").as_deref(), Some(why));
        }
    }
    let reply = open(&emulator, &query(&PKCE_CLIENT, &[])).await;
    let to = location(&reply);
    assert_eq!(parameter(to, "error").as_deref(), Some("invalid_request"));
    assert!(
        reply
            .explains()
            .unwrap()
            .contains("code_challenge is missing")
    );
}

#[tokio::test]
async fn what_is_optional_may_be_there_or_not_and_what_is_unknown_is_ignored() {
    let emulator = Emulator::start().await.unwrap();
    for more in [
        &[][..],
        &[("state", ""), ("scope", ""), ("code_challenge", "")],
        &[("scope", "openid offline_access")],
        &[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ],
        &[("prompt", "login"), ("unknown", "x"), ("nonce", "y")],
        &[
            ("iss", "https://evil.example"),
            ("error", "x"),
            ("code", "y"),
        ],
    ] {
        for client in [PUBLIC_CLIENT, CONFIDENTIAL_CLIENT] {
            let reply = open(&emulator, &query(&client, more)).await;
            assert_eq!((reply.status, reply.explains()), (200, None), "{more:?}");
            assert!(reply.body.contains(client.name));
        }
    }
}
