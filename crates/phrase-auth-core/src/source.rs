use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{AuthError, ErrorKind};
use crate::header::{HeaderStyle, check_token};
use crate::secret::{Secret, SecretId};

/// Where tokens come from: what a scheme implements, and a [`TokenCache`](crate::TokenCache) asks.
///
/// A source keeps no token and no time. It is asked by one caller at a time, from a task of its
/// own; what it panics with is contained there.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches one new token, within `ask.deadline`.
    ///
    /// Stateless: whatever must be known of the last token (its refresh token, its user) is in
    /// `ask.previous`. Must not block its thread: a fetch that does cannot be cut off at the
    /// deadline, and another is started beside it when it is overdue.
    ///
    /// # Errors
    ///
    /// The kind decides what the cache does next: see [`ErrorKind`]. A `Config` or `Store` error
    /// without a [status](AuthError::status) counts as found before anything was sent. Where the kind
    /// does not tell enough, the source [says](AuthError::with_verdict) on which secret an error is
    /// the last word, or that it was [handed on](AuthError::handed_on).
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError>;

    /// Fingerprint of what the next fetch would send; no network. A change opens a latched
    /// verdict; while one stands, this is asked for each caller.
    async fn secret_id(&self) -> Option<SecretId> {
        None
    }

    /// Told at each logout: forgets what the source itself keeps. Gives back a token that it has not
    /// handed out yet, to be ended too; what a fetch under way brings after this is to be kept nowhere.
    fn forget(&self) -> Option<Token> {
        None
    }

    /// Ends a token at the server, where the server offers that.
    ///
    /// # Errors
    ///
    /// If the server could not be told. The cache has forgotten the token by then.
    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        let _ = token;
        Ok(Revocation::NotOffered)
    }
}

/// What a source is told when a token is wanted.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ask<'a> {
    /// Why a token is wanted.
    pub why: FetchReason,
    /// The last token, also if it is over or was refused.
    pub previous: Option<&'a Token>,
    /// How long the fetch may take, everything included.
    pub deadline: Duration,
}

impl<'a> Ask<'a> {
    /// For those who drive a source by hand.
    pub fn new(why: FetchReason, previous: Option<&'a Token>, deadline: Duration) -> Self {
        Self {
            why,
            previous,
            deadline,
        }
    }
}

/// Why a token is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchReason {
    /// There is none yet.
    Cold,
    /// The current one still works, but not for long.
    Early,
    /// The current one is over.
    Expired,
    /// A server refused the current one.
    Rejected,
    /// The caller wants a newer one than it has.
    Forced,
}

/// What became of a token at the server when it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revocation {
    /// The server has ended it.
    Revoked,
    /// The server has no way to end it: it lives until it expires.
    NotOffered,
    /// There was no token.
    NothingHeld,
}

/// A token as a source gives it: a secret, how it is put on a request, and how long it lives.
#[derive(Clone)]
pub struct Token {
    secret: Secret,
    style: HeaderStyle,
    lifetime: Duration,
    refresh: Option<Secret>,
    subject: Option<String>,
    scope: Option<String>,
}

impl Token {
    /// A token that lives for `lifetime` from the moment its request was sent: a span, never an
    /// instant, because no server's clock is trusted. One that is over when it arrives, as with a
    /// life of zero, is handed to those who wait for it and not kept; the next is fetched after a
    /// window, as after a passing fault.
    ///
    /// # Errors
    ///
    /// `Protocol` if the secret is not 1 byte to 64 KiB of visible ASCII.
    pub fn new(
        secret: impl Into<Secret>,
        style: HeaderStyle,
        lifetime: Duration,
    ) -> Result<Self, AuthError> {
        let secret = secret.into();
        check_token(&secret, ErrorKind::Protocol, "the access token")?;
        Ok(Self {
            secret,
            style,
            lifetime,
            refresh: None,
            subject: None,
            scope: None,
        })
    }

    /// The same token with a refresh token.
    ///
    /// # Errors
    ///
    /// `Protocol` if it is not 1 byte to 64 KiB of visible ASCII.
    pub fn with_refresh(self, refresh: impl Into<Secret>) -> Result<Self, AuthError> {
        let refresh = refresh.into();
        check_token(&refresh, ErrorKind::Protocol, "the refresh token")?;
        Ok(Self {
            refresh: Some(refresh),
            ..self
        })
    }

    /// The same token with the name of whom it speaks for.
    #[must_use]
    pub fn with_subject(self, subject: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            ..self
        }
    }

    /// The same token with what it may do: words between single spaces (RFC 6749 section 3.3).
    #[must_use]
    pub fn with_scope(self, scope: impl Into<String>) -> Self {
        Self {
            scope: Some(scope.into()),
            ..self
        }
    }

    /// The access token.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// How it is put on a request.
    pub fn style(&self) -> &HeaderStyle {
        &self.style
    }

    /// How long it lives, from when its request was sent.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The same token with another life, still counted from when its request was sent.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// What renews it, if the server gave anything.
    pub fn refresh(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// Whom it speaks for, as the server says.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What it may do, if that is known.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("secret", &self.secret)
            .field("style", &self.style)
            .field("lifetime", &self.lifetime)
            .field("refresh", &self.refresh)
            .field("subject", &self.subject)
            .field("scope", &self.scope)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_token() {
        let token = Token::new("canary-a", HeaderStyle::bearer(), Duration::from_secs(1))
            .and_then(|token| token.with_refresh("canary-r"))
            .unwrap();
        let ask = Ask::new(FetchReason::Cold, Some(&token), Duration::ZERO);
        let shown = format!("{token:?} {ask:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn neither_token_may_carry_what_a_header_may_not() {
        let token = |secret: &str| Token::new(secret, HeaderStyle::bearer(), Duration::ZERO);
        assert_eq!(token("a\r\nb").unwrap_err().kind(), ErrorKind::Protocol);
        let refresh = token("a").unwrap().with_refresh("b c");
        assert_eq!(refresh.unwrap_err().kind(), ErrorKind::Protocol);
    }
}
