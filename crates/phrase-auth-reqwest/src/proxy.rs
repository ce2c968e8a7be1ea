use std::fmt;

use http::Uri;
use phrase_auth_core::{AuthError, Target};

use crate::config::config;

/// Whether `https` requests go through a proxy, and through which.
///
/// Always by `CONNECT`: the proxy sees host and port, never what is sent. Loopback addresses and
/// `localhost` are never asked of a proxy, nor is plain `http`. A user name and password in the
/// proxy's URL go to the proxy alone, and `Debug` leaves them out.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyPolicy {
    /// No proxy, whatever the environment says. The default of the libraries.
    #[default]
    None,
    /// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` (also in lower case) say when the first
    /// request of this configuration is made. A value that is not a URL counts as none.
    System,
    /// This proxy, an `http` or `https` URL without a path: `http://user:password@proxy:3128`.
    /// `NO_PROXY` is not looked at. Checked by `build`.
    Uri(String),
}

impl ProxyPolicy {
    /// # Errors
    ///
    /// `Config`, without the URL, if it is not one of a proxy.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        match self {
            Self::None | Self::System => Ok(()),
            Self::Uri(uri) => shown(uri).and_then(|_| proxy(uri)).map(drop),
        }
    }

    pub(crate) fn apply(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, AuthError> {
        Ok(match self {
            Self::None => builder.no_proxy(),
            // It is reqwest's own default.
            Self::System => builder,
            Self::Uri(uri) => builder.proxy(proxy(uri)?),
        })
    }
}

impl fmt::Debug for ProxyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::System => f.write_str("System"),
            Self::Uri(uri) => match shown(uri) {
                Ok(shown) => write!(f, "Uri({shown})"),
                // A typing error may have left the password anywhere.
                Err(_) => f.write_str("Uri([not a proxy URL])"),
            },
        }
    }
}

fn proxy(uri: &str) -> Result<reqwest::Proxy, AuthError> {
    reqwest::Proxy::https(uri).map_err(|_| refused())
}

/// The URL without user name and password, if it is one of a proxy.
fn shown(text: &str) -> Result<String, AuthError> {
    let plain = |c: char| c.is_ascii_graphic() && c != '#' && c != '\\';
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let authority = uri.authority().ok_or_else(refused)?.as_str();
    // With a second one, parsers differ on where the password ends.
    let place = match authority.split_once('@') {
        None => authority,
        Some((_, place)) if !place.contains('@') => place,
        Some(_) => return Err(refused()),
    };
    let scheme = uri.scheme_str().unwrap_or_default();
    let place: Uri = format!("{scheme}://{place}")
        .parse()
        .map_err(|_| refused())?;
    // The same rules for hosts and ports as for those that a secret is sent to.
    let target = Target::try_from(&place).map_err(|_| refused())?;
    if text.chars().all(plain) && uri.path() == "/" && uri.query().is_none() {
        Ok(target.to_string())
    } else {
        Err(refused())
    }
}

fn refused() -> AuthError {
    config("the proxy is not an http or https URL without a path").with_hint(
        "give it as http://proxy.example.com:3128; %-encode what is special in a password",
    )
}
