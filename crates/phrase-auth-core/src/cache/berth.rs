use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use super::shelf::Shelf;
use crate::session::Session;
use crate::store::{LockedEntry, StoreError};

/// Where a flight keeps the lock on its entry of the store.
///
/// Not in its task, which may stand still with its runtime: whoever gives the flight up takes the lock
/// out of here, and dropping it unlocks.
#[derive(Default)]
pub(super) struct Berth(Mutex<Slot>);

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Locked(Box<dyn LockedEntry>),
    Working(Work),
    /// The task is about to put it back.
    Lent,
    /// Nobody puts anything here any more.
    GivenUp,
}

/// Something that is done with an entry, which comes back with it.
type Work = Pin<Box<dyn Future<Output = Done> + Send>>;
type Done = (Option<Box<dyn LockedEntry>>, Said);
type Said = Result<Option<Session>, StoreError>;

impl Berth {
    /// Waits for the lock.
    pub(super) async fn lock(&self, shelf: &Shelf, patience: Duration) -> Option<Said> {
        let shelf = shelf.clone();
        let work = async move {
            match shelf.lock(patience).await {
                Ok(entry) => (Some(entry), Ok(None)),
                Err(error) => (None, Err(error)),
            }
        };
        self.work(Box::pin(work)).await
    }

    /// Reads the entry. `None`, here and below: the flight was given up, and the lock is gone.
    pub(super) async fn load(&self) -> Option<Said> {
        let mut entry = self.take()?;
        let work = async move {
            let said = entry.load().await;
            (Some(entry), said)
        };
        self.work(Box::pin(work)).await
    }

    /// Writes the entry.
    pub(super) async fn save(&self, session: Session) -> Option<Said> {
        let mut entry = self.take()?;
        let work = async move {
            let said = entry.save(&session).await.map(|()| None);
            (Some(entry), said)
        };
        self.work(Box::pin(work)).await
    }

    /// Whether the lock is here, with nothing under way.
    pub(super) fn is_locked(&self) -> bool {
        matches!(*self.slot(), Slot::Locked(_))
    }

    /// Unlocks, and keeps it so.
    pub(super) fn release(&self) {
        let held = std::mem::replace(&mut *self.slot(), Slot::GivenUp);
        drop(held);
    }

    fn take(&self) -> Option<Box<dyn LockedEntry>> {
        let mut slot = self.slot();
        match std::mem::replace(&mut *slot, Slot::Lent) {
            Slot::Locked(entry) => Some(entry),
            other => {
                *slot = other;
                None
            }
        }
    }

    async fn work(&self, work: Work) -> Option<Said> {
        let refused = self.put(Slot::Working(work));
        drop(refused);
        poll_fn(|context| {
            let Some(mut work) = self.take_work() else {
                return Poll::Ready(None);
            };
            // Foreign code: without the lock.
            match work.as_mut().poll(context) {
                Poll::Pending => match self.put(Slot::Working(work)) {
                    None => Poll::Pending,
                    Some(_) => Poll::Ready(None),
                },
                Poll::Ready((entry, said)) => {
                    drop(self.put(entry.map_or(Slot::Empty, Slot::Locked)));
                    Poll::Ready(Some(said))
                }
            }
        })
        .await
    }

    fn take_work(&self) -> Option<Work> {
        let mut slot = self.slot();
        match std::mem::replace(&mut *slot, Slot::Lent) {
            Slot::Working(work) => Some(work),
            other => {
                *slot = other;
                None
            }
        }
    }

    /// Puts something back; gives it back if the flight was given up.
    fn put(&self, what: Slot) -> Option<Slot> {
        let mut slot = self.slot();
        if matches!(*slot, Slot::GivenUp) {
            return Some(what);
        }
        *slot = what;
        None
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Berth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Berth(..)")
    }
}
