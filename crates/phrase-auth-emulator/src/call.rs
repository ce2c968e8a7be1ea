use bytes::Bytes;
use http::header::{AsHeaderName, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use crate::form;

/// A request that has arrived whole.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn new(head: Parts, body: Bytes) -> Self {
        Self {
            query: head.uri.query().map(ToOwned::to_owned),
            method: head.method,
            headers: head.headers,
            body,
        }
    }

    pub(crate) fn has(&self, header: impl AsHeaderName) -> bool {
        self.headers.contains_key(header)
    }

    pub(crate) fn is_form(&self) -> bool {
        says_form(&self.headers)
    }
}

/// Whether exactly one `Content-Type` says that the body is a form.
pub(crate) fn says_form(headers: &HeaderMap) -> bool {
    match one(headers, CONTENT_TYPE) {
        Ok(Some(value)) => value.to_str().is_ok_and(form::is_form),
        _ => false,
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
