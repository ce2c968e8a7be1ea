//! Ways that lead elsewhere (RFC 9110, 15.4). Wherever they lead, it is this machine, or a name that nobody can have.

use http::HeaderValue;
use http::header::LOCATION;

use super::super::incident::{Incident, status};
use super::{Mode, Spoiled, instead};

pub(super) const MODES: &[Mode] = &[
    instead("redirect-300", "300 with a choice of one", |incident| {
        here(incident, 300)
    }),
    instead(
        "redirect-301",
        "301 to another path of this server",
        |incident| here(incident, 301),
    ),
    instead(
        "redirect-302",
        "302 to another path of this server",
        |incident| here(incident, 302),
    ),
    instead(
        "redirect-303",
        "303 to another path of this server",
        |incident| here(incident, 303),
    ),
    instead(
        "redirect-307",
        "307 to another path of this server",
        |incident| here(incident, 307),
    ),
    instead(
        "redirect-308",
        "308 to another path of this server",
        |incident| here(incident, 308),
    ),
    instead("redirect-loop", "307 to where it came from", |incident| {
        to(307, &format!("{}{}", incident.origin, incident.call.path))
    }),
    instead(
        "redirect-relative",
        "307 to a path without a host",
        |incident| to(307, &incident.call.path),
    ),
    instead("redirect-other-host", "307 to another host", |_| {
        to(307, "https://elsewhere.invalid/oauth/token")
    }),
    instead(
        "redirect-other-port",
        "307 to another port of this machine",
        |_| to(307, "http://127.0.0.1:9/oauth/token"),
    ),
    instead(
        "redirect-plain",
        "307 to the same path without TLS",
        |incident| {
            let plain = incident.origin.replacen("https:", "http:", 1);
            to(307, &format!("{plain}{}", incident.call.path))
        },
    ),
    instead(
        "redirect-host-only",
        "307 to another host, written without a scheme",
        |_| to(307, "//elsewhere.invalid/x"),
    ),
    instead("redirect-user", "307 to a URL with a user in it", |_| {
        to(307, "https://user:pass@elsewhere.invalid/")
    }),
    instead("redirect-script", "302 to a script", |_| {
        to(302, "javascript:alert(1)")
    }),
    instead("redirect-file", "302 to a file", |_| {
        to(302, "file:///etc/hosts")
    }),
    instead(
        "redirect-login",
        "302 to a page where a person logs in",
        |incident| to(302, &format!("{}/login?continue=%2F", incident.origin)),
    ),
    instead("redirect-nowhere", "302 without a Location", |_| {
        status(302).into()
    }),
    instead(
        "redirect-echo",
        "307 to another host, with what was sent in the query",
        |incident| {
            let sent: String = form_urlencoded::byte_serialize(&incident.call.body).collect();
            to(307, &format!("https://elsewhere.invalid/?sent={sent}"))
        },
    ),
];

fn here(incident: &Incident<'_>, code: u16) -> Spoiled {
    to(code, &format!("{}/moved", incident.origin))
}

fn to(code: u16, location: &str) -> Spoiled {
    let mut reply = status(code);
    if let Ok(location) = HeaderValue::from_str(location) {
        reply.headers.insert(LOCATION, location);
    }
    reply.into()
}
