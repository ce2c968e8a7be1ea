use std::fmt;
use std::sync::Arc;

use http::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audience::{Audience, BaseUrl, Target};
use crate::error::AuthError;

/// Whose a session is: scheme, base URL, token endpoint, client, scope, and the application's own name
/// for the user. Distinct inputs give distinct keys.
///
/// Written out it is one line of ASCII; a store whose names must be short hashes that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey(Arc<Parts>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Parts {
    scheme: String,
    base: String,
    user: String,
    token_endpoint: String,
    client: String,
    scope: String,
}

impl StoreKey {
    /// A key for one user's credential of a scheme (`platform`, `apitoken`, `oauth2`), made for APIs
    /// under `base`. `user` is the application's own name for the person, and may be empty where there
    /// is only one.
    ///
    /// # Errors
    ///
    /// `Config` for control characters, in which a store's own format could get lost.
    pub fn new(scheme: &str, base: &BaseUrl, user: &str) -> Result<Self, AuthError> {
        Self::checked(Parts {
            scheme: scheme.to_owned(),
            base: base.to_string(),
            user: user.to_owned(),
            token_endpoint: String::new(),
            client: String::new(),
            scope: String::new(),
        })
    }

    /// The same key for one client (RFC 6749 section 2.2).
    ///
    /// # Errors
    ///
    /// `Config` for control characters.
    pub fn with_client(self, client: &str) -> Result<Self, AuthError> {
        self.with(|parts| parts.client = client.to_owned())
    }

    /// The same key for one scope.
    ///
    /// # Errors
    ///
    /// `Config` for control characters.
    pub fn with_scope(self, scope: &str) -> Result<Self, AuthError> {
        self.with(|parts| parts.scope = scope.to_owned())
    }

    /// The same key for tokens of one token endpoint: a refresh token is sent nowhere else.
    ///
    /// # Errors
    ///
    /// None for a URI that is one.
    pub fn with_token_endpoint(self, url: &Uri) -> Result<Self, AuthError> {
        self.with(|parts| parts.token_endpoint = url.to_string())
    }

    /// The same key for another user.
    ///
    /// # Errors
    ///
    /// `Config` for control characters.
    pub fn with_user(self, user: &str) -> Result<Self, AuthError> {
        self.with(|parts| parts.user = user.to_owned())
    }

    /// Which scheme it is for.
    pub fn scheme(&self) -> &str {
        &self.0.scheme
    }

    /// The application's own name for the user.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Checks that it is for this scheme and these APIs: a session must not be lent elsewhere.
    ///
    /// # Errors
    ///
    /// `Config` if it is not.
    pub fn check(&self, scheme: &str, base: &BaseUrl) -> Result<(), AuthError> {
        if self.0.scheme == scheme && self.0.base == base.to_string() {
            return Ok(());
        }
        let what = format!(
            "the session is one of {} for {}, not of {scheme} for {base}",
            self.0.scheme, self.0.base
        );
        Err(AuthError::config(what)
            .with_hint("make the key with StoreKey::new for the same base URL"))
    }

    /// Whether it is for APIs that a credential for `audience` may be sent to.
    pub(crate) fn is_within(&self, audience: &Audience) -> bool {
        let base = self.0.base.parse::<Uri>();
        base.is_ok_and(|base| Target::try_from(&base).is_ok_and(|base| audience.covers(base)))
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Result<Self, AuthError> {
        change(Arc::make_mut(&mut self.0));
        Self::checked(Arc::unwrap_or_clone(self.0))
    }

    fn checked(parts: Parts) -> Result<Self, AuthError> {
        match parts
            .named()
            .iter()
            .find(|(_, text)| text.contains(char::is_control))
        {
            None => Ok(Self(Arc::new(parts))),
            Some((name, _)) => {
                let what = format!("the {name} of a session's key has a control character in it");
                Err(AuthError::config(what).with_hint("leave it out, or write it in another way"))
            }
        }
    }
}

impl Parts {
    fn named(&self) -> [(&'static str, &str); 6] {
        [
            ("scheme", &self.scheme),
            ("base", &self.base),
            ("user", &self.user),
            ("token_endpoint", &self.token_endpoint),
            ("client", &self.client),
            ("scope", &self.scope),
        ]
    }
}

impl Serialize for StoreKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Parts::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for StoreKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Parts::deserialize(deserializer)?;
        Self::checked(parts).map_err(|_| serde::de::Error::custom("not a key"))
    }
}

