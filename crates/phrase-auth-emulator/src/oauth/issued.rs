use std::fmt;
use std::time::Duration;

use super::tokens::Issued;

/// Tokens that [`Emulator::issue_oauth`](crate::Emulator::issue_oauth) made, as the token endpoint would give them.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedTokens {
    /// What goes into `Authorization: Bearer`.
    pub access_token: String,
    /// `None` for a client that gets none.
    pub refresh_token: Option<String>,
    /// How long the access token lives by the emulator's clock.
    pub lifetime: Duration,
}

impl From<Issued> for IssuedTokens {
    fn from(issued: Issued) -> Self {
        Self {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token,
            lifetime: issued.lifetime,
        }
    }
}

impl fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens")
            .field("has_refresh_token", &self.refresh_token.is_some())
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
