mod entry;
mod harmless;
mod redact;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::extract::Request;
use http::StatusCode;

pub use self::entry::LogEntry;
use self::redact::Fingerprint;
use crate::Endpoint;
use crate::call::Call;

/// What reached the server, in the order of arrival.
///
/// A handle: clones show the same log, and it outlives the emulator. It holds no secret. Counts are exact; of the
/// requests themselves the last 10,000 are kept. Not in it: what could not be read as the head of an HTTP request.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

struct Shared {
    fingerprint: Arc<Fingerprint>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    entries: VecDeque<LogEntry>,
    next: u64,
    counts: BTreeMap<Endpoint, u64>,
    in_flight: usize,
    max_concurrency: usize,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            fingerprint: Arc::new(Fingerprint::new()),
            book: Mutex::default(),
        }))
    }

    /// The requests since the start, or since the log was last cleared.
    #[must_use]
    pub fn requests(&self) -> Vec<LogEntry> {
        self.book().entries.iter().cloned().collect()
    }

    /// How many requests arrived at an endpoint, whatever became of them.
    #[must_use]
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.book().counts.get(&endpoint).copied().unwrap_or(0)
    }

    /// How many requests are being answered at this moment.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.book().in_flight
    }

    /// The most requests that were being answered at one time.
    #[must_use]
    pub fn max_concurrency(&self) -> usize {
        self.book().max_concurrency
    }

    /// Forgets all requests and counts. Requests under way still count as in flight, and are not in the new log.
    pub fn clear(&self) {
        let mut book = self.book();
        book.entries.clear();
        book.counts.clear();
        book.max_concurrency = book.in_flight;
    }

    pub(crate) fn arrive(&self, endpoint: Endpoint, request: &Request, at: SystemTime) -> Visit {
        let mut book = self.book();
        let number = book.next;
        book.next = number.saturating_add(1);
        let entry = LogEntry::new(number, endpoint, request, at, &self.0.fingerprint);
        if book.entries.len() >= CAPACITY {
            book.entries.pop_front();
        }
        book.entries.push_back(entry);
        let count = book.counts.entry(endpoint).or_default();
        *count = count.saturating_add(1);
        book.in_flight = book.in_flight.saturating_add(1);
        book.max_concurrency = book.max_concurrency.max(book.in_flight);
        drop(book);
        Visit {
            log: self.clone(),
            number,
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let book = self.book();
        f.debug_struct("Log")
            .field("counts", &book.counts)
            .field("in_flight", &book.in_flight)
            .field("max_concurrency", &book.max_concurrency)
            .finish_non_exhaustive()
    }
}

/// A request that is being answered. It counts as in flight until this is dropped, also if its client leaves.
pub(crate) struct Visit {
    log: Log,
    number: u64,
}

impl Visit {
    pub(crate) fn brought(&self, call: &Call) {
        self.amend(|entry| entry.brought(call));
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.amend(|entry| entry.answered(status));
    }

    /// Does nothing if the log was cleared, or has moved on, in between.
    fn amend(&self, change: impl FnOnce(&mut LogEntry)) {
        let mut book = self.log.book();
        let place = book
            .entries
            .binary_search_by_key(&self.number, LogEntry::number);
        if let Some(entry) = place.ok().and_then(|place| book.entries.get_mut(place)) {
            change(entry);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut book = self.log.book();
        book.in_flight = book.in_flight.saturating_sub(1);
    }
}

/// An emulator may run for days; at a few kilobytes each this is at most some tens of megabytes.
const CAPACITY: usize = 10_000;
