//! A server that answers with whatever bytes a test wants, and counts what reaches it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is said to one request; then the connection ends.
#[derive(Clone)]
pub(crate) struct Answer(Vec<u8>);

pub(crate) struct Hostile {
    origin: String,
    requests: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Hostile {
    /// Answers each request by its number.
    pub(crate) async fn start(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let answer = Arc::new(answer);
        let server = tokio::spawn({
            let requests = Arc::clone(&requests);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
                    tokio::spawn(async move {
                        let mut stream = stream;
                        if read_request(&mut stream).await.is_some() {
                            let number = requests.fetch_add(1, Ordering::SeqCst);
                            let Answer(bytes) = answer(number);
                            let _ = stream.write_all(&bytes).await;
                            let _ = stream.shutdown().await;
                        }
                    });
                }
            }
        });
        Self {
            origin,
            requests,
            server,
        }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A head of this status line and headers, and a body of the right length.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n");
    Answer(format!("{head}{body}").into_bytes())
}

pub(crate) fn good(token: &str, expires_in: u64) -> Answer {
    let body =
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in}}}"#);
    http("200 OK", "content-type: application/json\r\n", &body)
}

async fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(());
            }
        }
    }
}
