//! The strict rules of OAuth, each switched off alone.

use super::wire::{
    ON_LOOPBACK, Pair, ask, assert_error_page, assert_refused, basic, code, code_as, form,
    location, log_in, open, parameter, query, redeem, refresh, ticket, who_am_i,
};
use crate::Leniency::{
    AcceptAnyCase, AcceptAnyContentType, AcceptEitherBasic, AcceptMissingRedirectUri,
    AcceptMissingVerifier, AcceptPlainChallenge, AcceptReusedCode, AcceptUnregisteredRedirectUri,
};
use crate::seed::{CONFIDENTIAL_CLIENT, PKCE_CLIENT, PLAIN_USER, PUBLIC_CLIENT, RAW_BASIC_CLIENT};
use crate::tests::wire::{Reply, send};
use crate::{Emulator, Endpoint, Leniency, Person};

/// The pair of appendix B of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const S256: [(&str, &str); 2] = [
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

async fn lenient(leniency: Leniency) -> Emulator {
    let builder = Emulator::builder().leniency(leniency);
    builder.start().await.unwrap()
}

/// With every leniency of OAuth but this one.
async fn all_but(strict: Leniency) -> Emulator {
    let others = OAUTH.into_iter().filter(|it| *it != strict);
    let builder = others.fold(Emulator::builder(), crate::EmulatorBuilder::leniency);
    builder.start().await.unwrap()
}

const OAUTH: [Leniency; 6] = [
    AcceptMissingVerifier,
    AcceptPlainChallenge,
    AcceptUnregisteredRedirectUri,
    AcceptMissingRedirectUri,
    AcceptReusedCode,
    AcceptEitherBasic,
];

/// A code of the plain user, asked for with these.
fn asked(emulator: &Emulator, more: &[(&str, &str)]) -> String {
    code_as(emulator, &PUBLIC_CLIENT, &Person::of(&PLAIN_USER), more)
}

async fn bring(emulator: &Emulator, code: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", PUBLIC_CLIENT.client_id),
        ("code", code),
    ];
    fields.extend(more);
    ask(emulator, "", &fields).await
}

#[tokio::test]
async fn a_missing_verifier_is_let_pass_and_a_wrong_one_is_not() {
    let emulator = all_but(AcceptMissingVerifier).await;
    let code = asked(&emulator, &S256);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_refused(&reply, "invalid_grant", Some("missing"), "strict");

    let emulator = lenient(AcceptMissingVerifier).await;
    let code = asked(&emulator, &S256);
    for (verifier, word) in [(CHALLENGE, None), ("short", Some("43 to 128"))] {
        let more = [("code_verifier", verifier)];
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &more).await;
        assert_refused(&reply, "invalid_grant", word, verifier);
    }
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    assert_eq!((reply.status, reply.explains()), (200, None));
    let reply = open(&emulator, &query(&PKCE_CLIENT, &[])).await;
    assert!(location(&reply).contains("error=invalid_request"));
}

#[tokio::test]
async fn a_plain_challenge_is_let_pass_under_its_name_or_none_and_has_to_be_met() {
    let plain = ("code_challenge_method", "plain");
    let challenge = ("code_challenge", VERIFIER);
    let emulator = all_but(AcceptPlainChallenge).await;
    for more in [&[challenge, plain][..], &[challenge]] {
        let reply = open(&emulator, &query(&PUBLIC_CLIENT, more)).await;
        assert!(reply.explains().unwrap().contains("only be S256"));
    }

    let emulator = lenient(AcceptPlainChallenge).await;
    for more in [&[challenge, plain][..], &[challenge]] {
        let code = asked(&emulator, more);
        let wrong = [("code_verifier", CHALLENGE)];
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &wrong).await;
        assert_refused(&reply, "invalid_grant", None, "another");
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
        assert_refused(&reply, "invalid_grant", Some("missing"), "none");
        let right = [("code_verifier", VERIFIER)];
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &right).await;
        assert_eq!((reply.status, reply.explains()), (200, None));
    }
    let code = asked(&emulator, &S256);
    let hashed = [("code_verifier", CHALLENGE)];
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &hashed).await;
    assert_refused(&reply, "invalid_grant", None, "S256 is none of it");
    for (more, word) in [
        (&[("code_challenge", "short"), plain][..], "43 to 128"),
        (&[challenge, ("code_challenge_method", "PLAIN")], "S256"),
        (&[plain], "without code_challenge"),
    ] {
        let reply = open(&emulator, &query(&PUBLIC_CLIENT, more)).await;
        assert!(reply.explains().unwrap().contains(word), "{more:?}");
    }
}

