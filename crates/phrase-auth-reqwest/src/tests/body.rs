use std::io::Write;

use bytes::Bytes;
use http::Response;
use phrase_auth_core::{Fault, HttpClient, Limits, TransportError};

use super::server::{Server, Then};
use super::{client, request};

const CAP: usize = 1000;

async fn capped(server: &Server) -> Result<Response<Bytes>, TransportError> {
    let limits = Limits::default().with_max_body(CAP);
    client().send(request(&server.url()), limits).await
}

fn declared(length: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; length]].concat()
}

fn chunked(length: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..length {
        answer.extend_from_slice(b"1\r\nx\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

fn until_close(length: usize) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; length]].concat()
}

#[tokio::test]
async fn a_body_as_long_as_the_cap_is_read_however_it_is_framed() {
    for bytes in [declared(CAP), chunked(CAP), until_close(CAP)] {
        let server = Server::sending(bytes, Then::Close);
        assert_eq!(capped(&server).await.unwrap().body().len(), CAP);
    }
}

#[tokio::test]
async fn one_byte_more_is_too_much_however_it_is_framed() {
    for bytes in [declared(CAP + 1), chunked(CAP + 1), until_close(CAP + 1)] {
        let server = Server::sending(bytes, Then::Close);
        let error = capped(&server).await.unwrap_err();
        assert_eq!(error.fault(), Fault::TooLarge);
        assert!(error.may_have_arrived());
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_not_waited_for() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    assert_eq!(capped(&server).await.unwrap_err().fault(), Fault::TooLarge);
}

#[tokio::test]
async fn an_endless_body_is_left_at_the_cap() {
    let server = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"4\r\nxxxx\r\n")?;
        }
    });
    assert_eq!(capped(&server).await.unwrap_err().fault(), Fault::TooLarge);
    server.client_left();
}

#[tokio::test]
async fn a_body_shorter_than_it_says_is_a_broken_answer() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}";
    let error = capped(&Server::sending(answer, Then::Close))
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Fault::Broken);
}

#[tokio::test]
async fn what_comes_after_the_declared_end_is_not_read() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n";
    let body = capped(&Server::answering(answer)).await.unwrap();
    assert_eq!(&body.body()[..], b"{}");
}

#[tokio::test]
async fn a_huge_cap_and_a_lying_length_cost_no_memory() {
    let lie = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        u64::MAX / 4
    );
    let server = Server::sending(lie, Then::Close);
    let limits = Limits::default().with_max_body(usize::MAX);
    let error = client()
        .send(request(&server.url()), limits)
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Fault::Broken);
}

#[tokio::test]
async fn an_answer_without_a_body_is_empty() {
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n");
    assert!(capped(&server).await.unwrap().body().is_empty());
}

#[tokio::test]
async fn a_compressed_answer_nobody_asked_for_is_handed_on_as_it_came() {
    for coding in ["gzip", "br, gzip", "identity"] {
        let server = Server::answering(format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 2\r\n\r\n{{}}"
        ));
        let answer = capped(&server).await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], coding);
        assert_eq!(answer.body(), "{}");
    }
}
