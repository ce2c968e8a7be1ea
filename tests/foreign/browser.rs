use std::path::PathBuf;
use std::process::Output;

use phrase_auth_core::{Authenticator, ErrorKind, Session};
use phrase_auth_emulator::{Emulator, seed};
use phrase_auth_oauth2::{AuthError, BrowserLogin, LoginNotice, OAuth2Auth, OAuth2Client};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::provider::{script, variable};

/// Logs in with Chromium: what came of it, and the page of ours that the person saw last.
pub(crate) async fn log_in(
    oauth: &OAuth2Client,
    name: &str,
    kind: &'static str,
    decision: &'static str,
) -> (Result<Session, AuthError>, Value) {
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    let login = BrowserLogin::new()
        .redirect_uri("http://127.0.0.1/callback")
        .without_browser()
        .notify(move |notice| {
            if let LoginNotice::Open(url) = notice {
                tell.take().unwrap().send(url.to_owned()).unwrap();
            }
        });
    let shots = PathBuf::from(variable("PHRASE_FOREIGN_SHOTS")).join(name);
    let person = async move {
        let url = told.await.unwrap();
        let play = move || {
            let mut person = script("person.mjs");
            person.args([
                "--url",
                &url,
                "--kind",
                kind,
                "--decision",
                decision,
                "--shots",
            ]);
            person.arg(shots).output().unwrap()
        };
        tokio::task::spawn_blocking(play).await.unwrap()
    };
    let (session, page) = tokio::join!(oauth.login_with_browser(login), person);
    (session, landed(&page))
}

fn landed(page: &Output) -> Value {
    let told = String::from_utf8_lossy(&page.stderr);
    assert!(page.status.success(), "the person got stuck: {told}");
    serde_json::from_slice(&page.stdout).unwrap()
}

#[tokio::test]
async fn a_person_in_chromium_logs_in_at_the_emulator_and_lands_on_our_page() {
    let emulator = Emulator::start().await.unwrap();
    let client = seed::PUBLIC_CLIENT.client_id;
    let oauth = OAuth2Client::new(client, emulator.endpoints().unwrap()).unwrap();
    let (session, page) = log_in(&oauth, "allowed", "emulator", "allow").await;
    assert_eq!(
        (page["title"].as_str(), page["status"].as_u64()),
        (Some("Logged in"), Some(200))
    );
    let headers = &page["headers"];
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(
        headers["content-security-policy"],
        "default-src 'none'; frame-ancestors 'none'"
    );
    let auth = OAuth2Auth::new(oauth, session.unwrap()).unwrap();
    assert!(auth.header().await.is_ok());
}

#[tokio::test]
async fn a_person_in_chromium_who_denies_it_lands_on_a_page_that_says_so() {
    let emulator = Emulator::start().await.unwrap();
    let client = seed::PUBLIC_CLIENT.client_id;
    let oauth = OAuth2Client::new(client, emulator.endpoints().unwrap()).unwrap();
    let (session, page) = log_in(&oauth, "denied", "emulator", "deny").await;
    assert_eq!(page["title"], "Not allowed");
    assert_eq!(session.unwrap_err().kind(), ErrorKind::Forbidden);
}
