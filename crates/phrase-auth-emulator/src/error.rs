use std::{error, fmt, io};

use crate::Leniency;

/// Why an emulator did not start, or did not take what it was given. Of one that did not start nothing is left running
/// and no port is held; one that runs stays as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum EmulatorError {
    /// Somebody else listens on the port that was asked for: choose another, or 0 for any free one.
    PortTaken {
        /// The port that was asked for.
        port: u16,
    },
    /// The port could not be opened for another reason, such as a missing right.
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// An API token cannot be used; the text says why, without the token.
    ApiToken {
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// A TMS user cannot be used; the text says why, without name and password.
    TmsUser {
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// An OAuth client cannot be used; the text says why, without id and secret.
    OAuthClient {
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// A router was asked for without a port, or with TLS: a server of one's own has both.
    Router,
    /// No leniency has this name; [`Leniency::ALL`](crate::Leniency::ALL) has them all.
    UnknownLeniency,
    /// Nothing in the emulator has the name that was given; the text says what should have, without the name.
    UnknownName {
        /// What should have it.
        what: &'static str,
    },
    /// A token could not be drawn or signed: the machine has no randomness left.
    NoToken,
    /// The snapshot was taken of another emulator, and would not be true of this one.
    OtherSnapshot,
    /// The server's thread, its runtime or its signing key is not to be had: the machine is out of something.
    Start {
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for EmulatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortTaken { port } => write!(f, "port {port} of 127.0.0.1 is taken"),
            Self::Port { port, .. } => write!(f, "port {port} of 127.0.0.1 cannot be opened"),
            Self::ApiToken { flaw } => write!(f, "the API token {flaw}"),
            Self::TmsUser { flaw } => write!(f, "the TMS user {flaw}"),
            Self::OAuthClient { flaw } => write!(f, "the OAuth client {flaw}"),
            Self::Router => f.write_str(
                "a router needs the port of its server, and no TLS: say `.port(…)`, and leave `.tls()` out",
            ),
            Self::UnknownLeniency => {
                let names: Vec<&str> = Leniency::ALL.iter().map(|it| it.name()).collect();
                write!(f, "no such leniency; there are {}", names.join(", "))
            }
            Self::UnknownName { what } => write!(f, "no {what}"),
            Self::NoToken => f.write_str("the emulator could not draw or sign a token"),
            Self::OtherSnapshot => f.write_str("the snapshot was taken of another emulator"),
            Self::Start { .. } => f.write_str("the emulator's server cannot be started"),
        }
    }
}

impl error::Error for EmulatorError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Port { source, .. } | Self::Start { source } => Some(source),
            Self::PortTaken { .. }
            | Self::ApiToken { .. }
            | Self::TmsUser { .. }
            | Self::OAuthClient { .. }
            | Self::Router
            | Self::UnknownLeniency
            | Self::UnknownName { .. }
            | Self::NoToken
            | Self::OtherSnapshot => None,
        }
    }
}
