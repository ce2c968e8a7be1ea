use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;

use crate::media;
use crate::reply::{EXPLAINS, Reply};

/// What goes back to a client, before it has a date.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Content,
}

/// What an answer carries, which decides its `Content-Type`.
#[derive(Debug)]
enum Content {
    Nothing,
    Json(Value),
    Html(String),
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self::with_body(status, Content::Json(body))
    }

    pub(crate) fn html(status: StatusCode, page: String) -> Self {
        Self::with_body(status, Content::Html(page))
    }

    /// Without a body, and so without a `Content-Type`.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::with_body(status, Content::Nothing)
    }

    fn with_body(status: StatusCode, body: Content) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
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

    pub(crate) fn into_reply(self) -> Reply {
        let mut headers = self.headers;
        let (media, body) = match self.body {
            Content::Nothing => (None, Vec::new()),
            Content::Json(body) => (Some(media::JSON), body.to_string().into_bytes()),
            Content::Html(page) => (Some(media::HTML), page.into_bytes()),
        };
        if let Some(media) = media {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        }
        Reply {
            status: self.status,
            headers,
            body,
        }
    }
}
