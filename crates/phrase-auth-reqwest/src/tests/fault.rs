use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use phrase_auth_core::{Fault, HttpClient, Limits, TransportError};

use super::server::{Server, Then};
use super::{PATIENCE, SHORT, get, get_within, prepare, request};
use crate::ReqwestClient;

fn is(error: &TransportError, fault: Fault, may_have_arrived: bool) {
    let seen = (error.fault(), error.may_have_arrived());
    assert_eq!(seen, (fault, may_have_arrived), "{error:?}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_no_connection() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let error = get(&format!("http://{}/", address.unwrap())).await;
    is(&error.unwrap_err(), Fault::Connect, false);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let server = Server::answering("");
    let start = Instant::now();
    let error = get_within(&server.url(), SHORT).await.unwrap_err();
    is(&error, Fault::Timeout, true);
    assert!(start.elapsed() >= SHORT && start.elapsed() < PATIENCE);
    server.client_left();
}

#[tokio::test]
async fn a_server_that_drips_its_head_or_its_body_is_given_up_in_time() {
    for head in ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"] {
        let server = Server::start(|stream| {
            stream.write_all(head.as_bytes())?;
            // The pause between two drops, and at the end of it a look whether anyone is there.
            stream.set_read_timeout(Some(Duration::from_millis(5)))?;
            while !matches!(stream.read(&mut [0]), Ok(0)) {
                stream.write_all(b"x")?;
            }
            Ok(Then::Hold)
        });
        let error = get_within(&server.url(), SHORT).await.unwrap_err();
        is(&error, Fault::Timeout, true);
        server.client_left();
    }
}

#[tokio::test]
async fn the_clients_own_bound_applies_if_it_is_the_shorter_one() {
    prepare();
    let server = Server::answering("");
    let client = ReqwestClient::builder().timeout(SHORT).build().unwrap();
    let error = client.send(request(&server.url()), Limits::default()).await;
    is(&error.unwrap_err(), Fault::Timeout, true);
}

#[tokio::test]
async fn without_any_time_nothing_is_sent() {
    let server = super::bystander();
    let url = format!("http://{}/", server.local_addr().unwrap());
    let error = get_within(&url, Duration::ZERO).await.unwrap_err();
    is(&error, Fault::Timeout, false);
    assert!(super::was_left_alone(&server));
}

#[tokio::test]
async fn no_span_is_too_long_to_be_a_bound() {
    prepare();
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let client = ReqwestClient::builder()
        .timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .build()
        .unwrap();
    let limits = Limits::default().with_timeout(Duration::MAX);
    client.send(request(&server.url()), limits).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_breaks_or_talks_nonsense_may_have_carried_the_request() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{\"access_token\":\"canary\"}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        "SSH-2.0-OpenSSH_9.0\r\n",
        "\u{16}\u{3}\u{1}\0\u{1}",
        "{\"access_token\":\"canary\"}",
    ] {
        let server = Server::sending(answer, Then::Close);
        let error = get_within(&server.url(), PATIENCE).await.unwrap_err();
        is(&error, Fault::Broken, true);
        assert!(!super::all_texts(&error).contains("canary"));
        server.request();
    }
}

#[tokio::test]
async fn a_head_without_end_is_a_broken_answer() {
    let server = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            stream.write_all(b"X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")?;
        }
    });
    let error = get_within(&server.url(), PATIENCE).await.unwrap_err();
    is(&error, Fault::Broken, true);
}

#[tokio::test]
async fn a_request_that_was_cut_off_is_not_sent_again() {
    let server = Server::sending("", Then::Close);
    get_within(&server.url(), PATIENCE).await.unwrap_err();
    assert!(server.request().starts_with("GET / "));
    get_within(&format!("{}/second", server.url()), PATIENCE)
        .await
        .unwrap_err();
    assert!(server.request().starts_with("GET /second "));
}

#[cfg(target_os = "linux")]
#[test]
fn after_a_timeout_the_process_has_as_many_descriptors_as_before() {
    let name = "tests::fault::after_a_timeout_the_process_has_as_many_descriptors_as_before";
    if !super::alone::is_here(name, &[]) {
        return;
    }
    let count = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let server = Server::answering("");
    let before = count();
    for _ in 0..3 {
        // The runtime stands still after each call.
        let error = runtime.block_on(get_within(&server.url(), SHORT));
        is(&error.unwrap_err(), Fault::Timeout, true);
        server.client_left();
        assert_eq!(count(), before);
    }
}
