//! Where a login listens, to whom, and for how long.

use super::*;

#[tokio::test]
async fn noise_on_other_connections_holds_up_nobody() {
    let login = Login::begin().await;
    let mut idle = Vec::new();
    for _ in 0..15 {
        idle.push(TcpStream::connect(&login.authority).await.unwrap());
    }
    login.bench.http.answer(200, GOOD);
    assert!(login.get(&login.callback()).await.contains("Logged in"));
    login.session().await;
}

#[tokio::test]
async fn a_crowd_that_says_nothing_does_not_keep_the_browser_out() {
    let login = Login::begin().await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(TcpStream::connect(&login.authority).await.unwrap());
    }
    login.bench.http.answer(200, GOOD);
    // The browser, and a crowd that comes in behind it before anybody was heard.
    use std::io::Write;
    let mut browser = std::net::TcpStream::connect(&login.authority).unwrap();
    let (callback, authority) = (login.callback(), &login.authority);
    let head = format!("GET {callback} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    browser.write_all(head.as_bytes()).unwrap();
    let behind: Vec<_> = [(); 40]
        .map(|()| std::net::TcpStream::connect(authority).unwrap())
        .into();
    browser.set_nonblocking(true).unwrap();
    let mut browser = TcpStream::from_std(browser).unwrap();
    let mut page = String::new();
    browser.read_to_string(&mut page).await.unwrap();
    assert!(page.contains("Logged in"), "{page}");
    drop(behind);
    // Sixteen are listened to; the oldest were shut without a word.
    let mut oldest = Vec::new();
    let _ = idle[0].read_to_end(&mut oldest).await;
    assert!(oldest.is_empty());
    login.session().await;
}

#[tokio::test]
async fn a_request_that_takes_its_time_is_shut_after_two_seconds() {
    let login = Login::begin().await;
    let mut slow = TcpStream::connect(&login.authority).await.unwrap();
    slow.write_all(b"GET /callback HTTP/1.1\r\n").await.unwrap();
    // Ends by itself, and not because anything else does.
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(8), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
    assert!(!login.outcome.is_finished());
    login.outcome.abort();
}

#[tokio::test]
async fn after_five_minutes_it_is_over_and_the_port_is_free() {
    let login = Login::begin().await;
    login.bench.clock.advance(Duration::from_secs(299));
    tokio::task::yield_now().await;
    assert!(login.get("/").await.contains("404"));
    login.bench.clock.advance(Duration::from_secs(1));
    let error = login.outcome.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    assert!(error.message().contains("in time"));
    assert!(TcpStream::connect(&login.authority).await.is_err());
}

#[tokio::test]
async fn dropping_it_frees_the_port_and_shuts_every_connection() {
    let login = Login::begin().await;
    let mut open = TcpStream::connect(&login.authority).await.unwrap();
    assert!(login.get("/").await.contains("404"));
    login.outcome.abort();
    assert!(login.outcome.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(&login.authority).await.is_err());
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    assert!(login.bench.http.sent().is_empty());
}

#[tokio::test]
async fn ports_are_tried_in_turn_and_a_taken_list_is_named() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap().port();
    let login = Login::with(Bench::new(), |login| {
        login
            .redirect_uri("http://127.0.0.1/callback")
            .port(taken)
            .port(0)
    });
    let login = login.await;
    assert!(
        login.redirect.starts_with("http://127.0.0.1:") && login.redirect.ends_with("/callback")
    );
    assert!(!login.redirect.contains(&format!(":{taken}/")));
    let bench = Bench::with(|builder| builder.redirect_uri(format!("http://127.0.0.1:{taken}/cb")));
    let quiet = BrowserLogin::new().without_browser().notify(|_| {});
    let error = bench.client.login_with_browser(quiet).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
}

/// Elsewhere 127.0.0.1 is the only address of its network.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn another_address_than_that_of_the_redirect_uri_can_be_listened_on() {
    let free = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let login = Login::with(Bench::new(), |login| {
        let redirect = format!("http://127.0.0.1:{port}/callback");
        login.redirect_uri(redirect).listen([127, 0, 0, 2].into())
    });
    let login = login.await;
    assert!(TcpStream::connect(&login.authority).await.is_err());
    login.bench.http.answer(200, GOOD);
    let (callback, authority) = (login.callback(), &login.authority);
    let head = format!("GET {callback} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    let page = say(&format!("127.0.0.2:{port}"), &head).await;
    assert!(page.contains("Logged in"), "{page}");
    login.session().await;
}

#[tokio::test]
async fn ports_and_a_redirect_uri_that_do_not_go_together_are_refused_at_once() {
    let quiet = || BrowserLogin::new().without_browser().notify(|_| {});
    for (redirect, ports) in [
        (
            "http://127.0.0.1:8765/callback",
            &[8765_u16, 8766] as &[u16],
        ),
        ("https://app.example/callback", &[]),
        ("https://app.example/callback", &[8765, 8766]),
    ] {
        let login = ports
            .iter()
            .fold(quiet().redirect_uri(redirect), |it, port| it.port(*port));
        let error = Bench::new()
            .client
            .login_with_browser(login)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{redirect} {ports:?}");
    }
}

#[tokio::test]
async fn a_redirect_elsewhere_leads_to_the_address_that_is_listened_on() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let login = Login::with(Bench::new(), |login| login.port(port)).await;
    assert_eq!(login.redirect, "https://app.example/callback");
    login.bench.http.answer(200, GOOD);
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: app.example\r\n\r\n",
        login.callback()
    );
    assert!(
        say(&format!("127.0.0.1:{port}"), &head)
            .await
            .contains("Logged in")
    );
    login.session().await;
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    for address in ["0.0.0.0", "192.0.2.1", "::"] {
        let login = BrowserLogin::new()
            .without_browser()
            .listen(address.parse().unwrap());
        let bench = Bench::new();
        let error = bench.client.login_with_browser(login).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{address}");
        assert!(error.message().contains("loopback"), "{error}");
    }
}

#[test]
fn without_a_runtime_or_its_sockets_it_is_an_error_and_no_panic() {
    let bench = Bench::new();
    let login = || BrowserLogin::new().without_browser().notify(|_| {});
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = runtime
        .block_on(bench.client.login_with_browser(login()))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