/// Every part by its name, percent-encoded (RFC 3986 section 2.1), so that none can pass for two.
impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (name, text)) in self.0.named().into_iter().enumerate() {
            let before = if number == 0 { "" } else { "&" };
            write!(f, "{before}{name}=")?;
            for byte in text.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        write!(f, "{}", char::from(byte))?;
                    }
                    _ => write!(f, "%{byte:02X}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn base(url: &str) -> BaseUrl {
        BaseUrl::parse(url).unwrap()
    }

    #[test]
    fn distinct_inputs_give_distinct_keys_and_lines() {
        let eu = base("https://cloud.memsource.com/web");
        let odd = [
            "", "a", "b", "a&user=b", "a=b", "a%26", "ä", "a b", "a+b", "/", "A",
        ];
        let mut keys = BTreeSet::new();
        let mut lines = BTreeSet::new();
        let mut count = 0;
        let mut put = |key: StoreKey| {
            count += 1;
            assert!(lines.insert(key.to_string()), "{key}");
            assert!(key.to_string().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(keys.insert(key));
        };
        for user in odd {
            put(StoreKey::new("oauth2", &eu, user).unwrap());
            for client in odd.iter().filter(|client| !client.is_empty()) {
                let key = StoreKey::new("oauth2", &eu, user).unwrap();
                put(key.clone().with_client(client).unwrap());
                put(key.with_scope(client).unwrap());
            }
        }
        put(StoreKey::new("apitoken", &eu, "a").unwrap());
        put(StoreKey::new("oauth2", &base("https://us.cloud.memsource.com/web"), "a").unwrap());
        put(StoreKey::new("oauth2", &base("https://cloud.memsource.com:8443/web"), "a").unwrap());
        let elsewhere = Uri::from_static("https://other.example/token");
        let key = StoreKey::new("oauth2", &eu, "a").unwrap();
        put(key.with_token_endpoint(&elsewhere).unwrap());
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn the_same_place_in_another_writing_is_the_same_key() {
        let key = |url| StoreKey::new("oauth2", &base(url), "jane").unwrap();
        assert_eq!(
            key("https://cloud.memsource.com/web"),
            key("https://CLOUD.memsource.com:443/web/")
        );
    }

    #[test]
    fn control_characters_are_refused_in_every_part() {
        let eu = base("https://cloud.memsource.com/web");
        for bad in ["a\nb", "a\rb", "a\0b", "a\u{85}b"] {
            assert!(StoreKey::new("oauth2", &eu, bad).is_err(), "{bad:?}");
            assert!(StoreKey::new(bad, &eu, "").is_err());
            let key = StoreKey::new("oauth2", &eu, "").unwrap();
            assert!(key.clone().with_client(bad).is_err());
            assert!(key.clone().with_user(bad).is_err());
            assert!(key.with_scope(bad).is_err());
        }
    }

    #[test]
    fn a_key_is_checked_against_scheme_and_base() {
        let eu = base("https://cloud.memsource.com/web");
        let key = StoreKey::new("oauth2", &eu, "jane").unwrap();
        assert!(key.check("oauth2", &eu).is_ok());
        assert!(key.check("apitoken", &eu).is_err());
        let us = base("https://us.cloud.memsource.com/web");
        let error = key.check("oauth2", &us).unwrap_err();
        assert!(error.to_string().contains("us.cloud"), "{error}");
    }
}
