use std::sync::Arc;
use std::time::Duration;

use super::holding::{Holding, same};
use crate::session::Session;
use crate::store::{LockedEntry, StoreError, StoreKey, TokenStore};

/// One key of a store.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) key: StoreKey,
}

impl Shelf {
    /// What is kept there, without a lock.
    pub(super) async fn load(&self) -> Result<Option<Session>, StoreError> {
        self.own(self.store.load(&self.key).await?)
    }

    pub(super) async fn lock(
        &self,
        patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError> {
        self.store.lock(&self.key, patience).await
    }

    /// Saves a session if `wanted` still says so, which is asked under the lock: it gives back how the cache
    /// stands then, and what the store has must be what that may replace.
    pub(super) async fn save(
        &self,
        session: &Arc<Session>,
        wanted: impl FnOnce() -> Option<Holding> + Send,
        patience: Duration,
    ) -> Result<Saved, StoreError> {
        let mut entry = self.lock(patience).await?;
        let stored = self.own(entry.load().await?)?.map(Arc::new);
        let Some(holding) = wanted() else {
            return Ok(Saved::Unwanted);
        };
        let is_marked = stored.as_ref().is_some_and(|it| it.is_refused());
        if same(stored.as_ref(), Some(session)) && is_marked == session.is_refused() {
            return Ok(Saved::Done);
        }
        if !holding.may_replace(stored.as_ref()) {
            return Ok(Saved::Outdated);
        }
        entry.save(session).await?;
        Ok(Saved::Done)
    }

    /// Refuses what was made for somebody else, however it has got there.
    pub(super) fn own(&self, session: Option<Session>) -> Result<Option<Session>, StoreError> {
        match session {
            Some(session) if *session.key() != self.key => {
                let what = "the store has a session of somebody else under this key";
                Err(StoreError::new(what).with_hint("it is kept as it is; check who writes there"))
            }
            session => Ok(session),
        }
    }
}

/// What has become of a session that was to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saved {
    Done,
    /// Somebody else's is there, which is newer.
    Outdated,
    /// Nobody wants it there any more.
    Unwanted,
}

pub(super) fn late() -> StoreError {
    StoreError::new("the token store did not answer in time")
        .with_hint("check the store; others may hold its lock")
}
