use std::sync::Arc;
use std::time::Duration;

use super::holding::same;
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

    /// Saves a session if the store still has what it had: `false` if somebody else's is there.
    pub(super) async fn save_over(
        &self,
        session: &Arc<Session>,
        filed: Option<&Arc<Session>>,
        patience: Duration,
    ) -> Result<bool, StoreError> {
        let mut entry = self.lock(patience).await?;
        let stored = self.own(entry.load().await?)?.map(Arc::new);
        if same(stored.as_ref(), Some(session)) {
            return Ok(true);
        }
        if !same(stored.as_ref(), filed) {
            return Ok(false);
        }
        entry.save(session).await?;
        Ok(true)
    }

    /// Saves a session whatever is there: a person has just logged in.
    pub(super) async fn save(
        &self,
        session: &Session,
        patience: Duration,
    ) -> Result<(), StoreError> {
        let mut entry = self.lock(patience).await?;
        entry.save(session).await
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

pub(super) fn late() -> StoreError {
    StoreError::new("the token store did not answer in time")
        .with_hint("check the store; others may hold its lock")
}
