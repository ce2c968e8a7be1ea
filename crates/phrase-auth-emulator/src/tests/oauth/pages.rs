//! What the pages are made of.

use super::wire::{decide, form, log_in, open, query, submit, ticket};
use crate::seed::{PLAIN_USER, PUBLIC_CLIENT};
use crate::tests::wire::send;
use crate::{Emulator, Endpoint, OAuthClient, TmsUser};

#[tokio::test]
async fn every_page_and_every_redirect_bears_the_headers_that_protect_it() {
    let emulator = Emulator::start().await.unwrap();
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let error = open(&emulator, "client_id=nobody").await;
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    let again = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let fields = [
        ("ticket", &*ticket(&again)),
        ("userName", "x"),
        ("password", "x"),
    ];
    let again = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
    let method = send(&emulator, "GET", "/web/oauth/authorize/login", "", "").await;
    let back = decide(&emulator, &consent, "allow").await;
    let mistake = query(&PUBLIC_CLIENT, &[("scope", "\"")]);
    let mistake = open(&emulator, &mistake).await;
    for (page, reply) in [
        (true, &login),
        (true, &error),
        (true, &consent),
        (true, &again),
        (true, &method),
        (false, &back),
        (false, &mistake),
    ] {
        let media = page.then_some("text/html; charset=utf-8");
        assert_eq!(reply.header("content-type"), media);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            reply.header("content-security-policy"),
            Some("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        );
        assert_eq!(reply.header("set-cookie"), None);
        assert!(reply.header("date").is_some() && reply.header("x-phrase-emulator").is_some());
        if page {
            assert!(reply.body.starts_with("<!doctype html>"));
            assert!(!reply.body.contains("<script") && !reply.body.contains("src="));
            assert!(!reply.body.contains("http://") && !reply.body.contains("https://"));
        }
    }
}

#[tokio::test]
async fn names_on_the_pages_are_escaped() {
    let name = "<b>O'Neil & \"Sons\"</b>";
    let escaped = "&lt;b&gt;O&#39;Neil &amp; &quot;Sons&quot;&lt;/b&gt;";
    let client = OAuthClient::public("x")
        .name(name)
        .redirect_uri("https://x.example/");
    let builder = Emulator::builder()
        .tms_user(TmsUser::new(name, "<p>"))
        .oauth_client(client);
    let emulator = builder.start().await.unwrap();
    let request = form(&[
        ("response_type", "code"),
        ("client_id", "x"),
        ("redirect_uri", "https://x.example/"),
    ]);
    let login = open(&emulator, &request).await;
    assert_eq!(login.body.matches(escaped).count(), 1);
    let fields = [
        ("ticket", &*ticket(&login)),
        ("userName", name),
        ("password", "<p>"),
    ];
    let consent = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
    assert_eq!(consent.body.matches(escaped).count(), 2, "client and user");
    for page in [login, consent] {
        assert!(!page.body.contains("<b>O") && !page.body.contains(name));
    }
}

#[tokio::test]
async fn nothing_that_a_request_brings_is_shown() {
    let emulator = Emulator::start().await.unwrap();
    let canary = "canary<script>";
    for more in [
        [("state", canary), ("scope", "x")],
        [("client_id", canary), ("x", "x")],
        [("unknown", canary), (canary, "x")],
    ] {
        let page = open(&emulator, &query(&PUBLIC_CLIENT, &more)).await;
        assert!(!page.body.contains("canary"), "{}", page.body);
    }
    let mut fields = vec![("userName", canary), ("password", canary), ("code", canary)];
    for ticket in [
        canary,
        &ticket(&open(&emulator, &query(&PUBLIC_CLIENT, &[])).await),
    ] {
        fields.push(("ticket", ticket));
        let page = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
        assert!(!format!("{page:?}").contains("canary"), "{page:?}");
        fields.pop();
    }
}
