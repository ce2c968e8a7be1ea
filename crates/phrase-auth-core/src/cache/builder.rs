use std::fmt;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;

use super::entry::Entry;
use super::state::State;
use super::{Shared, TokenCache};
use crate::audience::Audience;
use crate::policy::CachePolicy;
use crate::runtime::{Runtime, default_runtime};
use crate::source::{Token, TokenSource};

/// Options of a [`TokenCache`].
#[must_use = "a builder does nothing until it builds"]
pub struct TokenCacheBuilder {
    source: Box<dyn TokenSource>,
    audience: Audience,
    runtime: Option<Arc<dyn Runtime>>,
    policy: CachePolicy,
    token: Option<Token>,
}

impl TokenCacheBuilder {
    pub(super) fn new(source: Box<dyn TokenSource>, audience: Audience) -> Self {
        Self {
            source,
            audience,
            runtime: None,
            policy: CachePolicy::default(),
            token: None,
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

    /// The cache. Nothing is fetched yet.
    pub fn build(self) -> TokenCache {
        let runtime = self.runtime.unwrap_or_else(default_runtime);
        let mut state = State::default();
        let current = ArcSwapOption::empty();
        // A token has been checked when it was made, so that its header can be.
        if let Some(token) = self.token.map(Arc::new)
            && let Ok(entry) = Entry::new(&token, runtime.now(), &self.policy)
        {
            state.begin(token, &entry);
            current.store(Some(Arc::new(entry)));
        }
        TokenCache(Arc::new(Shared {
            source: self.source,
            audience: self.audience,
            runtime,
            policy: self.policy,
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
