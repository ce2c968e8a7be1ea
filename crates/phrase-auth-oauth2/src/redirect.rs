use std::net::IpAddr;

use http::Uri;
use phrase_auth_core::{AuthError, Target};

use crate::url;

/// A redirect URI, kept byte for byte: the same string goes into both requests (RFC 6749 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    text: String,
    uri: Uri,
}

impl RedirectUri {
    /// # Errors
    ///
    /// `Config` for one that is neither https nor http to a loopback literal (RFC 8252 sections 7.3 and
    /// 8.3).
    pub(crate) fn parse(text: &str) -> Result<Self, AuthError> {
        let uri = url::endpoint("redirect URI", text)?;
        url::check_query("redirect URI", &uri, &ANSWERED)?;
        Ok(Self {
            text: text.to_owned(),
            uri,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// Whether what arrived was sent to this URI. A web server knows the path alone, behind a proxy.
    pub(crate) fn is_of(&self, arrived: &str) -> bool {
        if arrived.starts_with('/') {
            return arrived == self.path();
        }
        let Ok(uri) = arrived.parse::<Uri>() else {
            return false;
        };
        match (Target::try_from(&uri), Target::try_from(&self.uri)) {
            (Ok(arrived), Ok(own)) => is_same_origin(arrived, own) && arrived.path == own.path,
            _ => false,
        }
    }

    /// Whether a request's `Host` names this URI's host and port. Browsers write it in lower case, and leave
    /// out the usual port.
    #[cfg(feature = "browser")]
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        self.is_origin(&format!("{scheme}://{host}"))
    }

    /// Whether a request's `Origin` is this URI's.
    #[cfg(feature = "browser")]
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        let Ok(uri) = origin.parse::<Uri>() else {
            return false;
        };
        match (Target::try_from(&uri), Target::try_from(&self.uri)) {
            (Ok(given), Ok(own)) => is_same_origin(given, own) && given.path == "/",
            _ => false,
        }
    }

    /// The address that it leads to on this machine, if it does: the port is `None` if none is written,
    /// which stands for any (RFC 8252 section 7.3).
    #[cfg(feature = "browser")]
    pub(crate) fn loopback(&self) -> Option<(IpAddr, Option<u16>)> {
        let target = Target::try_from(&self.uri).ok()?;
        if target.scheme != "http" || !target.is_loopback() {
            return None;
        }
        let host = target.host.trim_start_matches('[').trim_end_matches(']');
        let ip = host.parse().ok()?;
        Some((ip, self.uri.port_u16()))
    }

    /// The same URI with a port, where none was written.
    #[cfg(feature = "browser")]
    pub(crate) fn with_port(&self, port: u16) -> Result<Self, AuthError> {
        let authority = self
            .uri
            .authority()
            .map_or("", http::uri::Authority::as_str);
        let rest = self.text.split_once(authority).map_or("", |(_, rest)| rest);
        let scheme = self.uri.scheme_str().unwrap_or_default();
        Self::parse(&format!("{scheme}://{authority}:{port}{rest}"))
    }
}

fn is_same_origin(one: Target<'_>, other: Target<'_>) -> bool {
    let ip = |host: &str| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.parse::<IpAddr>().ok()
    };
    // An address has several writings, of which browsers use one.
    let same_ip = ip(one.host).is_some_and(|one| ip(other.host) == Some(one));
    one.scheme.eq_ignore_ascii_case(other.scheme)
        && (same_ip || one.host.eq_ignore_ascii_case(other.host))
        && one.port == other.port
}

/// What a server adds to the query: twice there, every answer would be refused.
const ANSWERED: [&str; 5] = ["code", "state", "error", "error_description", "iss"];

/// An address as it stands in a URL.
#[cfg(feature = "browser")]
pub(crate) fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_literals_are_taken() {
        for good in [
            "https://app.example/callback",
            "http://127.0.0.1:8080/callback",
            "http://127.0.0.1/callback",
            "http://[::1]:8080/a?b=c",
        ] {
            assert_eq!(RedirectUri::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "http://app.example/callback",
            "http://localhost:8080/callback",
            "myapp://callback",
            "https://app.example/callback#x",
            "/callback",
            "",
            "https://app.example/callback?state=x",
            "https://app.example/callback?a=b&%63ode=x",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_arrives_is_known_by_its_whole_address_or_by_its_path() {
        let redirect = RedirectUri::parse("https://app.example/callback").unwrap();
        for own in [
            "/callback",
            "https://app.example/callback",
            "https://APP.example:443/callback",
        ] {
            assert!(redirect.is_of(own), "{own}");
        }
        for other in [
            "/callback/",
            "/",
            "//app.example/callback",
            "http://app.example/callback",
            "https://app.example.evil.example/callback",
            "https://app.example:8443/callback",
            "https://user@app.example/callback",
            "callback",
            "",
        ] {
            assert!(!redirect.is_of(other), "{other}");
        }
    }

    #[cfg(feature = "browser")]
    #[test]
    fn host_and_origin_are_compared_as_browsers_write_them() {
        let redirect = RedirectUri::parse("https://APP.example:443/callback").unwrap();
        for host in ["app.example", "app.example:443"] {
            assert!(redirect.is_host(host) && redirect.is_origin(&format!("https://{host}")));
        }
        for host in [
            "",
            "app.example:444",
            "app.example.evil.example",
            "a@app.example",
            "app.example/x",
        ] {
            assert!(!redirect.is_host(host), "{host}");
        }
        for origin in [
            "null",
            "",
            "http://app.example",
            "https://app.example/callback",
        ] {
            assert!(!redirect.is_origin(origin), "{origin}");
        }
    }

    #[cfg(feature = "browser")]
    #[test]
    fn a_loopback_uri_without_a_port_takes_any() {
        let loopback = |text: &str| RedirectUri::parse(text).unwrap().loopback();
        let v4 = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(loopback("http://127.0.0.1/callback"), Some((v4, None)));
        assert_eq!(
            loopback("http://127.0.0.1:81/callback"),
            Some((v4, Some(81)))
        );
        assert_eq!(loopback("https://app.example/callback"), None);
        for (text, with_port) in [
            ("http://127.0.0.1/callback", "http://127.0.0.1:81/callback"),
            ("http://[::1]/a?b=c", "http://[::1]:81/a?b=c"),
        ] {
            let uri = RedirectUri::parse(text).unwrap().with_port(81).unwrap();
            assert_eq!(uri.as_str(), with_port);
        }
    }
}
