use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use phrase_auth_core::{AuthError, ErrorKind};

use crate::proxy::ProxyPolicy;

/// What makes one transport another than the next: equal configurations share one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: ProxyPolicy,
    /// Checked PEM; empty for the platform's trust store alone.
    pub(crate) extra_ca: Vec<u8>,
    pub(crate) user_agent: HeaderValue,
}

/// A healthy server takes a connection within a second; a lost SYN is sent again after one, three
/// and seven.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Above the slowest answer that a token endpoint gives while it still works.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

impl Default for Config {
    fn default() -> Self {
        Self {
            connect_timeout: CONNECT_TIMEOUT,
            proxy: ProxyPolicy::None,
            extra_ca: Vec::new(),
            user_agent: HeaderValue::from_static(OWN_USER_AGENT),
        }
    }
}

/// The `User-Agent` of a program that names itself, or of none.
///
/// # Errors
///
/// `Config` if the prefix may not stand in a header, or is too long for one.
pub(crate) fn user_agent(prefix: &str) -> Result<HeaderValue, AuthError> {
    let prefix = prefix.trim_matches(' ');
    if prefix.is_empty() {
        return Ok(HeaderValue::from_static(OWN_USER_AGENT));
    }
    let refused = |what| Err(config(what).with_hint("give a name and a version: `my-tool/1.2`"));
    if prefix.len() > MAX_PREFIX {
        return refused("the user agent's prefix is longer than 256 characters");
    }
    if !prefix.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return refused("the user agent's prefix is not visible ASCII");
    }
    HeaderValue::from_str(&format!("{prefix} {OWN_USER_AGENT}"))
        .or_else(|_| refused("the user agent's prefix may not stand in a header"))
}

pub(crate) fn config(what: &'static str) -> AuthError {
    AuthError::new(ErrorKind::Config, what)
}

const OWN_USER_AGENT: &str = concat!("phrase-auth/", env!("CARGO_PKG_VERSION"));

/// Far above any real one, and small beside the 8 KiB that servers take of all headers.
const MAX_PREFIX: usize = 256;

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy)
            .field("extra_ca", &!self.extra_ca.is_empty())
            .field("user_agent", &self.user_agent)
            .finish()
    }
}
