use phrase_auth_emulator::Endpoint;

/// Which scheme is shown, and so what is counted at the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::command::demo) enum Act {
    /// Of a Platform API token for a JWT.
    #[default]
    Exchanges,
    /// With a TMS user name and password.
    Logins,
    /// With OAuth 2.0: a code for a session, and its refreshes.
    Grants,
}

impl Act {
    pub(super) fn endpoint(self) -> Endpoint {
        match self {
            Self::Exchanges => Endpoint::TokenExchange,
            Self::Logins => Endpoint::Login,
            Self::Grants => Endpoint::OAuthToken,
        }
    }

    /// The head of the column that counts.
    pub(super) fn counted(self) -> &'static str {
        match self {
            Self::Exchanges => "exchanges",
            Self::Logins => "logins",
            Self::Grants => "grants",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Exchanges => "A Platform API token (phrase-auth-platform)",
            Self::Logins => "A TMS user name and password (phrase-auth-apitoken)",
            Self::Grants => "A person with a browser: OAuth 2.0 (phrase-auth-oauth2)",
        }
    }
}
