use std::fmt;

use http::Uri;

use crate::error::AuthError;

mod host;

/// The base URLs that a credential may be sent to: whole origins, or paths under them.
///
/// A URL is covered if scheme, host and port are the same and its path lies under the base's path,
/// compared by whole segments. A path that climbs (`..`, also percent-encoded) is covered by a
/// base without a path only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(Vec<BaseUrl>);

impl Audience {
    /// An audience of one base URL.
    ///
    /// # Errors
    ///
    /// `Config` for a URL that breaks the rules of [`BaseUrl`].
    pub fn new(base: &str) -> Result<Self, AuthError> {
        BaseUrl::parse(base).map(Self::from)
    }

    /// The same audience and one more base URL.
    ///
    /// # Errors
    ///
    /// `Config` for a URL that breaks the rules of [`BaseUrl`].
    pub fn also(mut self, base: &str) -> Result<Self, AuthError> {
        self.0.push(BaseUrl::parse(base)?);
        Ok(self)
    }

    /// Whether a credential for this audience may be sent there.
    pub fn covers(&self, target: Target<'_>) -> bool {
        self.0.iter().any(|base| base.covers(target))
    }
}

impl From<BaseUrl> for Audience {
    fn from(base: BaseUrl) -> Self {
        Self(vec![base])
    }
}

/// A URL that a secret may be sent to, or under.
///
/// `https` to any host, or `http` to a loopback literal (127.0.0.0/8 or `[::1]`; not the name
/// `localhost`, which a resolver may send elsewhere). No user info, no query, no fragment. The
/// host is an ASCII name without a trailing dot (write international names as punycode) or an IP
/// literal, and is compared in lower case (RFC 3986 section 6.2.2.1). A trailing slash says
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl BaseUrl {
    /// Reads a base URL.
    ///
    /// # Errors
    ///
    /// `Config`, with the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        // Neither a fragment nor white space survives in a `Uri`, so they are looked for here.
        if let Some(bad) = text
            .chars()
            .find(|c| *c == '#' || *c == '\\' || !c.is_ascii_graphic())
        {
            return Err(refused(format!("the URL may not contain {bad:?}")));
        }
        let uri: Uri = text
            .parse()
            .map_err(|_| refused("this is not a URL".to_owned()))?;
        let target = Target::try_from(&uri)?;
        if uri.query().is_some() {
            return Err(refused("a base URL has no query".to_owned()));
        }
        if !target.is_confidential() {
            return Err(refused(format!("a secret may not be sent to {target}")));
        }
        if climbs(target.path) {
            return Err(refused("the path of a base URL may not climb".to_owned()));
        }
        Ok(Self {
            secure: target.is_https(),
            host: target.host.to_ascii_lowercase(),
            port: target.port,
            path: target.path.trim_end_matches('/').to_owned(),
        })
    }

    /// The URL of something under this base.
    ///
    /// # Errors
    ///
    /// `Config` for a path that does not start with a slash, or leads out of this base.
    pub fn join(&self, path: &str) -> Result<Uri, AuthError> {
        let url: Option<Uri> = format!("{self}{path}").parse().ok();
        url.filter(|url| {
            let under = Target::try_from(url).is_ok_and(|target| self.covers(target));
            under && path.starts_with('/') && !climbs(url.path())
        })
        .ok_or_else(|| refused(format!("{path:?} is not a path under {self}")))
    }

    fn covers(&self, target: Target<'_>) -> bool {
        let same_origin = (self.secure == target.is_https())
            && self.host.eq_ignore_ascii_case(target.host)
            && self.port == target.port
            && target.is_confidential();
        let under = match target.path.strip_prefix(self.path.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || self.path.is_empty(),
            None => false,
        };
        same_origin && under && (self.path.is_empty() || !climbs(target.path))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.secure {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != usual {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

/// Where a request is going, as far as a credential cares: borrowed from its [`Uri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target<'a> {
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The host as written; an IPv6 literal in brackets.
    pub host: &'a str,
    /// The port, 443 or 80 if none is written.
    pub port: u16,
    /// The path as written, still percent-encoded.
    pub path: &'a str,
}

impl Target<'_> {
    /// Whether a secret may be sent there at all: `https`, or `http` to a loopback literal.
    pub fn is_confidential(&self) -> bool {
        self.is_https() || host::is_loopback(self.host)
    }

    /// Whether the host is an IP literal in 127.0.0.0/8, or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        host::is_loopback(self.host)
    }

    fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }
}

impl<'a> TryFrom<&'a Uri> for Target<'a> {
    type Error = AuthError;

    /// # Errors
    ///
    /// `Config` for anything but an absolute `http` or `https` URL without user info, to a host
    /// that every URL parser reads alike.
    fn try_from(uri: &'a Uri) -> Result<Self, AuthError> {
        let scheme = uri.scheme_str().unwrap_or_default();
        let usual = match scheme.to_ascii_lowercase().as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(refused("the URL must start with https://".to_owned())),
        };
        let authority = uri.authority().map_or("", http::uri::Authority::as_str);
        if authority.contains('@') {
            return Err(refused(
                "the URL may not contain a user name or password".to_owned(),
            ));
        }
        let host = uri.host().unwrap_or_default();
        if !host::is_plain(host) {
            let what = "the host of the URL is not a plain name or IP address";
            return Err(refused(what.to_owned()));
        }
        let written = authority.strip_prefix(host).unwrap_or_default();
        let port = match written.strip_prefix(':') {
            None => usual,
            Some(port) => port
                .parse()
                .ok()
                .filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()))
                .filter(|port| *port != 0)
                .ok_or_else(|| refused("the port of the URL is not one".to_owned()))?,
        };
        Ok(Self {
            scheme,
            host,
            port,
            path: uri.path(),
        })
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

fn refused(what: String) -> AuthError {
    AuthError::config(what).with_hint(
        "give an https:// URL without user name, query and fragment; http:// is for 127.0.0.1 only",
    )
}

/// Whether a segment is `.` or `..`, however often its dots and separators are encoded, and
/// whatever parameters follow it: servers differ in when they look.
fn climbs(path: &str) -> bool {
    let mut plain = path.to_ascii_lowercase().replace('\\', "/");
    let mut depth: u32 = 0;
    loop {
        let codes = [
            ("%25", "%"),
            ("%2e", "."),
            ("%2f", "/"),
            ("%5c", "/"),
            ("%3b", ";"),
        ];
        let decoded = codes
            .into_iter()
            .fold(plain.clone(), |path, (code, meant)| {
                path.replace(code, meant)
            });
        if decoded == plain {
            break;
        }
        plain = decoded;
        depth = depth.saturating_add(1);
        if depth > DEEPEST {
            return true;
        }
    }
    plain.split('/').any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        name == "." || name == ".."
    })
}

/// How often a path is decoded; nobody encodes more often in good faith.
const DEEPEST: u32 = 8;

#[cfg(test)]
mod tests;
