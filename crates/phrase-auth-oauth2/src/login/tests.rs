//! Logins with a browser that is played by hand, over real sockets.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Sender, UnboundedReceiver, channel, unbounded_channel};
use tokio::task::JoinHandle;

use super::*;
use crate::tests::{Bench, parameters};
use crate::{AuthError, ErrorKind, Fault, Session};

mod listening;

const GOOD: &str = r#"{"access_token":"a1","expires_in":3600,"refresh_token":"r1"}"#;

/// A login under way.
struct Login {
    bench: Bench,
    outcome: JoinHandle<Result<Session, AuthError>>,
    notices: UnboundedReceiver<String>,
    paste: Sender<Secret>,
    state: String,
    /// Where the browser is sent back to, with its port.
    redirect: String,
    authority: String,
}

impl Login {
    async fn begin() -> Self {
        Self::with(Bench::with(|builder| builder), |login| {
            login.redirect_uri("http://127.0.0.1/callback")
        })
        .await
    }

    async fn with(bench: Bench, options: impl FnOnce(BrowserLogin) -> BrowserLogin) -> Self {
        let (tell, mut notices) = unbounded_channel();
        let (paste, pasted) = channel(8);
        let pasted = Arc::new(tokio::sync::Mutex::new(pasted));
        let login = BrowserLogin::new()
            .user("jane")
            .without_browser()
            .notify(move |notice| {
                let _ = tell.send(match notice {
                    LoginNotice::Open(url) => url.to_owned(),
                    other => other.to_string(),
                });
            })
            .paste(move || {
                let pasted = Arc::clone(&pasted);
                async move { pasted.lock().await.recv().await }
            });
        let (client, login) = (bench.client.clone(), options(login));
        let outcome = tokio::spawn(async move { client.login_with_browser(login).await });
        let url = notices.recv().await.unwrap();
        let asked = parameters(&url);
        let redirect = asked["redirect_uri"].clone();
        let authority = redirect.split('/').nth(2).unwrap().to_owned();
        Self {
            bench,
            outcome,
            notices,
            paste,
            state: asked["state"].clone(),
            redirect,
            authority,
        }
    }

    fn callback(&self) -> String {
        format!("/callback?code=c-1&state={}", self.state)
    }

    async fn get(&self, target: &str) -> String {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.authority);
        self.say(&head).await
    }

    /// Sends this, and reads to the end. What is refused at once answers nothing.
    async fn say(&self, head: &str) -> String {
        say(&self.authority, head).await
    }

    async fn session(self) -> Session {
        self.outcome.await.unwrap().unwrap()
    }
}

