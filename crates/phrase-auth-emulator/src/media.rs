use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::call;

/// A form (reference 3.1).
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// A JSON text (reference 5.1).
pub(crate) const JSON: &str = "application/json";
/// A page of the authorize endpoint, with its charset.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// Whether exactly one `Content-Type` says that the body is of this media type; the only parameter it may have is
/// UTF-8 as its charset.
pub(crate) fn says(headers: &HeaderMap, media: &str) -> bool {
    match call::one(headers, CONTENT_TYPE) {
        Ok(Some(value)) => value.to_str().is_ok_and(|value| is(value, media)),
        _ => false,
    }
}

fn is(content_type: &str, media: &str) -> bool {
    let (stated, parameter) = match content_type.split_once(';') {
        Some((stated, parameter)) => (stated, Some(parameter)),
        None => (content_type, None),
    };
    stated.trim().eq_ignore_ascii_case(media)
        && parameter.is_none_or(|parameter| {
            parameter
                .trim()
                .replace('"', "")
                .eq_ignore_ascii_case("charset=utf-8")
        })
}
