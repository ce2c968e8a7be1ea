use std::net::Ipv4Addr;

use http::header::HOST;
use http::{HeaderMap, Uri};

/// Whether a request was meant for this server, and not sent here by a web page whose name was made to point at
/// loopback (DNS rebinding, bar 43): one `Host`, a loopback literal or `localhost`, with our port. A target in
/// absolute form names its host too (RFC 9112, 3.2.2), and is held to the same.
pub(crate) fn is_ours(uri: &Uri, headers: &HeaderMap, here: Here) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    host.to_str().is_ok_and(|host| here.is(host))
        && uri
            .authority()
            .is_none_or(|authority| here.is(authority.as_str()))
}

/// Where this server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Here {
    pub(crate) port: u16,
    pub(crate) tls: bool,
}

impl Here {
    pub(crate) fn scheme(self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Without a slash at the end.
    pub(crate) fn origin(self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme(), self.port)
    }

    /// Whether an authority is that of this server.
    pub(crate) fn is(self, authority: &str) -> bool {
        let (host, stated) = match authority.rsplit_once(':') {
            Some((host, stated)) => (host, stated.parse().ok()),
            None => (authority, Some(self.usual_port())),
        };
        stated == Some(self.port)
            && (host.eq_ignore_ascii_case("localhost")
                || host == "[::1]"
                || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
    }

    /// What an authority without a port means (RFC 9110, 4.2.1 and 4.2.2).
    fn usual_port(self) -> u16 {
        if self.tls { 443 } else { 80 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_our_port_are_ours() {
        let at = |port, tls| Here { port, tls };
        let names_us = |authority: &str, port| at(port, false).is(authority);
        for ours in [
            "127.0.0.1:8080",
            "127.1.2.3:8080",
            "localhost:8080",
            "LOCALHOST:8080",
            "[::1]:8080",
        ] {
            assert!(names_us(ours, 8080), "{ours}");
        }
        assert!(names_us("127.0.0.1", 80) && names_us("localhost", 80));
        assert!(at(443, true).is("localhost") && !at(80, true).is("localhost"));
        assert!(!names_us("evil.example", 80));
        for foreign in [
            "",
            ":8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:",
            "evil.example:8080",
            "127.0.0.1.evil.example:8080",
            "localhost.evil.example:8080",
            "localhost.:8080",
            "user@127.0.0.1:8080",
            "0.0.0.0:8080",
            "10.0.0.1:8080",
            "127.1:8080",
            "[::]:8080",
        ] {
            assert!(!names_us(foreign, 8080), "{foreign}");
        }
    }
}
