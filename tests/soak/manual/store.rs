use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use phrase_auth_core::{LockedEntry, MemoryStore, Session, StoreError, StoreKey, TokenStore};

/// A store whose disk can be full: everything works but saving. Clones are one store.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    store: MemoryStore,
    full: Arc<AtomicBool>,
}

impl Disk {
    pub(super) fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }
}

#[async_trait]
impl TokenStore for Disk {
    async fn load(&self, key: &StoreKey) -> Result<Option<Session>, StoreError> {
        self.store.load(key).await
    }

    async fn lock(
        &self,
        key: &StoreKey,
        patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError> {
        let entry = self.store.lock(key, patience).await?;
        let full = Arc::clone(&self.full);
        Ok(Box::new(Locked { entry, full }))
    }
}

struct Locked {
    entry: Box<dyn LockedEntry>,
    full: Arc<AtomicBool>,
}

#[async_trait]
impl LockedEntry for Locked {
    async fn load(&mut self) -> Result<Option<Session>, StoreError> {
        self.entry.load().await
    }

    async fn save(&mut self, session: &Session) -> Result<(), StoreError> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(StoreError::new("the disk is full")),
            false => self.entry.save(session).await,
        }
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.entry.remove().await
    }
}
