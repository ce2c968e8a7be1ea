use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{AuthError, ErrorKind};
use crate::session::Session;

mod key;
mod memory;

pub use self::key::StoreKey;
pub use self::memory::MemoryStore;

/// Where sessions outlive a process, and are shared between several.
///
/// What an implementation must hold, because a [`TokenCache`](crate::TokenCache) relies on it:
///
/// - whoever holds the lock of a key is the only one who writes it, in all processes that share the
///   store, and a process that dies holds none;
/// - a save is whole or not at all, and is there for the next load when it has returned;
/// - any of these futures may be dropped before it has ended, and the entry with it: work that has begun, on a
///   thread of its own for instance, keeps the lock until it has ended;
/// - a fault is an error and never "nothing there": that would log people out;
/// - a session that cannot be read stays where it is, and is such a fault, until it is
///   [removed](LockedEntry::remove): by a [logout](crate::TokenCache::logout);
/// - nobody else can read what is kept: a file is made with mode 0600;
/// - nothing of a session reaches a log or an error's text, and no call blocks its thread.
///
/// Both traits are made with the crate `async-trait`, and so is an implementation; [`MemoryStore`] is one.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// What is kept under `key`, as the last save has left it. Takes no lock, so that it is cheap.
    ///
    /// # Errors
    ///
    /// If that cannot be found out.
    async fn load(&self, key: &StoreKey) -> Result<Option<Session>, StoreError>;

    /// Waits up to `patience` for the lock of `key`.
    ///
    /// # Errors
    ///
    /// [`StoreError::busy`] if others hold it for so long, and whatever else goes wrong.
    async fn lock(
        &self,
        key: &StoreKey,
        patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError>;
}

/// One key of a store, locked. Dropping it unlocks.
///
/// If a store's locks can be lost meanwhile, as those with a time limit, it refuses a save after that.
#[async_trait]
pub trait LockedEntry: Send {
    /// What is kept.
    ///
    /// # Errors
    ///
    /// If that cannot be found out.
    async fn load(&mut self) -> Result<Option<Session>, StoreError>;

    /// Keeps `session` in the place of what was there.
    ///
    /// # Errors
    ///
    /// If it cannot be kept; what was there is still there then.
    async fn save(&mut self, session: &Session) -> Result<(), StoreError>;

    /// Keeps nothing any more. It does no harm if there was nothing.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    async fn remove(&mut self) -> Result<(), StoreError>;
}

/// Why a store could not do what it was asked for: what happened, and what to do next, without a secret.
pub struct StoreError {
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    busy: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// A fault. `message` says what happened, in lower case.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            busy: false,
            source: None,
        }
    }

    /// Others held the lock for too long: later it may be free.
    pub fn busy(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            busy: true,
            ..Self::new(message)
        }
    }

    /// What to do next, for a person.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The error underneath. Its text is printed by whoever walks the chain.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// Whether others held the lock.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// What to do next, for a person.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl From<StoreError> for AuthError {
    /// A lock that is held is a [`Timeout`](ErrorKind::Timeout), everything else a
    /// [`Store`](ErrorKind::Store) error.
    fn from(error: StoreError) -> Self {
        let kind = match error.busy {
            true => ErrorKind::Timeout,
            false => ErrorKind::Store,
        };
        let told = Self::new(kind, error.message);
        let told = match error.hint {
            Some(hint) => told.with_hint(hint),
            None => told,
        };
        match error.source {
            Some(source) => told.with_source(source),
            None => told,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("message", &self.message)
            .field("hint", &self.hint)
            .field("busy", &self.busy)
            .field("source", &self.source)
            .finish()
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref();
        source.map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_may_be_free_later_and_a_fault_wants_mending() {
        let busy = AuthError::from(StoreError::busy("the session is locked"));
        assert!(busy.kind() == ErrorKind::Timeout && busy.is_transient());
        let fault = StoreError::new("the file is open to others").with_hint("chmod 600");
        let fault = AuthError::from(fault.with_source("why"));
        assert_eq!(fault.kind(), ErrorKind::Store);
        assert_eq!(fault.hint(), Some("chmod 600"));
        assert_eq!(fault.source().unwrap().to_string(), "why");
    }
}
