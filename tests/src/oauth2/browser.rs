use phrase_auth_oauth2::{BrowserLogin, LoginNotice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::*;

/// Opens an address as a browser does.
async fn open(url: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    page
}

#[tokio::test]
async fn a_desktop_program_logs_in_although_forged_callbacks_arrive_first() {
    let world = World::new().await;
    let oauth = world.builder(&seed::PUBLIC_CLIENT).build().unwrap();
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    let login = BrowserLogin::new().without_browser().notify(move |notice| {
        if let LoginNotice::Open(url) = notice {
            tell.take().unwrap().send(url.to_owned()).unwrap();
        }
    });
    let outcome = tokio::spawn({
        let oauth = oauth.clone();
        async move { oauth.login_with_browser(login).await }
    });
    let back = world.emulator.authorize(&told.await.unwrap()).unwrap();
    let callback = back.split('?').next().unwrap();
    for forged in [
        "code=evil",
        "code=evil&state=guess",
        "error=access_denied&state=guess",
    ] {
        let page = open(&format!("{callback}?{forged}")).await;
        assert!(page.starts_with("HTTP/1.1 400 "), "{page}");
    }
    assert_eq!(world.token_requests(), 0);
    assert!(open(&back).await.contains("<h1>Logged in</h1>"));
    let session = outcome.await.unwrap().unwrap();
    let auth = OAuth2Auth::new(oauth, session).unwrap();
    let header = auth.header().await.unwrap();
    assert_eq!(world.call(header).await, StatusCode::OK);
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test]
async fn nothing_that_a_browser_could_leak_is_enough_to_log_in() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let (url, _pending) = oauth.begin().unwrap();
    let stolen = world.emulator.authorize(&url).unwrap();
    // Whoever has the redirect and not the verifier, as a thief with the same client id.
    let (other_url, other) = oauth.begin().unwrap();
    let state = |url: &str| {
        url.split("state=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap()
            .to_owned()
    };
    let injected = stolen.replace(&state(&url), &state(&other_url));
    let error = oauth.finish(other, &injected, "").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Refused, Some("invalid_grant"))
    );
}