#[tokio::test]
async fn a_redirect_uri_that_nobody_registered_is_let_pass_if_one_could_be() {
    let ask = |uri| {
        let id = PUBLIC_CLIENT.client_id;
        form(&[
            ("response_type", "code"),
            ("client_id", id),
            ("redirect_uri", uri),
        ])
    };
    let elsewhere = "https://elsewhere.example/callback?a=b";
    let emulator = all_but(AcceptUnregisteredRedirectUri).await;
    let reply = open(&emulator, &ask(elsewhere)).await;
    assert_error_page(&reply, 400, Some("registered"), "strict");

    let emulator = lenient(AcceptUnregisteredRedirectUri).await;
    for uri in [elsewhere, "http://localhost:8080/", ON_LOOPBACK] {
        let url = super::wire::url(&emulator, &ask(uri));
        let to = emulator.authorize(&url).unwrap();
        assert!(to.starts_with(uri), "{to}");
        let code = parameter(&to, "code").unwrap();
        let reply = bring(
            &emulator,
            &code,
            &[("redirect_uri", "https://other.example/")],
        )
        .await;
        assert_refused(&reply, "invalid_grant", Some("redirect_uri"), "another");
        let reply = bring(&emulator, &code, &[("redirect_uri", uri)]).await;
        assert_eq!(reply.status, 200, "{uri}");
    }
    for uri in [
        "http://elsewhere.example/",
        "https://elsewhere.example/#x",
        "https://user@elsewhere.example/",
        "https://elsewhere.example/\r\nx: y",
        "javascript:alert(1)",
        "/callback",
    ] {
        let reply = open(&emulator, &ask(uri)).await;
        assert_error_page(&reply, 400, Some("registered"), uri);
    }
    let reply = open(&emulator, &ask(elsewhere).replace("phrase", "no")).await;
    assert_error_page(&reply, 400, Some("no client"), "a client that nobody knows");
}

#[tokio::test]
async fn a_missing_redirect_uri_is_let_pass_and_another_one_is_not() {
    let emulator = all_but(AcceptMissingRedirectUri).await;
    let waiting = code(&emulator);
    let reply = bring(&emulator, &waiting, &[]).await;
    assert_refused(&reply, "invalid_request", Some("redirect_uri"), "strict");

    let emulator = lenient(AcceptMissingRedirectUri).await;
    let waiting = code(&emulator);
    let other = [("redirect_uri", "http://127.0.0.1:50001/callback")];
    let reply = bring(&emulator, &waiting, &other).await;
    assert_refused(&reply, "invalid_grant", Some("redirect_uri"), "another");
    let reply = bring(&emulator, &waiting, &[]).await;
    assert_eq!((reply.status, reply.explains()), (200, None));
    let page = form(&[
        ("response_type", "code"),
        ("client_id", PUBLIC_CLIENT.client_id),
    ]);
    let reply = open(&emulator, &page).await;
    assert_error_page(&reply, 400, Some("redirect_uri"), "the authorize endpoint");
}

#[tokio::test]
async fn a_code_is_good_again_as_long_as_it_lives_and_harms_nobody() {
    let emulator = all_but(AcceptReusedCode).await;
    let waiting = code(&emulator);
    let pair = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "strict");
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);

    let emulator = lenient(AcceptReusedCode).await;
    let waiting = code(&emulator);
    let first = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await);
    let second = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await);
    emulator.clock().advance(std::time::Duration::from_secs(60));
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "over");
    for pair in [&first, &second] {
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
    }
    refresh(&emulator, &PUBLIC_CLIENT, &first.refresh, &[]).await;
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &first.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "a refresh token is no code");
    assert_eq!(who_am_i(&emulator, &second.access).await.status, 401);
}

