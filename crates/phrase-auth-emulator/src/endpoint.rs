use std::str::FromStr;
use std::{error, fmt};

use crate::Application;

/// A door of the emulator, as the request log counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /idm/oauth/token`: a platform API token goes in, a JWT comes out (reference 3).
    TokenExchange,
    /// `GET /web/api2/v1/auth/whoAmI` (reference 5.1).
    Tms,
    /// `POST /web/api2/v3/auth/login`: a user name and a password go in, a session token comes out (reference 5.1).
    Login,
    /// `POST /web/api2/v1/auth/login`: the same without a choice among several accounts (reference 5.1).
    LoginV1,
    /// `POST /web/api2/v3/auth/loginOther`: an administrator starts a session of another user (reference 5.1).
    LoginOther,
    /// `POST /web/api2/v1/auth/loginOther`: the same without a choice among several accounts (reference 5.1).
    LoginOtherV1,
    /// `POST /web/api2/v1/auth/logout`: ends the session of the header (reference 5.1).
    Logout,
    /// `GET /web/oauth/authorize`: shows the login page (reference 6.1; RFC 6749, 3.1).
    Authorize,
    /// `POST /web/oauth/authorize/login`: where the login page goes; the path is our assumption.
    AuthorizeLogin,
    /// `POST /web/oauth/authorize/consent`: where the consent page goes; the path is our assumption.
    AuthorizeConsent,
    /// `POST /web/oauth/token`: a code or a refresh token goes in, an access token comes out (reference 6.1;
    /// RFC 6749, 3.2).
    OAuthToken,
    /// `GET /v2/user` (reference 10.3).
    Strings,
    /// `GET /orchestrator/api/v1/workflows`; the path below the base is our assumption.
    Orchestrator,
    /// `GET /connectors/v1/connectors`; the path below the base is our assumption.
    Connectors,
    /// `GET /studio/v1/projects`; the path below the base is our assumption.
    Studio,
    /// Any other path; answered 404.
    Unknown,
}

impl Endpoint {
    /// Every endpoint that has a path.
    pub const ALL: &'static [Self] = &[
        Self::TokenExchange,
        Self::Tms,
        Self::Login,
        Self::LoginV1,
        Self::LoginOther,
        Self::LoginOtherV1,
        Self::Logout,
        Self::Authorize,
        Self::AuthorizeLogin,
        Self::AuthorizeConsent,
        Self::OAuthToken,
        Self::Strings,
        Self::Orchestrator,
        Self::Connectors,
        Self::Studio,
    ];

    /// The path below [`Emulator::url`](crate::Emulator::url); `None` for [`Endpoint::Unknown`].
    #[must_use]
    pub fn path(self) -> Option<&'static str> {
        match self {
            Self::TokenExchange => Some("/idm/oauth/token"),
            Self::Tms => Some("/web/api2/v1/auth/whoAmI"),
            Self::Login => Some("/web/api2/v3/auth/login"),
            Self::LoginV1 => Some("/web/api2/v1/auth/login"),
            Self::LoginOther => Some("/web/api2/v3/auth/loginOther"),
            Self::LoginOtherV1 => Some("/web/api2/v1/auth/loginOther"),
            Self::Logout => Some("/web/api2/v1/auth/logout"),
            Self::Authorize => Some("/web/oauth/authorize"),
            Self::AuthorizeLogin => Some("/web/oauth/authorize/login"),
            Self::AuthorizeConsent => Some("/web/oauth/authorize/consent"),
            Self::OAuthToken => Some("/web/oauth/token"),
            Self::Strings => Some("/v2/user"),
            Self::Orchestrator => Some("/orchestrator/api/v1/workflows"),
            Self::Connectors => Some("/connectors/v1/connectors"),
            Self::Studio => Some("/studio/v1/projects"),
            Self::Unknown => None,
        }
    }

    /// The name in fault rules, filters and messages: `token-exchange`, ….
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenExchange => "token-exchange",
            Self::Tms => "tms",
            Self::Login => "login",
            Self::LoginV1 => "login-v1",
            Self::LoginOther => "login-other",
            Self::LoginOtherV1 => "login-other-v1",
            Self::Logout => "logout",
            Self::Authorize => "authorize",
            Self::AuthorizeLogin => "authorize-login",
            Self::AuthorizeConsent => "authorize-consent",
            Self::OAuthToken => "oauth-token",
            Self::Strings => "strings",
            Self::Orchestrator => "orchestrator",
            Self::Connectors => "connectors",
            Self::Studio => "studio",
            Self::Unknown => "unknown",
        }
    }

    /// The endpoint that proves a header of this application to work.
    #[must_use]
    pub fn protected(application: Application) -> Self {
        match application {
            Application::Tms => Self::Tms,
            Application::Strings => Self::Strings,
            Application::Orchestrator => Self::Orchestrator,
            Application::Connectors => Self::Connectors,
            Application::Studio => Self::Studio,
        }
    }

    /// Whether it hands out tokens: what the latency of the builder is for.
    pub(crate) fn grants(self) -> bool {
        matches!(
            self,
            Self::TokenExchange
                | Self::Login
                | Self::LoginV1
                | Self::LoginOther
                | Self::LoginOtherV1
                | Self::OAuthToken
        )
    }

    /// Whether it proves a header to work.
    pub(crate) fn is_protected(self) -> bool {
        Application::ALL
            .iter()
            .any(|application| Self::protected(*application) == self)
    }

    /// Paths are compared byte for byte: a doubled or a trailing slash is another path.
    pub(crate) fn at(path: &str) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|endpoint| endpoint.path() == Some(path))
            .unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Endpoint {
    type Err = UnknownEndpoint;

    /// By its name.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied().chain([Self::Unknown]);
        all.find(|endpoint| endpoint.name() == name)
            .ok_or(UnknownEndpoint)
    }
}

/// No endpoint has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownEndpoint;

impl fmt::Display for UnknownEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Endpoint::ALL.iter().map(|it| it.name()).collect();
        write!(
            f,
            "no such endpoint; there are {}, unknown",
            names.join(", ")
        )
    }
}

impl error::Error for UnknownEndpoint {}
