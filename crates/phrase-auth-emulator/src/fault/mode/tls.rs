//! Handshakes that a client has to break off (RFC 6750, 5.3; bar 2), and some that the server does.

use super::{Effect, Mode};
use crate::tls::Flaw;

pub(super) const MODES: &[Mode] = &[
    flawed(
        "tls-expired",
        "a certificate that was good until 2020",
        Flaw::Expired,
    ),
    flawed(
        "tls-not-yet-valid",
        "a certificate that is good from 2999 on",
        Flaw::NotYetValid,
    ),
    flawed(
        "tls-other-host",
        "a certificate of another host",
        Flaw::OtherHost,
    ),
    flawed(
        "tls-unknown-ca",
        "a certificate of a CA that nobody knows",
        Flaw::UnknownCa,
    ),
    flawed(
        "tls-same-name-ca",
        "a certificate of a CA that bears the name of the known one",
        Flaw::SameNameCa,
    ),
    flawed("tls-plain", "HTTP in the place of TLS", Flaw::Plain),
    flawed(
        "tls-close",
        "the end of the connection in the handshake",
        Flaw::Close,
    ),
];

const fn flawed(name: &'static str, what: &'static str, flaw: Flaw) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Tls(flaw),
    }
}