#[tokio::test]
async fn both_spellings_of_basic_are_let_pass_and_a_wrong_secret_is_not() {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for (leniency, is_lenient) in [
        (all_but(AcceptEitherBasic).await, false),
        (lenient(AcceptEitherBasic).await, true),
    ] {
        let emulator = leniency;
        for client in [CONFIDENTIAL_CLIENT, RAW_BASIC_CLIENT] {
            let secret = client.client_secret.unwrap();
            let encoded = form(&[("", secret)]).split_off(1);
            let mut passed = 0;
            for spelled in [secret, encoded.as_str()] {
                let reply = ask(&emulator, &basic(client.client_id, spelled), &grant).await;
                // Past the proof, the refresh token is what is refused.
                passed += usize::from(reply.json()["error"] == "invalid_grant");
            }
            assert_eq!(passed, if is_lenient { 2 } else { 1 });
            let reply = ask(&emulator, &basic(client.client_id, "wrong"), &grant).await;
            assert_eq!(reply.status, 401);
            assert_refused(&reply, "invalid_client", None, "wrong");
        }
        for secret in ["", "x"] {
            let head = basic(PUBLIC_CLIENT.client_id, secret);
            let reply = ask(&emulator, &head, &grant).await;
            assert_refused(&reply, "invalid_client", Some("no Basic"), "public");
        }
    }
}

#[tokio::test]
async fn forms_of_every_door_are_read_whatever_they_are_said_to_be() {
    let emulator = lenient(AcceptAnyContentType).await;
    let strict = all_but(AcceptAnyContentType).await;
    for (emulator, expected) in [(&emulator, [200, 302, 200]), (&strict, [400; 3])] {
        let mut statuses = Vec::new();
        let first = ticket(&open(emulator, &query(&PUBLIC_CLIENT, &[])).await);
        let fields = [
            ("ticket", first.as_str()),
            ("userName", PLAIN_USER.user_name),
            ("password", PLAIN_USER.password),
        ];
        statuses.push(
            unnamed(emulator, Endpoint::AuthorizeLogin, &fields)
                .await
                .status,
        );
        let login = open(emulator, &query(&PUBLIC_CLIENT, &[])).await;
        let second = ticket(&log_in(emulator, &login, &PLAIN_USER).await);
        let fields = [("ticket", second.as_str()), ("decision", "allow")];
        statuses.push(
            unnamed(emulator, Endpoint::AuthorizeConsent, &fields)
                .await
                .status,
        );
        let code = code(emulator);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", PUBLIC_CLIENT.client_id),
            ("code", code.as_str()),
            ("redirect_uri", ON_LOOPBACK),
        ];
        statuses.push(
            unnamed(emulator, Endpoint::OAuthToken, &fields)
                .await
                .status,
        );
        assert_eq!(statuses, expected);
    }
}

#[tokio::test]
async fn basic_is_basic_in_any_case() {
    let head = basic(
        RAW_BASIC_CLIENT.client_id,
        RAW_BASIC_CLIENT.client_secret.unwrap(),
    );
    let head = head.replace("Basic", "bASIC");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let emulator = lenient(AcceptAnyCase).await;
    let reply = ask(&emulator, &head, &fields).await;
    assert_eq!(
        reply.json()["error"],
        "invalid_grant",
        "the client is known"
    );
    let reply = ask(&all_but(AcceptAnyCase).await, &head, &fields).await;
    assert_eq!(reply.json()["error"], "invalid_client");
}

/// Posts a form that is not said to be one.
async fn unnamed(emulator: &Emulator, endpoint: Endpoint, fields: &[(&str, &str)]) -> Reply {
    let head = "content-type: text/plain\r\n";
    send(
        emulator,
        "POST",
        endpoint.path().unwrap(),
        head,
        &form(fields),
    )
    .await
}
