//! Where answers are sent.

use super::wire::{ON_A_SERVER, form, open, parameter, query, url};
use crate::seed::{
    CONFIDENTIAL_CLIENT, NO_REFRESH_CLIENT, PKCE_CLIENT, PUBLIC_CLIENT, RAW_BASIC_CLIENT,
    SeededClient, TERSE_CLIENT,
};
use crate::{Emulator, EmulatorError, OAuthClient};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn status(emulator: &Emulator, client_id: &str, redirect_uri: &str) -> u16 {
    let fields = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    open(emulator, &form(&fields)).await.status
}

#[tokio::test]
async fn any_loopback_port_is_good_for_who_may_and_for_nobody_else() {
    let emulator = Emulator::start().await.unwrap();
    let any: [SeededClient; 4] = [PUBLIC_CLIENT, PKCE_CLIENT, NO_REFRESH_CLIENT, TERSE_CLIENT];
    let exact = [CONFIDENTIAL_CLIENT, RAW_BASIC_CLIENT];
    for uri in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:53683/callback",
        "http://[::1]:65535/callback",
    ] {
        for client in any {
            assert_eq!(status(&emulator, client.client_id, uri).await, 200, "{uri}");
        }
        for client in exact {
            assert_eq!(status(&emulator, client.client_id, uri).await, 400, "{uri}");
        }
    }
    for client in exact {
        for uri in client.redirect_uris {
            assert_eq!(status(&emulator, client.client_id, uri).await, 200, "{uri}");
        }
    }
}

#[tokio::test]
async fn a_redirect_uri_is_compared_as_text() {
    let emulator = Emulator::start().await.unwrap();
    for uri in [
        "https://app.example/callback/",
        "https://app.example/Callback",
        "https://APP.example/callback",
        "https://app.example:443/callback",
        "https://app.example:8443/callback",
        "http://app.example/callback",
        "https://app.example/callback?x=y",
        "https://app.example/callback#",
        "https://app.example/x/../callback",
        "https://app.example/callback/..",
        "https://app.example/%63allback",
        "https://user@app.example/callback",
        "https://app.example@evil.example/callback",
        "https://app.example.evil.example/callback",
        "//app.example/callback",
        "javascript:alert(1)",
        "http://127.0.0.1:53682/callback ",
        "http://127.0.0.1:53682@evil.example/callback",
    ] {
        let id = CONFIDENTIAL_CLIENT.client_id;
        assert_eq!(status(&emulator, id, uri).await, 400, "{uri}");
    }
    for uri in [
        "http://127.0.0.1:50000/callback/..",
        "http://127.0.0.1:50000/../callback",
        "http://127.0.0.1:50000/callback#x",
        "http://127.0.0.1:50000/callback?x",
        "http://user@127.0.0.1:50000/callback",
        "http://127.0.0.1:50000@evil.example/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.2:50000/callback",
        "http://localhost:50000/callback",
        "https://127.0.0.1:50000/callback",
    ] {
        let id = PUBLIC_CLIENT.client_id;
        assert_eq!(status(&emulator, id, uri).await, 400, "{uri}");
    }
    let other = PUBLIC_CLIENT.client_id;
    assert_eq!(status(&emulator, other, ON_A_SERVER).await, 400);
}

#[tokio::test]
async fn a_redirect_uri_keeps_the_query_that_it_was_registered_with() {
    let uri = "https://own.example/back?tenant=a%20b";
    let client = OAuthClient::public("own").redirect_uri(uri);
    let emulator = Emulator::builder()
        .oauth_client(client)
        .start()
        .await
        .unwrap();
    let ask = |kind| {
        let fields = [
            ("response_type", kind),
            ("client_id", "own"),
            ("redirect_uri", uri),
        ];
        emulator.authorize(&url(&emulator, &form(&fields))).unwrap()
    };
    for (kind, name) in [("code", "code"), ("token", "error")] {
        let to = ask(kind);
        assert!(to.starts_with(&format!("{uri}&{name}=")), "{to}");
        assert_eq!(parameter(&to, "tenant").as_deref(), Some("a b"));
    }
}

#[tokio::test]
async fn answers_name_their_issuer_if_the_builder_says_so_and_only_then() {
    for named in [true, false] {
        let builder = Emulator::builder().oauth_issuer(named);
        let emulator = builder.start().await.unwrap();
        let issuer = named.then(|| format!("{}/web", emulator.url()));
        let denies = crate::Person::of(&crate::seed::PLAIN_USER).who_denies();
        let good = url(&emulator, &query(&PUBLIC_CLIENT, &[]));
        let bad = url(&emulator, &query(&PUBLIC_CLIENT, &[("scope", "\"")]));
        for to in [
            emulator.authorize(&good).unwrap(),
            emulator.authorize(&bad).unwrap(),
            emulator.authorize_as(&good, &denies).unwrap(),
        ] {
            assert_eq!(parameter(&to, "iss"), issuer, "{to}");
        }
    }
}

#[tokio::test]
async fn a_client_that_no_request_could_be_made_for_does_not_start() {
    let good = || OAuthClient::public("own").redirect_uri("https://own.example/");
    for (client, word) in [
        (OAuthClient::public("own"), "no redirect URI"),
        (good().redirect_uri("https://own.example/#x"), "fragment"),
        (good().redirect_uri("http://own.example/"), "loopback"),
        (
            OAuthClient::public("").redirect_uri("https://own.example/"),
            "empty",
        ),
        (
            OAuthClient::public("\u{e9}").redirect_uri("https://own.example/"),
            "ASCII",
        ),
        (
            OAuthClient::confidential("own", "").redirect_uri("https://own.example/"),
            "empty",
        ),
        (
            OAuthClient::confidential("own", "a\nb").redirect_uri("https://own.example/"),
            "ASCII",
        ),
        (good().raw_basic(), "Basic"),
        (
            OAuthClient::confidential("o:wn", "x")
                .redirect_uri("https://own.example/")
                .raw_basic(),
            "colon",
        ),
        (
            OAuthClient::public(PUBLIC_CLIENT.client_id).redirect_uri("https://own.example/"),
            "known",
        ),
        (
            OAuthClient::public("twice").redirect_uri("https://own.example/"),
            "known",
        ),
    ] {
        let twice = OAuthClient::public("twice").redirect_uri("https://own.example/");
        let builder = Emulator::builder().oauth_client(twice).oauth_client(client);
        let error = builder.start().await.unwrap_err();
        assert!(
            matches!(error, EmulatorError::OAuthClient { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }
}
