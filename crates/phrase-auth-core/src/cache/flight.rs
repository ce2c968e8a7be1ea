use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::berth::Berth;
use super::entry::Entry;
use super::holding::Holding;
use super::state::{Doubt, Mark};
use crate::error::AuthError;
use crate::runtime::{Now, Task};
use crate::source::FetchReason;

/// One fetch under way, and all who wait for it.
///
/// The fetch runs in a task of its own; here is only the slot for its outcome, which is filled
/// once. Whoever leaves, or is never polled again, leaves nothing locked.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) why: FetchReason,
    pub(super) start: Now,
    /// What the cache had when it began.
    pub(super) holding: Holding,
    /// Set while a refusal stands: the flight asks for nothing unless something has changed.
    pub(super) doubt: Option<Doubt>,
    /// A refused session is to be tried again.
    pub(super) insist: bool,
    pub(super) mark: Mark,
    pub(super) berth: Berth,
    slot: Mutex<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    outcome: Option<Outcome>,
    waiting: BTreeMap<u64, Waker>,
    next: u64,
}

/// How a flight ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// For all who waited alike.
    Landed(Result<Arc<Entry>, AuthError>),
    /// Its task ended without an answer, or it was given up: board another.
    Lost,
}

impl Flight {
    pub(super) fn new(
        why: FetchReason,
        start: Now,
        holding: Holding,
        doubt: Option<Doubt>,
        insist: bool,
        mark: Mark,
    ) -> Self {
        Self {
            why,
            start,
            holding,
            doubt,
            insist,
            mark,
            berth: Berth::default(),
            slot: Mutex::default(),
        }
    }

    /// How long it has been under way, by the clock that its own timers go by: a wall clock that was set
    /// does not make it late, and neither does a machine that was asleep.
    pub(super) fn age(&self, now: &Now) -> Duration {
        now.mono.saturating_duration_since(self.start.mono)
    }

    /// Tells everybody. Only the first outcome counts.
    pub(super) fn settle(&self, outcome: Outcome) {
        let mut slot = self.slot();
        if slot.outcome.is_some() {
            return;
        }
        slot.outcome = Some(outcome);
        let waiting = std::mem::take(&mut slot.waiting);
        // Wakers are foreign code: they run without the lock.
        drop(slot);
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// Waits for the outcome, or for `timer`: `None` if that is first.
    pub(super) fn outcome(&self, timer: Task) -> Wait<'_> {
        Wait {
            flight: self,
            timer,
            number: None,
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller who waits for a flight.
pub(super) struct Wait<'a> {
    flight: &'a Flight,
    timer: Task,
    number: Option<u64>,
}

impl Future for Wait<'_> {
    type Output = Option<Outcome>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloning a waker is foreign code: it runs without the lock, as waking and dropping do.
        let waker = context.waker().clone();
        let mut slot = self.flight.slot();
        if let Some(outcome) = &slot.outcome {
            return Poll::Ready(Some(outcome.clone()));
        }
        let number = *self.number.get_or_insert_with(|| {
            slot.next = slot.next.saturating_add(1);
            slot.next
        });
        let replaced = slot.waiting.insert(number, waker);
        drop(slot);
        drop(replaced);
        self.timer.as_mut().poll(context).map(|()| None)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = self.flight.slot().waiting.remove(&number);
            drop(waker);
        }
    }
}
