//! What of a request may be shown. Always a list of what is harmless, never one of what is secret.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use http::{HeaderMap, Method};

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
        .filter(|(name, _)| !HARMLESS_HEADERS.contains(&name.as_str()))
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
                Ok(value) if HARMLESS_HEADERS.contains(&name.as_str()) => value,
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
            let name = if MEMBER_NAMES.contains(&name) {
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
            let name = if FIELD_NAMES.contains(&name) {
                name
            } else {
                REDACTED
            };
            let value = if is_harmless(name, value) {
                value
            } else {
                REDACTED
            };
            format!("{name}={value}")
        })
        .collect::<Vec<_>>()
        .join("&")
}

fn is_harmless(name: &str, value: &str) -> bool {
    match name {
        "grant_type" => GRANTS.contains(&value),
        "subject_token_type" | "requested_token_type" | "actor_token_type" => {
            TOKEN_TYPES.contains(&value)
        }
        _ => value.is_empty(),
    }
}

const REDACTED: &str = "[redacted]";

/// Enough for any honest request; a body of 64 KiB could have tens of thousands.
const MOST_FIELDS: usize = 64;

/// Words of a path are shorter; tokens are mostly longer.
const LONGEST_SEGMENT: usize = 24;

const HARMLESS_HEADERS: [&str; 13] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "pragma",
    "transfer-encoding",
    "user-agent",
];

const FIELD_NAMES: [&str; 17] = [
    "access_token",
    "actor_token",
    "actor_token_type",
    "audience",
    "client_id",
    "client_secret",
    "code",
    "grant_type",
    "password",
    "refresh_token",
    "requested_token_type",
    "resource",
    "scope",
    "subject_token",
    "subject_token_type",
    "token",
    "username",
];

/// Of the calls of reference 5.1.
const MEMBER_NAMES: [&str; 9] = [
    "captchaCode",
    "code",
    "codeOrRefreshToken",
    "idToken",
    "password",
    "rememberMe",
    "twoFactorCode",
    "userName",
    "userUid",
];

const GRANTS: [&str; 5] = [
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "authorization_code",
    "client_credentials",
    "password",
    "refresh_token",
];

const TOKEN_TYPES: [&str; 4] = [
    "urn:phrase:params:oauth:token-type:api_token",
    "urn:ietf:params:oauth:token-type:access_token",
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:refresh_token",
];
