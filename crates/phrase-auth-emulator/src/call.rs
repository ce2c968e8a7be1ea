use bytes::Bytes;
use http::header::AsHeaderName;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use crate::leniency::Leniencies;
use crate::{Leniency, media};

/// A request that has arrived whole.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn new(head: Parts, body: Bytes) -> Self {
        Self {
            query: head.uri.query().map(ToOwned::to_owned),
            path: head.uri.path().to_owned(),
            method: head.method,
            headers: head.headers,
            body,
        }
    }

    pub(crate) fn has(&self, header: impl AsHeaderName) -> bool {
        self.headers.contains_key(header)
    }

    pub(crate) fn is_form(&self) -> bool {
        media::says(&self.headers, media::FORM)
    }

    pub(crate) fn is_json(&self) -> bool {
        media::says(&self.headers, media::JSON)
    }

    /// Whether the body is to be read as a form.
    pub(crate) fn may_be_form(&self, leniencies: &Leniencies) -> bool {
        self.is_form() || leniencies.has(Leniency::AcceptAnyContentType)
    }

    /// Whether the body is to be read as a JSON text.
    pub(crate) fn may_be_json(&self, leniencies: &Leniencies) -> bool {
        self.is_json() || leniencies.has(Leniency::AcceptAnyContentType)
    }
}

/// A header that may come once; `Err` if it comes more often.
pub(crate) fn one(
    headers: &HeaderMap,
    name: impl AsHeaderName,
) -> Result<Option<&HeaderValue>, ()> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(()),
    }
}
