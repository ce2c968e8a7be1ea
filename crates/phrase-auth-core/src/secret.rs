use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use bytes::Bytes;
use zeroize::{Zeroize, Zeroizing};

use crate::error::AuthError;

mod source;

pub use self::source::SecretSource;

/// A value that must not be seen: wiped when dropped, printed as `Secret([redacted])`.
///
/// It cannot be serialised, dereferenced or compared; [`expose`](Self::expose) is the one way in,
/// and easy to search for. Only the buffer held here is wiped: copies made from what `expose`
/// returns, and those of the HTTP and TLS layers, belong to whoever made them.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// A fingerprint that tells whether a secret has changed, and nothing else about it.
///
/// Made with keys that are drawn once per process and never leave it, so it cannot be compared
/// with, or looked up in, anything outside this process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretId(u64, u64);

/// The longest secret that is taken from anywhere, in bytes: far above any real one, and small
/// enough that a wrong file name costs nothing.
const MAX_SECRET: usize = 64 * 1024;

impl Secret {
    /// Keeps `value` as it is.
    pub fn new(value: impl Into<String>) -> Self {
        let mut value = Zeroizing::new(value.into());
        if value.capacity() == value.len() {
            return Self(value);
        }
        // An exact copy, so that as many bytes are held as are used; the roomy one is wiped.
        let exact = Zeroizing::new(String::from(value.as_str()));
        value.zeroize();
        Self(exact)
    }

    /// The value itself. Do not print it, log it or put it into a URL.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value as a buffer that is wiped when its last clone is dropped: a request body.
    pub fn into_bytes(mut self) -> Bytes {
        wiped(std::mem::take(&mut *self.0).into_bytes())
    }

    /// The fingerprint of the value.
    pub fn id(&self) -> SecretId {
        static KEYS: LazyLock<(RandomState, RandomState)> = LazyLock::new(Default::default);
        let bytes = self.0.as_bytes();
        SecretId(KEYS.0.hash_one(bytes), KEYS.1.hash_one(bytes))
    }

    /// Takes what a person or a file gave: one trailing line end is cut off.
    ///
    /// # Errors
    ///
    /// `Config` if nothing is left, if a control character is inside, or above 64 KiB. The value
    /// is not shown.
    pub fn from_user(raw: Self) -> Result<Self, AuthError> {
        let text = raw.expose();
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(AuthError::config("the secret is empty")
                .with_hint("give the value itself, in one line"));
        }
        if text.len() > MAX_SECRET {
            return Err(AuthError::config("the secret is longer than 64 KiB")
                .with_hint("check that the right file or variable is read"));
        }
        if text.chars().any(char::is_control) {
            return Err(AuthError::config(
                "the secret has a line break or another control character in it",
            )
            .with_hint("give the bare value; one line end after it does no harm"));
        }
        if text.len() == raw.expose().len() {
            Ok(raw)
        } else {
            Ok(Self::from(text))
        }
    }
}

/// Hands a buffer on as [`Bytes`] that are wiped when the last clone is dropped.
///
/// For transports: what held a credential must not stay behind in freed memory.
pub fn wiped(buffer: Vec<u8>) -> Bytes {
    Bytes::from_owner(Zeroizing::new(buffer))
}

/// A string of JSON that goes straight into a [`Secret`].
pub(crate) struct SecretText(pub(crate) Secret);

impl<'de> serde::Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl fmt::Debug for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn debug_shows_neither_the_value_nor_its_length() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "Secret([redacted])");
        assert_eq!(format!("{:?}", Secret::new("canary").id()), "SecretId(..)");
    }

    #[test]
    fn the_id_follows_the_value() {
        assert_eq!(Secret::new("a").id(), Secret::new("a").id());
        assert_ne!(Secret::new("a").id(), Secret::new("b").id());
    }

    #[test]
    fn one_trailing_line_end_is_cut_and_no_more() {
        for (raw, kept) in [("t", "t"), ("t\n", "t"), ("t\r\n", "t"), (" t ", " t ")] {
            assert_eq!(
                Secret::from_user(Secret::new(raw)).unwrap().expose(),
                kept,
                "{raw:?}"
            );
        }
    }

    #[test]
    fn a_secret_that_cannot_be_one_is_refused_without_being_shown() {
        let long = "x".repeat(MAX_SECRET + 1);
        for raw in [
            "",
            "\n",
            "\r\n",
            "canary\n\n",
            "a\nb",
            "a\tb",
            "a\0b",
            "a\u{85}b",
            &long,
        ] {
            let error = Secret::from_user(Secret::new(raw)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{raw:?}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn bytes_of_a_secret_carry_it_whole() {
        assert_eq!(&Secret::new("abc").into_bytes()[..], b"abc");
    }
}
