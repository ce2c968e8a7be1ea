//! A token endpoint on loopback that answers as it is told, and counts.
#![allow(
    dead_code,
    reason = "a benchmark with an outage from the start grants nothing"
)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use phrase_auth_core::{AuthError, DataCenter, Endpoints};

/// Lives as long as the process: it has one thread, which waits for connections.
pub(crate) struct Endpoint {
    port: u16,
    requests: Arc<AtomicU64>,
}

/// A status and a body of JSON.
pub(crate) type Answer = (u16, String);

impl Endpoint {
    /// `answer` is given the number of the request, from 0.
    pub(crate) fn start(answer: impl Fn(u64) -> Answer + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let requests = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that has gone takes its answer with it.
                let _ = serve(&stream, || answer(counter.fetch_add(1, Ordering::SeqCst)));
            }
        });
        Ok(Self { port, requests })
    }

    /// How many requests have arrived.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// For an authenticator that is to exchange its API token here.
    pub(crate) fn endpoints(&self) -> Result<Endpoints, AuthError> {
        let idm = format!("http://127.0.0.1:{}/idm", self.port);
        Endpoints::of(DataCenter::Eu).with_idm(&idm)
    }
}

/// The answer to an exchange, as Phrase documents it.
pub(crate) fn granted(token: &str, seconds: u64) -> Answer {
    let fields = format!(r#""token_type":"Bearer","expires_in":{seconds}"#);
    (200, format!(r#"{{"access_token":"{token}",{fields}}}"#))
}

fn serve(mut stream: &TcpStream, answer: impl FnOnce() -> Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    let (status, body) = answer();
    let length = body.len();
    let head = format!("HTTP/1.1 {status} .\r\ncontent-type: application/json\r\n");
    let rest = format!("content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all((head + &rest).as_bytes())
}

/// A client that says nothing for so long keeps the next one from nothing.
const PATIENCE: Duration = Duration::from_secs(5);
