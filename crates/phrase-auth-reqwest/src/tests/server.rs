use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::PATIENCE;

/// A server on loopback that takes one connection after the other and does as it is told with
/// each.
pub(super) struct Server {
    address: SocketAddr,
    events: Receiver<Event>,
}

enum Event {
    Request(String),
    ClientLeft,
}

/// What becomes of a connection after the answer.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// It stays open until the client leaves.
    Hold,
    /// It is closed.
    Close,
}

impl Server {
    /// Reads each request whole, then lets `answer` write to the connection.
    pub(super) fn start(
        answer: impl FnMut(&mut TcpStream) -> std::io::Result<Then> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, events) = channel();
        thread::spawn(move || serve(&listener, &sender, answer));
        Self { address, events }
    }

    /// Gives every request these bytes, and keeps the connection open.
    pub(super) fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        Self::sending(bytes, Then::Hold)
    }

    pub(super) fn sending(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        let bytes = bytes.into();
        Self::start(move |stream| stream.write_all(&bytes).map(|()| then))
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request, head and body as they came.
    pub(super) fn request(&self) -> String {
        loop {
            match self.events.recv_timeout(PATIENCE).unwrap() {
                Event::Request(text) => return text,
                Event::ClientLeft => {}
            }
        }
    }

    /// Until the client has closed a connection that the server kept open.
    pub(super) fn client_left(&self) {
        while !matches!(
            self.events.recv_timeout(PATIENCE).unwrap(),
            Event::ClientLeft
        ) {}
    }
}

fn serve(
    listener: &TcpListener,
    events: &Sender<Event>,
    mut answer: impl FnMut(&mut TcpStream) -> std::io::Result<Then>,
) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let Some(request) = read_request(&mut stream) else {
            continue;
        };
        if events.send(Event::Request(request)).is_err() {
            return;
        }
        // A client that has had enough breaks the pipe: that is what some tests are about.
        let then = answer(&mut stream).unwrap_or(Then::Hold);
        if matches!(then, Then::Close) {
            continue;
        }
        while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
        // First the descriptor, then the news of it.
        drop(stream);
        if events.send(Event::ClientLeft).is_err() {
            return;
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Some(text);
        }
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

fn content_length(head: &str) -> usize {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    value.map_or(0, |value| value.trim().parse().unwrap())
}
