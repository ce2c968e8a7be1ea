use std::net::TcpListener;

use bytes::Bytes;
use http::{Request, StatusCode};
use phrase_auth_core::{Fault, HttpClient, Limits};

use super::server::Server;
use super::{bystander, client, get, prepare, request, was_left_alone};
use crate::ReqwestClient;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[tokio::test]
async fn a_form_goes_out_and_status_headers_and_body_come_back() {
    let mut server = mockito::Server::new_async().await;
    let mock = server
        .mock("POST", "/oauth/token?x=1")
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body("grant_type=a&subject_token=b")
        .with_status(400)
        .with_header("X-Request-Id", "r-1")
        .with_body(r#"{"error":"invalid_grant"}"#)
        .create_async()
        .await;
    let request = Request::post(format!("{}/oauth/token?x=1", server.url()))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(b"grant_type=a&subject_token=b"))
        .unwrap();
    let answer = client().send(request, Limits::default()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(answer.headers()["x-request-id"], "r-1");
    assert_eq!(&answer.body()[..], br#"{"error":"invalid_grant"}"#);
    mock.assert_async().await;
}

#[tokio::test]
async fn it_says_who_asks_and_what_for_and_asks_for_nothing_else() {
    let server = Server::answering(OK);
    get(&format!("{}/a?b=c", server.url())).await.unwrap();
    let seen = server.request();
    assert!(seen.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{seen}");
    assert_eq!(header(&seen, "accept"), Some("application/json"));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("phrase-auth/{version}");
    assert_eq!(header(&seen, "user-agent"), Some(expected.as_str()));
    assert_eq!(header(&seen, "connection"), Some("close"));
    for absent in ["accept-encoding", "referer", "cookie", "content-length"] {
        assert_eq!(header(&seen, absent), None, "{absent}");
    }
}

#[tokio::test]
async fn the_programs_name_goes_before_ours() {
    prepare();
    let server = Server::answering(OK);
    let client = ReqwestClient::builder().user_agent_prefix("my tool/1.2 (x)");
    let client = client.build().unwrap();
    client
        .send(request(&server.url()), Limits::default())
        .await
        .unwrap();
    let expected = concat!("my tool/1.2 (x) phrase-auth/", env!("CARGO_PKG_VERSION"));
    assert_eq!(header(&server.request(), "user-agent"), Some(expected));
}

#[tokio::test]
async fn what_the_request_says_itself_is_left_alone() {
    let server = Server::answering(OK);
    let request = Request::get(server.url())
        .header("Accept", "text/plain")
        .header("User-Agent", "mine")
        .body(Bytes::new())
        .unwrap();
    client().send(request, Limits::default()).await.unwrap();
    let seen = server.request();
    assert_eq!(header(&seen, "accept"), Some("text/plain"));
    assert_eq!(header(&seen, "user-agent"), Some("mine"));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_its_target_hears_nothing() {
    for status in [301, 302, 303, 307, 308] {
        let target = bystander();
        let location = target.local_addr().unwrap();
        let server = Server::answering(format!(
            "HTTP/1.1 {status} Moved\r\nLocation: http://{location}/\r\nContent-Length: 0\r\n\r\n"
        ));
        let answer = get(&server.url()).await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["location"], format!("http://{location}/"));
        assert!(was_left_alone(&target), "{status}");
    }
}

#[tokio::test]
async fn what_a_secret_may_not_be_sent_to_is_refused_before_anything_is_connected() {
    let listener = bystander();
    let port = listener.local_addr().unwrap().port();
    for url in [
        format!("http://localhost:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        "http://phrase.invalid/".to_owned(),
        "ftp://127.0.0.1/".to_owned(),
        "/relative".to_owned(),
    ] {
        let error = get(&url).await.unwrap_err();
        assert_eq!(error.fault(), Fault::NotAllowed, "{url}");
        assert!(!error.may_have_arrived(), "{url}");
    }
    assert!(was_left_alone(&listener));
}

#[tokio::test]
async fn every_loopback_literal_is_a_place_to_send_to() {
    let server = Server::answering(OK);
    get(&server.url()).await.unwrap();
    // Not every machine has IPv6.
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        return;
    };
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let error = super::get_within(&url, super::SHORT).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Timeout);
    assert!(!was_left_alone(&listener));
}

#[tokio::test]
async fn no_connection_stays_behind_a_call() {
    let server = Server::answering(OK);
    for _ in 0..2 {
        get(&server.url()).await.unwrap();
        server.client_left();
    }
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
#[tokio::test]
async fn without_tls_an_https_request_names_the_feature_that_is_missing() {
    let error = get("https://127.0.0.1:1/").await.unwrap_err();
    assert_eq!(error.fault(), Fault::NotAllowed);
    assert!(super::all_texts(&error).contains("feature `rustls`"));
}
