use std::sync::Arc;

use async_trait::async_trait;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, ErrorKind, HeaderFuture, Need, Session, Target,
    TokenCache, TokenCacheBuilder, TokenStore,
};

use crate::client::OAuth2Client;
use crate::refresh::Refresh;
use crate::scope;

/// An [`Authenticator`] over a person's [`Session`]: hands out `Authorization: Bearer …`, and refreshes the
/// session when it is needed (RFC 6749 section 6, reference section 6).
///
/// One refresh is sent for each token that was issued, however many callers there are. Without a refresh
/// token, a session that is over, or that an API has refused, is
/// [`LoginRequired`](ErrorKind::LoginRequired), and stays so until another one is
/// [adopted](TokenCache::adopt) or found in the store.
///
/// Cloning is cheap, and clones share one session. Two authenticators that are made apart share one only
/// through a store: without it, one of two that refresh the same session loses it.
#[derive(Clone, Debug)]
pub struct OAuth2Auth {
    cache: TokenCache,
    client: OAuth2Client,
}

impl OAuth2Auth {
    /// What a session's [`StoreKey`](phrase_auth_core::StoreKey) calls this scheme.
    pub const SCHEME: &'static str = "oauth2";

    /// Over a session that lives in memory alone. Nothing is sent yet. After a refresh the old refresh token
    /// may be dead: a program that keeps the session itself takes it from
    /// [`cache().session()`](TokenCache::session), and [settles](TokenCache::settled) before it ends.
    ///
    /// # Errors
    ///
    /// `Config` for a session that was made for another client, data centre or scope.
    pub fn new(client: OAuth2Client, session: Session) -> Result<Self, AuthError> {
        let own = client.key(session.key().user())?;
        if own != *session.key() {
            let what = "the session was made for another client, data centre or scope";
            let hint =
                "log in again with this client, or use the one that the session was made for";
            return Err(AuthError::new(ErrorKind::Config, what).with_hint(hint));
        }
        Ok(Self::over(client, |cache| cache.session(session)))
    }

    /// Over the session that a store has for `user`, the application's own name for the person, which may be
    /// empty. Nothing is asked yet, not even the store: so a web server may make one for each request. All
    /// who share the store share each refresh.
    ///
    /// A login goes in by `cache().adopt(session)`.
    ///
    /// # Errors
    ///
    /// `Config` for a user name with control characters.
    pub fn from_store(
        client: OAuth2Client,
        store: Arc<dyn TokenStore>,
        user: &str,
    ) -> Result<Self, AuthError> {
        let key = client.key(user)?;
        Ok(Self::over(client, |cache| cache.store(store, key)))
    }

    fn over(
        client: OAuth2Client,
        with: impl FnOnce(TokenCacheBuilder) -> TokenCacheBuilder,
    ) -> Self {
        let source = Refresh {
            client: client.clone(),
        };
        let cache = TokenCache::builder(source, client.audience())
            .runtime(client.runtime())
            .policy(client.0.policy.clone());
        Self {
            cache: with(cache).build(),
            client,
        }
    }

    /// The cache inside: to [`adopt`](TokenCache::adopt) the session of a new login, to look at the
    /// [`session`](TokenCache::session), to [`settle`](TokenCache::settled) before the program ends, and
    /// for [`logout`](TokenCache::logout), which forgets the session here and in the store; Phrase offers no
    /// way to end it at the server.
    pub fn cache(&self) -> &TokenCache {
        &self.cache
    }

    /// The scope that the server has granted last, if any was asked for or named: words between single
    /// spaces.
    pub fn scope(&self) -> Option<String> {
        Some(self.cache.session()?.token().scope()?.to_owned())
    }

    /// What was asked for and is not granted, or not any more: a server may narrow the scope at the login
    /// and at each refresh (RFC 6749 sections 3.3 and 6).
    pub fn missing_scope(&self) -> Vec<String> {
        let wanted = self.client.0.scope.iter().map(String::as_str);
        match self.scope() {
            Some(granted) => scope::missing(wanted, &granted),
            // Nobody has said.
            None => Vec::new(),
        }
    }
}

#[async_trait]
impl Authenticator for OAuth2Auth {
    #[inline]
    fn peek(&self) -> Option<AuthHeader> {
        self.cache.peek()
    }

    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError> {
        self.cache.obtain(need).await
    }

    fn reject(&self, refused: &AuthHeader) -> bool {
        self.cache.reject(refused)
    }

    fn covers(&self, target: Target<'_>) -> bool {
        self.cache.covers(target)
    }

    #[inline]
    fn header(&self) -> HeaderFuture<'_> {
        self.cache.header()
    }
}
