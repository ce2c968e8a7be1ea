use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::EmulatorError;

/// A strict rule of the emulator that can be switched off by name, with
/// [`EmulatorBuilder::leniency`](crate::EmulatorBuilder::leniency). By default every rule holds.
///
/// What it lets pass is taken as if it were right; everything else stays as strict as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Leniency {
    /// A code that was asked for with a challenge is redeemed without `code_verifier`: a server that knows no PKCE. A
    /// verifier that comes all the same has to fit.
    AcceptMissingVerifier,
    /// The authorize endpoint takes `code_challenge_method=plain`, and a challenge without a method, which means the
    /// same (RFC 7636, 4.3).
    AcceptPlainChallenge,
    /// Any redirect URI is taken as registered, if one could be: `https`, or `http` to loopback.
    AcceptUnregisteredRedirectUri,
    /// The token endpoint of OAuth redeems a code without `redirect_uri`. One that comes all the same has to fit.
    AcceptMissingRedirectUri,
    /// A code may be redeemed more than once, as long as it lives.
    AcceptReusedCode,
    /// Basic of any confidential client is taken in both spellings: form-encoded (RFC 6749, 2.3.1) and as it comes.
    AcceptEitherBasic,
    /// The token exchange and the calls of TMS ignore fields and members that the documentation does not know, or says
    /// are not supported (reference 3.1).
    AcceptUnknownFields,
    /// The token exchange ignores an `Authorization` header, which the official MCP server sends for Connectors
    /// (reference 3.1).
    AcceptAuthorizationOnExchange,
    /// `logout` takes the token in the query as well, as the documentation has it (reference 5.1).
    AcceptTokenInQuery,
    /// Forms and JSON texts are read whatever `Content-Type` says.
    AcceptAnyContentType,
    /// Scheme words are compared without case (RFC 9110, 11.1).
    AcceptAnyCase,
    /// A protected API takes a JWT for any application.
    AcceptAnyApplication,
    /// Strings takes requests without a `User-Agent`.
    AcceptMissingUserAgent,
}

impl Leniency {
    /// Every leniency.
    pub const ALL: &'static [Self] = &[
        Self::AcceptMissingVerifier,
        Self::AcceptPlainChallenge,
        Self::AcceptUnregisteredRedirectUri,
        Self::AcceptMissingRedirectUri,
        Self::AcceptReusedCode,
        Self::AcceptEitherBasic,
        Self::AcceptUnknownFields,
        Self::AcceptAuthorizationOnExchange,
        Self::AcceptTokenInQuery,
        Self::AcceptAnyContentType,
        Self::AcceptAnyCase,
        Self::AcceptAnyApplication,
        Self::AcceptMissingUserAgent,
    ];

    /// The name in a seed file: `accept-missing-verifier`, ….
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AcceptMissingVerifier => "accept-missing-verifier",
            Self::AcceptPlainChallenge => "accept-plain-challenge",
            Self::AcceptUnregisteredRedirectUri => "accept-unregistered-redirect-uri",
            Self::AcceptMissingRedirectUri => "accept-missing-redirect-uri",
            Self::AcceptReusedCode => "accept-reused-code",
            Self::AcceptEitherBasic => "accept-either-basic",
            Self::AcceptUnknownFields => "accept-unknown-fields",
            Self::AcceptAuthorizationOnExchange => "accept-authorization-on-exchange",
            Self::AcceptTokenInQuery => "accept-token-in-query",
            Self::AcceptAnyContentType => "accept-any-content-type",
            Self::AcceptAnyCase => "accept-any-case",
            Self::AcceptAnyApplication => "accept-any-application",
            Self::AcceptMissingUserAgent => "accept-missing-user-agent",
        }
    }
}

impl fmt::Display for Leniency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Leniency {
    type Err = EmulatorError;

    /// By its name.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|leniency| leniency.name() == name)
            .ok_or(EmulatorError::UnknownLeniency)
    }
}

/// The rules that are off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leniencies(BTreeSet<Leniency>);

impl Leniencies {
    pub(crate) fn add(&mut self, leniency: Leniency) {
        self.0.insert(leniency);
    }

    pub(crate) fn has(&self, leniency: Leniency) -> bool {
        self.0.contains(&leniency)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Leniency> {
        self.0.iter().copied()
    }
}
