//! What of a request may be shown. Always a list of what is harmless, never one of what is secret.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use http::{HeaderMap, Method};

use super::harmless;
use crate::Endpoint;
use crate::call::Call;
use crate::form::Form;
use crate::json::Object;

/// A keyed hash: two draws of std's, 128 bits together, so that equal prints mean equal text.
pub(super) struct Fingerprint([RandomState; 2]);

pub(super) type Print = [u64; 2];

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self([RandomState::new(), RandomState::new()])
    }

    pub(super) fn of(&self, text: &str) -> Print {
        self.0.each_ref().map(|keys| keys.hash_one(text))
    }
}

/// Prints of every header value that is not shown: whole, and without its first word.
pub(super) fn header_prints(headers: &HeaderMap, fingerprint: &Fingerprint) -> Vec<Print> {
    headers
        .iter()
        .filter(|(name, _)| !harmless::HEADERS.contains(&name.as_str()))
        .filter_map(|(_, value)| value.to_str().ok())
        .flat_map(|value| {
            let rest = value.split_once(' ').map(|(_, rest)| rest);
            [Some(value), rest].into_iter().flatten()
        })
        .map(|text| fingerprint.of(text))
        .collect()
}

/// Prints of every value of a form or query.
pub(super) fn field_prints(encoded: &[u8], fingerprint: &Fingerprint) -> Vec<Print> {
    Form::leniently(encoded)
        .fields()
        .take(MOST_FIELDS)
        .map(|(_, value)| fingerprint.of(value))
        .collect()
}

/// Prints of every string of a JSON object, not of what is nested in it.
pub(super) fn member_prints(text: &[u8], fingerprint: &Fingerprint) -> Vec<Print> {
    let object = Object::read(text);
    object
        .iter()
        .flat_map(Object::members)
        .take(MOST_FIELDS)
        .filter_map(|(_, value)| value.as_str())
        .map(|text| fingerprint.of(text))
        .collect()
}

pub(super) fn method(method: &Method) -> Method {
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if known.contains(method) {
        return method.clone();
    }
    Method::from_bytes(b"REDACTED").unwrap_or(Method::TRACE)
}

pub(super) fn path(path: &str, endpoint: Endpoint) -> String {
    if let Some(known) = endpoint.path() {
        return known.to_owned();
    }
    path.split('/')
        .take(MOST_FIELDS)
        .map(|segment| {
            if segment.len() > LONGEST_SEGMENT {
                REDACTED
            } else {
                segment
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

pub(super) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let shown = match value.to_str() {
                Ok(value) if harmless::HEADERS.contains(&name.as_str()) => value,
                _ => REDACTED,
            };
            (name.as_str().to_owned(), shown.to_owned())
        })
        .collect()
}

pub(super) fn body(call: &Call) -> String {
    if call.is_form() {
        return fields(&call.body);
    }
    if call.is_json()
        && let Some(object) = Object::read(&call.body)
    {
        return members(&object);
    }
    if call.body.is_empty() {
        String::new()
    } else {
        format!("[{} bytes]", call.body.len())
    }
}

/// `{"name":"value",…}`; of the values only an empty string is shown.
fn members(object: &Object) -> String {
    let members = object
        .members()
        .take(MOST_FIELDS)
        .map(|(name, value)| {
            let name = if harmless::MEMBER_NAMES.contains(&name) {
                name
            } else {
                REDACTED
            };
            let value = if value == "" { "" } else { REDACTED };
            format!("\"{name}\":\"{value}\"")
        })
        .collect::<Vec<_>>()
        .join(",");
    format!("{{{members}}}")
}

/// `name=value&…`, decoded. A body that is nothing but a token parses as a field's name: unknown names are not shown.
pub(super) fn fields(encoded: &[u8]) -> String {
    Form::leniently(encoded)
        .fields()
        .take(MOST_FIELDS)
        .map(|(name, value)| {
            let name = if harmless::FIELD_NAMES.contains(&name) {
                name
            } else {
                REDACTED
            };
            let value = if harmless::is_value(name, value) {
                value
            } else {
                REDACTED
            };
            format!("{name}={value}")
        })
        .collect::<Vec<_>>()
        .join("&")
}

const REDACTED: &str = "[redacted]";

/// Enough for any honest request; a body of 64 KiB could have tens of thousands.
const MOST_FIELDS: usize = 64;

/// Words of a path are shorter; tokens are mostly longer.
const LONGEST_SEGMENT: usize = 24;
