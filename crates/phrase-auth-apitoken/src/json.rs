//! Reading what Phrase documents as optional and still changes: what cannot be read is absent.

use phrase_auth_core::{AuthError, ErrorKind, Secret, wiped};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// A member of any type, as it stands there: read later, or not at all.
pub(crate) type Raw = Option<Box<RawValue>>;

/// A member as text: a string, or a number as it is written. TMS documents its ids as strings, and
/// has written them as numbers.
pub(crate) fn text(raw: &Raw) -> Option<String> {
    let raw = raw.as_deref()?.get();
    if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Some(raw.to_owned());
    }
    serde_json::from_str(raw).ok()
}

/// A member that is an object with a form of its own.
pub(crate) fn part<T: DeserializeOwned>(raw: &Raw) -> Option<T> {
    serde_json::from_str(raw.as_deref()?.get()).ok()
}

/// A string that goes straight into a [`Secret`].
pub(crate) struct SecretText(pub(crate) Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// An object as a request body that is wiped when its last clone is dropped. `longest` is the sum of
/// the lengths of its strings: the buffer must not grow, which would leave copies behind.
pub(crate) fn body(object: &impl Serialize, longest: usize) -> Result<bytes::Bytes, AuthError> {
    let capacity = longest.saturating_mul(ESCAPED).saturating_add(FRAME);
    let mut body = Vec::with_capacity(capacity);
    match serde_json::to_writer(&mut body, object) {
        Ok(()) => Ok(wiped(body)),
        // Strings alone have no way to fail.
        Err(_) => {
            drop(wiped(body));
            let what = "the request cannot be written as JSON";
            Err(AuthError::new(ErrorKind::Config, what))
        }
    }
}

/// The most that one byte becomes in a JSON string: `\u00XX`.
const ESCAPED: usize = 6;

/// Names, quotes and commas of every body of ours.
const FRAME: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Raw {
        Some(RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn strings_and_numbers_are_text_and_all_else_is_absent() {
        for (json, expected) in [
            (r#""a\nb""#, Some("a\nb")),
            ("17", Some("17")),
            ("-1.5", Some("-1.5")),
            ("null", None),
            ("true", None),
            ("[1]", None),
            (r#"{"a":1}"#, None),
            (r#""\ud800""#, None),
        ] {
            assert_eq!(text(&raw(json)).as_deref(), expected, "{json}");
        }
        assert_eq!(text(&None), None);
    }

    #[test]
    fn a_body_never_outgrows_its_buffer() {
        let worst = "\u{1}".repeat(1000);
        #[derive(Serialize)]
        struct Object<'a> {
            password: &'a str,
        }
        let object = Object { password: &worst };
        let written = serde_json::to_vec(&object).unwrap();
        assert!(written.len() <= worst.len() * ESCAPED + FRAME);
        assert_eq!(body(&object, worst.len()).unwrap(), written);
    }
}