async fn say(authority: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let mut answer = Vec::new();
    if stream.write_all(head.as_bytes()).await.is_ok() {
        let _ = stream.read_to_end(&mut answer).await;
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_browser_hears_of_the_login_after_the_code_was_redeemed() {
    let login = Login::begin().await;
    login.bench.http.answer(200, GOOD);
    let answer = login.get(&login.callback()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("<h1>Logged in</h1>"));
    for header in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    ] {
        assert!(
            answer.contains(&format!("\r\n{header}\r\n")),
            "{header}: {answer}"
        );
    }
    let sent = login.bench.http.sent();
    let body = std::str::from_utf8(sent[0].body()).unwrap();
    let redirect = parameters(&format!("http://x/?{body}"))["redirect_uri"].clone();
    assert_eq!((sent.len(), redirect), (1, login.redirect.clone()));
    let authority = login.authority.clone();
    let session = login.session().await;
    assert_eq!(session.key().user(), "jane");
    assert!(
        TcpStream::connect(authority).await.is_err(),
        "the port is free"
    );
}

#[tokio::test]
async fn a_refusal_and_a_failure_have_pages_of_their_own() {
    let login = Login::begin().await;
    let denied = format!("/callback?error=access_denied&state={}", login.state);
    let answer = login.get(&denied).await;
    assert!(answer.contains("<h1>Not allowed</h1>") && !answer.contains("access_denied"));
    let error = login.outcome.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);

    let login = Login::begin().await;
    login.bench.http.answer(400, r#"{"error":"invalid_grant"}"#);
    let answer = login.get(&login.callback()).await;
    assert!(answer.contains("<h1>Not logged in</h1>"), "{answer}");
    assert_eq!(
        login.outcome.await.unwrap().unwrap_err().kind(),
        ErrorKind::Refused
    );

    let login = Login::begin().await;
    login
        .bench
        .http
        .answer_with(Err(phrase_auth_core::TransportError::new(
            Fault::Timeout,
            true,
        )));
    let answer = login.get(&login.callback()).await;
    assert!(answer.contains("<h1>Not logged in</h1>"), "{answer}");
    assert_eq!(
        login.outcome.await.unwrap().unwrap_err().kind(),
        ErrorKind::Timeout
    );
}

#[tokio::test]
async fn forged_callbacks_are_answered_400_and_end_nothing() {
    let login = Login::begin().await;
    let (state, good) = (login.state.clone(), login.callback());
    for target in [
        "/callback",
        "/callback?code=evil",
        "/callback?code=evil&state=",
        "/callback?code=evil&state=guess",
        "/callback?error=access_denied",
        "/callback?error=access_denied&state=guess",
        &format!("/callback?code=a&code=b&state={state}"),
        &format!("/callback?code=a&state={state}&state={state}"),
        &format!("/callback?code=a&error=b&state={state}"),
        &format!("/callback?code=%zz&state={state}"),
        &format!("/callback?code={}&state={state}", "x".repeat(4097)),
    ] {
        let answer = login.get(target).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{target}: {answer}");
        assert!(
            !answer.contains("evil") && !answer.contains(&state),
            "{answer}"
        );
    }
    assert!(login.get("/").await.starts_with("HTTP/1.1 404 "));
    assert!(login.get("/favicon.ico").await.starts_with("HTTP/1.1 404 "));
    let authority = &login.authority;
    for (head, status) in [
        (
            format!("POST {good} HTTP/1.1\r\nHost: {authority}\r\n\r\n"),
            "405",
        ),
        (
            format!("HEAD {good} HTTP/1.1\r\nHost: {authority}\r\n\r\n"),
            "405",
        ),
        (
            format!("GET {good} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            "400",
        ),
        (
            format!("GET {good} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            "400",
        ),
        (format!("GET {good} HTTP/1.1\r\n\r\n"), "400"),
        (
            format!("GET {good} HTTP/1.1\r\nHost: {authority}\r\nHost: {authority}\r\n\r\n"),
            "400",
        ),
        (
            format!(
                "GET {good} HTTP/1.1\r\nHost: {authority}\r\nOrigin: https://evil.example\r\n\r\n"
            ),
            "400",
        ),
        (
            format!("GET {good} HTTP/1.1\r\nHost: {authority}\r\nOrigin: null\r\n\r\n"),
            "400",
        ),
        (
            format!(
                "GET {good} HTTP/1.1\r\nHost: {authority}\r\nx: {}\r\n\r\n",
                "x".repeat(9000)
            ),
            "431",
        ),
        ("nonsense\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = login.say(&head).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{head}: {answer}"
        );
    }
    assert!(login.bench.http.sent().is_empty());
    login.bench.http.answer(200, GOOD);
    assert!(login.get(&good).await.contains("Logged in"));
    assert_eq!(login.session().await.token().secret().expose(), "a1");
}

#[tokio::test]
async fn a_second_callback_while_the_first_is_redeemed_is_not_the_answer_any_more() {
    let login = Login::begin().await;
    login.bench.http.answer(200, GOOD);
    let callback = login.callback();
    let (first, second) = tokio::join!(login.get(&callback), async {
        let head = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n",
            login.callback(),
            login.authority
        );
        match TcpStream::connect(&login.authority).await {
            Ok(mut stream) => {
                let _ = stream.write_all(head.as_bytes()).await;
                let mut answer = String::new();
                let _ = stream.read_to_string(&mut answer).await;
                answer
            }
            Err(_) => String::new(),
        }
    });
    let pages = [first, second];
    assert_eq!(
        pages
            .iter()
            .filter(|page| page.contains("Logged in"))
            .count(),
        1
    );
    assert_eq!(login.bench.http.sent().len(), 1);
}

#[tokio::test]
async fn a_pasted_address_is_as_good_and_checked_as_well() {
    let mut login = Login::begin().await;
    let good = format!("{}?code=c-1&state={}", login.redirect, login.state);
    for bad in [
        "c-1".to_owned(),
        format!("{}?code=c-1", login.redirect),
        format!("{}?code=c-1&state=guess", login.redirect),
        good.replace("127.0.0.1", "127.0.0.2"),
        good.replace("/callback", "/other"),
        format!("code=c-1&state={}", login.state),
    ] {
        login.paste.send(Secret::new(bad.clone())).await.unwrap();
        let notice = login.notices.recv().await.unwrap();
        assert!(notice.starts_with("Not taken: "), "{bad}: {notice}");
        assert!(!notice.contains("c-1") && !notice.contains(&login.state));
    }
    login.paste.send(Secret::new("\n")).await.unwrap();
    login.bench.http.answer(200, GOOD);
    login
        .paste
        .send(Secret::new(format!(" {good}\r\n")))
        .await
        .unwrap();
    login.session().await;
}

#[tokio::test]
async fn the_end_of_the_input_leaves_the_callback() {
    let login = Login::begin().await;
    let Login {
        bench,
        outcome,
        paste,
        authority,
        state,
        ..
    } = login;
    drop(paste);
    bench.http.answer(200, GOOD);
    let head = format!("GET /callback?code=c&state={state} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    assert!(say(&authority, &head).await.contains("Logged in"));
    assert!(outcome.await.unwrap().is_ok());
}

#[tokio::test]
async fn debug_and_notices_show_what_a_person_may_see() {
    let shown = format!("{:?}", BrowserLogin::new().user("jane").port(1));
    assert!(
        shown.contains("jane") && shown.contains("System"),
        "{shown}"
    );
    let error = AuthError::new(ErrorKind::Protocol, "no");
    assert_eq!(LoginNotice::NotPasted(&error).to_string(), "Not taken: no");
}
