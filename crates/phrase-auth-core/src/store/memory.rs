use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;

use super::{LockedEntry, StoreError, StoreKey, TokenStore};
use crate::session::Session;

/// A store that lives as long as the process: for a web server that makes an authenticator for each
/// request, and for tests. Clones share what is kept.
///
/// It has no clock, so that it waits for a lock as long as it takes; whoever asks bounds that, as the
/// token cache does.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<BTreeMap<StoreKey, Slot>>>);

#[derive(Default)]
struct Slot {
    session: Option<Session>,
    locked: bool,
    waiting: BTreeMap<u64, Waker>,
    next: u64,
}

impl MemoryStore {
    /// A store with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Saves without the lock, as a program does that does not heed it.
    #[cfg(all(test, feature = "tokio"))]
    pub(crate) fn overwrite(&self, session: Session) {
        let key = session.key().clone();
        let old = self.with(&key, |slot| slot.session.replace(session));
        drop(old);
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<StoreKey, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, key: &StoreKey, work: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots();
        let slot = slots.entry(key.clone()).or_default();
        let done = work(slot);
        if slot.session.is_none() && !slot.locked && slot.waiting.is_empty() {
            slots.remove(key);
        }
        done
    }

    /// Wakes the first few who wait. Not one, who may stand on a runtime that idles; not all, because
    /// there may be thousands. Whoever was woken goes to the end of the line, for those who stand still.
    fn wake(&self, key: &StoreKey) {
        let woken: Vec<Waker> = self.with(key, |slot| {
            let first: Vec<u64> = slot.waiting.keys().copied().take(WOKEN_AT_ONCE).collect();
            let taken = first
                .iter()
                .filter_map(|number| slot.waiting.remove(number));
            taken.collect()
        });
        woken.into_iter().for_each(Waker::wake);
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, key: &StoreKey) -> Result<Option<Session>, StoreError> {
        Ok(self.slots().get(key).and_then(|slot| slot.session.clone()))
    }

    async fn lock(
        &self,
        key: &StoreKey,
        _patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError> {
        let turn = Turn {
            store: self.clone(),
            key: key.clone(),
            number: None,
        };
        Ok(Box::new(turn.await))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.slots().len())
            .finish()
    }
}

/// Somebody who waits for a lock.
struct Turn {
    store: MemoryStore,
    key: StoreKey,
    number: Option<u64>,
}

impl Future for Turn {
    type Output = Locked;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Locked> {
        let waker = context.waker().clone();
        let known = self.number;
        let (store, key) = (self.store.clone(), self.key.clone());
        let waits = store.with(&key, |slot| {
            if !slot.locked {
                slot.locked = true;
                return None;
            }
            // A new place, unless the old one still waits.
            let number = known.filter(|number| slot.waiting.contains_key(number));
            let number = number.unwrap_or_else(|| {
                slot.next = slot.next.saturating_add(1);
                slot.next
            });
            Some((number, slot.waiting.insert(number, waker)))
        });
        match waits {
            Some((number, replaced)) => {
                drop(replaced);
                self.number = Some(number);
                Poll::Pending
            }
            None => Poll::Ready(Locked { store, key }),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(number) = self.number else {
            return;
        };
        let (waker, free) = self.store.with(&self.key, |slot| {
            (slot.waiting.remove(&number), !slot.locked)
        });
        drop(waker);
        // Woken and gone before its turn: the next ones must not wait for it.
        if free {
            self.store.wake(&self.key);
        }
    }
}

struct Locked {
    store: MemoryStore,
    key: StoreKey,
}

#[async_trait]
impl LockedEntry for Locked {
    async fn load(&mut self) -> Result<Option<Session>, StoreError> {
        self.store.load(&self.key).await
    }

    async fn save(&mut self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        let old = self
            .store
            .with(&self.key, |slot| slot.session.replace(session));
        drop(old);
        Ok(())
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        let old = self.store.with(&self.key, |slot| slot.session.take());
        drop(old);
        Ok(())
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.store.with(&self.key, |slot| slot.locked = false);
        self.store.wake(&self.key);
    }
}

/// Enough for a few of them to stand still.
const WOKEN_AT_ONCE: usize = 8;

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::SystemTime;

    use super::*;
    use crate::audience::BaseUrl;
    use crate::header::HeaderStyle;
    use crate::source::Token;

    fn key(user: &str) -> StoreKey {
        let base = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
        StoreKey::new("oauth2", &base, user).unwrap()
    }

    fn session(token: &str) -> Session {
        let token = Token::new(token, HeaderStyle::bearer(), Duration::from_secs(1)).unwrap();
        Session::new(token, SystemTime::UNIX_EPOCH, key("jane"))
    }

    fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn now<F: Future>(future: F) -> F::Output {
        match poll(pin!(future)) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn what_is_saved_is_there_until_it_is_removed() {
        let store = MemoryStore::new();
        let mut entry = now(store.lock(&key("jane"), Duration::ZERO)).unwrap();
        assert!(now(entry.load()).unwrap().is_none());
        now(entry.save(&session("t"))).unwrap();
        drop(entry);
        let kept = now(store.clone().load(&key("jane"))).unwrap().unwrap();
        assert_eq!(kept.token().secret().expose(), "t");
        assert!(now(store.load(&key("joe"))).unwrap().is_none());
        let mut entry = now(store.lock(&key("jane"), Duration::ZERO)).unwrap();
        now(entry.remove()).unwrap();
        drop(entry);
        assert!(now(store.load(&key("jane"))).unwrap().is_none());
        assert!(store.slots().is_empty(), "nothing is left of a key");
    }

    #[test]
    fn one_holds_the_lock_and_others_of_the_same_key_wait() {
        let store = MemoryStore::new();
        let (jane, joe) = (key("jane"), key("joe"));
        let held = now(store.lock(&jane, Duration::ZERO)).unwrap();
        let mut second = pin!(store.lock(&jane, Duration::ZERO));
        let mut third = store.lock(&jane, Duration::ZERO);
        assert!(poll(second.as_mut()).is_pending() && poll(third.as_mut()).is_pending());
        drop(now(store.lock(&joe, Duration::ZERO)).unwrap());
        drop(held);
        // Whoever leaves before its turn is not waited for.
        drop(third);
        let Poll::Ready(Ok(entry)) = poll(second.as_mut()) else {
            panic!("the lock is free")
        };
        drop(entry);
        assert!(store.slots().is_empty());
    }

    #[tokio::test]
    async fn a_thousand_who_wait_all_get_their_turn() {
        let store = MemoryStore::new();
        let count = Arc::new(Mutex::new((0_u32, 0_u32)));
        let turn = |store: MemoryStore, count: Arc<Mutex<(u32, u32)>>| async move {
            let entry = store.lock(&key("jane"), Duration::ZERO).await.unwrap();
            count.lock().unwrap().0 += 1;
            tokio::task::yield_now().await;
            let mut both = count.lock().unwrap();
            assert_eq!(both.0, 1, "two hold the lock");
            *both = (0, both.1 + 1);
            drop(both);
            drop(entry);
        };
        let tasks: Vec<_> = (0..1000)
            .map(|_| tokio::spawn(turn(store.clone(), Arc::clone(&count))))
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(count.lock().unwrap().1, 1000);
    }

    #[test]
    fn debug_shows_no_session() {
        let store = MemoryStore::new();
        now(now(store.lock(&key("jane"), Duration::ZERO))
            .unwrap()
            .save(&session("canary")))
        .unwrap();
        assert_eq!(format!("{store:?}"), "MemoryStore { sessions: 1 }");
    }
}
