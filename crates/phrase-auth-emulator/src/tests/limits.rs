use std::net;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::wire::{self, FORM, connect, exchange, raw, send, until};
use crate::{Emulator, EmulatorBuilder, EmulatorError, Endpoint, seed};

fn impatient() -> EmulatorBuilder {
    let mut builder = Emulator::builder();
    builder.limits.head_patience = Duration::from_millis(30);
    builder.limits.body_patience = Duration::from_millis(30);
    builder
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let first = Emulator::start().await.unwrap();
    let error = Emulator::builder()
        .port(first.port())
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, EmulatorError::PortTaken { port } if port == first.port()));
    assert!(error.to_string().contains(&first.port().to_string()));
    assert_eq!(exchange(&first, seed::GOOD_TMS).await.status, 200);
}

#[tokio::test]
async fn drop_frees_the_port_and_ends_connections_before_it_returns() {
    let emulator = Emulator::builder()
        .latency(Duration::MAX)
        .start()
        .await
        .unwrap();
    let port = emulator.port();
    let log = emulator.log();
    let mut idle = connect(&emulator).await;
    let mut waiting = connect(&emulator).await;
    let body = wire::form(seed::GOOD_TMS);
    let request = format!(
        "POST /idm/oauth/token HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{FORM}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    waiting.write_all(request.as_bytes()).await.unwrap();
    until(|| log.in_flight() == 1).await;
    drop(emulator);
    net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    assert_eq!(log.in_flight(), 0);
    assert_eq!(log.requests()[0].status(), None);
    for stream in [&mut idle, &mut waiting] {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
}

#[test]
fn it_needs_nothing_of_the_runtime_that_started_it() {
    use tokio::runtime::Builder;

    // No sockets, no timers.
    let starter = Builder::new_current_thread().build().unwrap();
    let emulator = starter.block_on(Emulator::start()).unwrap();
    drop(starter);
    let client = Builder::new_current_thread().enable_all().build().unwrap();
    let reply = client.block_on(exchange(&emulator, seed::GOOD_TMS));
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_foreign_host_is_turned_away_before_its_body_is_read() {
    let emulator = Emulator::start().await.unwrap();
    let port = emulator.port();
    let ours = format!("host: localhost:{port}\r\n");
    let head = |target: &str, hosts: &str| {
        format!("GET {target} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n")
    };
    for (target, hosts, status) in [
        ("/v2/user", ours.clone(), " 400 "),
        ("/v2/user", String::new(), " 421 "),
        ("/v2/user", "host: evil.example\r\n".to_owned(), " 421 "),
        (
            "/v2/user",
            format!("host: evil.example:{port}\r\n"),
            " 421 ",
        ),
        ("/v2/user", "host: 127.0.0.1\r\n".to_owned(), " 421 "),
        ("/v2/user", format!("{ours}{ours}"), " 421 "),
        ("http://evil.example/v2/user", ours.clone(), " 421 "),
    ] {
        let reply = raw(&emulator, &head(target, &hosts)).await;
        let line = reply.lines().next().unwrap();
        assert!(line.contains(status), "{target} {hosts}: {line}");
    }
    let stuck = "POST /idm/oauth/token HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 9\r\n\
                 connection: close\r\n\r\n";
    assert!(raw(&emulator, stuck).await.contains(" 421 "));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_whether_its_length_is_stated_or_not() {
    let emulator = Emulator::start().await.unwrap();
    let host = format!("host: 127.0.0.1:{}\r\n", emulator.port());
    let stated = format!("POST /idm/oauth/token HTTP/1.1\r\n{host}content-length: 65537\r\n\r\n");
    let chunk = "a".repeat(65_537);
    let chunked = format!(
        "POST /idm/oauth/token HTTP/1.1\r\n{host}connection: close\r\ntransfer-encoding: chunked\r\n\r\n10001\r\n{chunk}\r\n0\r\n\r\n"
    );
    for request in [stated, chunked] {
        let reply = raw(&emulator, &request).await;
        assert!(reply.contains(" 413 "), "{reply}");
        assert!(reply.contains("x-phrase-emulator-explains"));
    }
    let just = "a".repeat(65_536);
    let reply = send(&emulator, "POST", "/idm/oauth/token", FORM, &just).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_head_over_the_cap_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let head = format!("x-long: {}\r\n", "a".repeat(17 * 1024));
    let reply = send(&emulator, "GET", "/v2/user", &head, "").await;
    assert_eq!(reply.status, 431);
    assert_eq!(reply.header("date"), None, "never the system's time");
    assert_eq!(emulator.log().requests().len(), 0);
}

#[tokio::test]
async fn a_client_that_does_not_go_on_is_let_go() {
    let emulator = impatient().start().await.unwrap();
    assert_eq!(raw(&emulator, "GET /v2/us").await, "", "half a head");
    assert_eq!(raw(&emulator, "").await, "", "nothing at all");
    let half = format!(
        "POST /idm/oauth/token HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{FORM}content-length: 9\r\n\r\nhalf",
        emulator.port()
    );
    let reply = raw(&emulator, &half).await;
    assert!(reply.contains(" 408 "), "{reply}");
    assert_eq!(emulator.log().in_flight(), 0);
}

#[tokio::test]
async fn what_is_not_http_ends_its_own_connection_only() {
    let emulator = Emulator::start().await.unwrap();
    for junk in [
        "\r\n\r\n\r\n\0\0\0\r\n\r\n",
        "hello\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n",
        "GET /v2/user HTTP/1.1\r\nno colon\r\n\r\n",
    ] {
        raw(&emulator, junk).await;
    }
    let broken = format!(
        "POST /idm/oauth/token HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        emulator.port()
    );
    raw(&emulator, &broken).await;
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);
}

#[tokio::test]
async fn over_the_cap_of_connections_the_next_one_waits_for_a_seat() {
    let mut builder = Emulator::builder();
    builder.limits.connections = 1;
    let emulator = builder.start().await.unwrap();
    let request = format!(
        "GET /nothing HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n",
        emulator.port()
    );
    let mut seated = connect(&emulator).await;
    let mut waiting = connect(&emulator).await;
    for round in 1..=20 {
        seated.write_all(request.as_bytes()).await.unwrap();
        if round == 1 {
            waiting.write_all(request.as_bytes()).await.unwrap();
        }
        until(|| emulator.log().count(Endpoint::Unknown) >= round).await;
        let mut answer = [0; 4096];
        assert_ne!(seated.read(&mut answer).await.unwrap(), 0);
        assert_eq!(emulator.log().count(Endpoint::Unknown), round);
    }
    drop(seated);
    let mut answer = [0; 4096];
    assert_ne!(waiting.read(&mut answer).await.unwrap(), 0);
    assert_eq!(emulator.log().count(Endpoint::Unknown), 21);
}

#[tokio::test]
async fn several_requests_share_one_connection() {
    let emulator = Emulator::start().await.unwrap();
    let body = wire::form(seed::GOOD_TMS);
    let one = |connection: &str| {
        format!(
            "POST /idm/oauth/token HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: {connection}\r\n{FORM}content-length: {}\r\n\r\n{body}",
            emulator.port(),
            body.len()
        )
    };
    let replies = raw(&emulator, &format!("{}{}", one("keep-alive"), one("close"))).await;
    assert_eq!(replies.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 2);
}
