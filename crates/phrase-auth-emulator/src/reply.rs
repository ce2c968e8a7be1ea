use std::fmt::Write;

use axum::body::Body;
use axum::response::Response;
use http::header::{
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, DATE, HeaderName, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// An answer as it goes over the wire: what a fault may change.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    pub(crate) fn with_body(
        mut self,
        media: Option<&'static str>,
        body: impl Into<Vec<u8>>,
    ) -> Self {
        match media {
            Some(media) => self
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static(media)),
            None => self.headers.remove(CONTENT_TYPE),
        };
        self.body = body.into();
        self
    }

    /// Another text in the place of the body.
    pub(crate) fn with_text(mut self, text: String) -> Self {
        self.body = text.into_bytes();
        self
    }

    /// Marked as the work of a fault. It may be a page with anything in it, also what was sent: none of that runs as a
    /// page of this origin, which may steer the admin door. A true page has a policy of its own, and keeps it.
    pub(crate) fn faulty(self, fault: &'static str) -> Self {
        let mut reply = self.with(FAULT, fault);
        reply
            .headers
            .entry(CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static("sandbox"));
        reply
    }

    /// Marked as the emulator's, unless it is already; so is the time.
    pub(crate) fn stamped(mut self, date: &HeaderValue) -> Self {
        let headers = &mut self.headers;
        headers
            .entry(VERSION)
            .or_insert(HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        headers.entry(DATE).or_insert_with(|| date.clone());
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Status line and headers, each with its CR LF, without the empty line that ends a head.
    pub(crate) fn head(&self) -> String {
        let mut head = String::from("HTTP/1.1 ");
        let _ = write!(head, "{}\r\n", self.status);
        for (name, value) in &self.headers {
            let value = value.to_str().unwrap_or_default();
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head
    }

    /// The whole message, with the length of its body, if it may have one (RFC 9110, 8.6).
    pub(crate) fn message(&self) -> Vec<u8> {
        if self.status == StatusCode::NO_CONTENT {
            return self.framed("");
        }
        self.framed(&format!("{CONTENT_LENGTH}: {}\r\n", self.body.len()))
    }

    /// The whole message, with these lines at the end of its head in the place of a length.
    pub(crate) fn framed(&self, lines: &str) -> Vec<u8> {
        let mut message = format!("{}{lines}\r\n", self.head()).into_bytes();
        message.extend_from_slice(&self.body);
        message
    }

    /// The message in one chunk, up to the last byte of the body (RFC 9112, 7.1).
    pub(crate) fn chunked(&self, size: &str) -> Vec<u8> {
        let mut message = self.chunk(size).into_bytes();
        message.extend_from_slice(&self.body);
        message
    }

    /// The head of a message in chunks, and the size of the first.
    pub(crate) fn chunk(&self, size: &str) -> String {
        format!(
            "{}{TRANSFER_ENCODING}: chunked\r\n\r\n{size}\r\n",
            self.head()
        )
    }
}

/// Tells the emulator's answers from a real server's.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("x-phrase-emulator");
/// Tells misuse from an error on purpose.
pub(crate) const EXPLAINS: HeaderName = HeaderName::from_static("x-phrase-emulator-explains");
/// Names the fault that an answer is the work of.
pub(crate) const FAULT: HeaderName = HeaderName::from_static("x-phrase-emulator-fault");
