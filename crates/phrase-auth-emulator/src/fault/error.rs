use std::{error, fmt};

use crate::Endpoint;

/// Why a fault rule is not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultError {
    /// No fault has this name; [`FaultKind::all`](crate::FaultKind::all) has them all.
    Unknown,
    /// This fault changes a kind of answer that the endpoint does not give, or is one of the handshake, which comes
    /// before any endpoint.
    DoesNotFit {
        /// The name of the fault.
        fault: &'static str,
        /// Where it was to happen.
        endpoint: Endpoint,
    },
    /// A fault of the handshake, and this emulator speaks no TLS.
    NoTls {
        /// The name of the fault.
        fault: &'static str,
    },
    /// A fault of the handshake without `times`, by the admin door: its connections meet it too, and it could not be
    /// taken back.
    Lockout {
        /// The name of the fault.
        fault: &'static str,
    },
    /// A rule that can never happen, or a probability that is none.
    Probability,
    /// A rule for no times at all.
    Never,
    /// A header that is none, or that only the emulator can write, or on a fault without headers.
    Header,
    /// A body that is too long, or that the answer cannot have.
    Body,
    /// A thousand rules are in force.
    TooMany,
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str(
                "no fault has this name; `phrase-auth emulator faults`, and GET /faults/kinds of the admin door, list those \
                 that there are",
            ),
            Self::DoesNotFit { fault, endpoint } => {
                write!(f, "the fault {fault} cannot happen at {endpoint}")
            }
            Self::NoTls { fault } => write!(
                f,
                "the fault {fault} is one of the handshake, and this emulator speaks no TLS"
            ),
            Self::Lockout { fault } => write!(
                f,
                "the fault {fault} is one of the handshake, which the admin door needs as well: say `times`"
            ),
            Self::Probability => {
                f.write_str("probability is not a number above 0 and not above 1")
            }
            Self::Never => f.write_str("times is 0: the fault would never happen"),
            Self::Header => f.write_str(
                "headers are not of a kind that an answer of one's own may have; Content-Length and \
                 Transfer-Encoding are the emulator's",
            ),
            Self::Body => f.write_str(
                "body is longer than 16 MiB, or not of an answer of one's own that may have one",
            ),
            Self::TooMany => f.write_str("there are 1,000 fault rules already: clear some"),
        }
    }
}

impl error::Error for FaultError {}
