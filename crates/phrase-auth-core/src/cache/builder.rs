use std::fmt;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;

use super::entry::{Entry, Freshness};
use super::holding::Holding;
use super::shelf::Shelf;
use super::state::State;
use super::{Shared, TokenCache, takes};
use crate::audience::Audience;
use crate::policy::CachePolicy;
use crate::runtime::{Runtime, default_runtime};
use crate::session::Session;
use crate::source::{Token, TokenSource};
use crate::store::{StoreKey, TokenStore};

/// Options of a [`TokenCache`].
#[must_use = "a builder does nothing until it builds"]
pub struct TokenCacheBuilder {
    source: Box<dyn TokenSource>,
    audience: Audience,
    runtime: Option<Arc<dyn Runtime>>,
    policy: CachePolicy,
    token: Option<Token>,
    session: Option<Session>,
    shelf: Option<Shelf>,
}

impl TokenCacheBuilder {
    pub(super) fn new(source: Box<dyn TokenSource>, audience: Audience) -> Self {
        Self {
            source,
            audience,
            runtime: None,
            policy: CachePolicy::default(),
            token: None,
            session: None,
            shelf: None,
        }
    }

    /// Clocks, timers and tasks. Without one: Tokio, or, if the feature `tokio` is off, none, and
    /// every fetch fails with `Config`.
    pub fn runtime(self, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime: Some(runtime),
            ..self
        }
    }

    /// Other numbers than the usual ones.
    pub fn policy(self, policy: CachePolicy) -> Self {
        Self { policy, ..self }
    }

    /// A token to begin with. Its life is counted from [`build`](Self::build).
    pub fn token(self, token: Token) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// A session to begin with, from a login elsewhere. Its life is counted from when its token was
    /// asked for. Goes before a [`token`](Self::token); with a [`store`](Self::store), what is there
    /// goes before it at the first fetch, which saves it where nothing is. One of another key than the
    /// store's, or for APIs outside of the audience, is not used.
    pub fn session(self, session: Session) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    /// Where the session is kept, shared with whoever else uses the same key there. While the store
    /// cannot be locked or read, nothing is fetched, and the error is of the kind `Store` or `Timeout`.
    pub fn store(self, store: Arc<dyn TokenStore>, key: StoreKey) -> Self {
        Self {
            shelf: Some(Shelf { store, key }),
            ..self
        }
    }

    /// The cache. Nothing is fetched yet.
    pub fn build(self) -> TokenCache {
        let runtime = self.runtime.unwrap_or_else(default_runtime);
        let now = runtime.now();
        let (shelf, audience) = (self.shelf, self.audience);
        let ours = |session: &Session| takes(shelf.as_ref(), &audience, session);
        let session = self.session.filter(ours).map(Arc::new);
        let first = match (session, self.token.map(Arc::new)) {
            (Some(session), _) => Entry::of(&session, &now, &self.policy)
                .ok()
                .map(|entry| (Holding::begun(session), entry)),
            (None, Some(token)) => Entry::new(&token, now, &self.policy)
                .ok()
                .map(|entry| (Holding::of(token), entry)),
            (None, None) => None,
        };
        let mut state = State::default();
        if shelf.is_some() {
            state = state.shared();
        }
        let current = ArcSwapOption::empty();
        // A token has been checked when it was made, so that its header can be.
        if let Some((mut holding, entry)) = first {
            holding.unsaved &= shelf.is_some();
            state.begin(holding, &entry);
            if entry.freshness(&now) != Freshness::Dead {
                current.store(Some(Arc::new(entry)));
            }
        }
        TokenCache(Arc::new(Shared {
            source: self.source,
            audience,
            runtime,
            policy: self.policy,
            shelf,
            current,
            state: Mutex::new(state),
        }))
    }
}

impl fmt::Debug for TokenCacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCacheBuilder")
            .field("source", &self.source)
            .field("audience", &self.audience)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
