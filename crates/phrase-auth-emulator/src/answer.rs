use std::time::SystemTime;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, DATE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;

use crate::media;

/// What goes back to a client, before it has a date.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Option<Value>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Some(body),
        }
    }

    /// Without a body, and so without a `Content-Type`.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// Says what the client did wrong, as opposed to an error that the emulator returns on purpose. A constant text:
    /// nothing that a client sent is ever echoed.
    pub(crate) fn explained(self, why: &'static str) -> Self {
        self.with(EXPLAINS, HeaderValue::from_static(why))
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn into_response(self, now: SystemTime) -> Response {
        let mut headers = self.headers;
        let body = match self.body {
            Some(body) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media::JSON));
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        headers.insert(VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
            headers.insert(DATE, date);
        }
        *response.headers_mut() = headers;
        response
    }
}

/// Tells the emulator's answers from a real server's.
const VERSION: HeaderName = HeaderName::from_static("x-phrase-emulator");
/// Tells misuse from an error on purpose.
const EXPLAINS: HeaderName = HeaderName::from_static("x-phrase-emulator-explains");
