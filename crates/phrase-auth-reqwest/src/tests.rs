//! The client against servers of a few lines that answer, or misbehave, byte by byte.

use std::error::Error;
use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use phrase_auth_core::{HttpClient, Limits, TransportError};

use crate::ReqwestClient;

mod alone;
mod body;
mod fault;
mod proxy;
mod runtime;
mod secret;
mod server;
mod sharing;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod tls;
mod wire;

/// A client of the default configuration, whichever features the tests are built with.
fn client() -> ReqwestClient {
    prepare();
    ReqwestClient::shared().unwrap()
}

/// What the program does itself when reqwest comes without cryptography.
fn prepare() {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    tls::install_provider();
}

async fn get(url: &str) -> Result<Response<Bytes>, TransportError> {
    client().send(request(url), Limits::default()).await
}

async fn get_within(url: &str, span: Duration) -> Result<Response<Bytes>, TransportError> {
    let limits = Limits::default().with_timeout(span);
    client().send(request(url), limits).await
}

fn request(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

/// A server that is there, and notices whoever comes.
fn bystander() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

/// A connection that was made waits in the backlog, so this sees every one there ever was.
fn was_left_alone(listener: &TcpListener) -> bool {
    listener
        .accept()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Everything an error can print.
fn all_texts(error: &TransportError) -> String {
    let mut texts = format!("{error} {error:?}");
    let mut next = error.source();
    while let Some(error) = next {
        texts.push_str(&format!(" {error} {error:?}"));
        next = error.source();
    }
    texts
}

/// Far above what anything here takes: only so that a defect fails a test and does not hang it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Long enough to connect on loopback, short enough to wait for.
const SHORT: Duration = Duration::from_millis(150);
