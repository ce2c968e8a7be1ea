use bytes::Bytes;
use http::Request;
use phrase_auth_core::{HttpClient, Limits, TransportError};

use super::server::{Server, Then};
use super::{SHORT, all_texts, client};

async fn send(url: String) -> TransportError {
    let request = Request::post(format!("{url}/canary-path?token=canary-query"))
        .header("Authorization", "Bearer canary-header")
        .body(Bytes::from_static(b"subject_token=canary-body"))
        .unwrap();
    let limits = Limits::default().with_timeout(SHORT).with_max_body(10);
    client().send(request, limits).await.unwrap_err()
}

#[tokio::test]
async fn no_error_repeats_anything_of_the_request_or_the_answer() {
    let servers = [
        Server::answering(""),
        Server::sending("", Then::Close),
        Server::sending("canary-garbage\r\n\r\n", Then::Close),
        Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\ncanary-long"),
        Server::sending(
            "HTTP/1.1 200 OK\r\nX-Canary: canary\r\nContent-Length: 9\r\n\r\ncanary",
            Then::Close,
        ),
    ];
    let mut errors = Vec::new();
    for server in servers {
        errors.push(send(server.url()).await);
    }
    errors.push(send("http://127.0.0.1:1".to_owned()).await);
    errors.push(send("http://phrase.invalid".to_owned()).await);
    errors.push(send("http://user:canary@127.0.0.1".to_owned()).await);
    errors.push(send("https://127.0.0.1:1".to_owned()).await);
    for error in errors {
        let texts = all_texts(&error);
        assert!(!texts.contains("canary"), "{texts}");
    }
}

#[test]
fn debug_tells_the_settings() {
    let shown = format!("{:?}", client());
    assert!(shown.contains("phrase-auth/"), "{shown}");
    assert!(shown.contains("proxy: None"), "{shown}");
}
