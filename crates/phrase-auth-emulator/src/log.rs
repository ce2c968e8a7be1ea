mod entry;
mod expectation;
mod filter;
mod harmless;
mod redact;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::extract::Request;
use tokio::sync::Notify;

pub use self::entry::LogEntry;
use self::expectation::Expected;
pub use self::expectation::{Expectation, Miss, Unmet};
pub use self::filter::LogFilter;
use self::redact::Fingerprint;
use crate::Endpoint;
use crate::call::Call;
use crate::reply::Reply;

/// What reached the server, in the order of arrival.
///
/// A handle: clones show the same log, and it outlives the emulator. It holds no secret. Counts are exact; of the
/// requests themselves the last 10,000 are kept. Not in it: what could not be read as the head of an HTTP request.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

struct Shared {
    fingerprint: Arc<Fingerprint>,
    book: Mutex<Book>,
    /// Something was answered, or left.
    done: Notify,
}

#[derive(Default)]
struct Book {
    entries: VecDeque<LogEntry>,
    /// The number of the last request; they count from 1, so that 0 is before all of them.
    last: u64,
    counts: BTreeMap<Endpoint, u64>,
    in_flight: usize,
    max_concurrency: usize,
    expected: Vec<Expected>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            fingerprint: Arc::new(Fingerprint::new()),
            book: Mutex::default(),
            done: Notify::new(),
        }))
    }

    /// The requests since the start, or since the log was last cleared.
    #[must_use]
    pub fn requests(&self) -> Vec<LogEntry> {
        self.book().entries.iter().cloned().collect()
    }

    /// Those of the requests that fit.
    #[must_use]
    pub fn find(&self, filter: &LogFilter) -> Vec<LogEntry> {
        let book = self.book();
        let found = book.entries.iter().filter(|entry| filter.fits(entry));
        found.cloned().collect()
    }

    /// Waits for the next request that fits, until it has been answered or its client has left: one that arrives after
    /// this call, or after the number of the filter. It waits for ever, if nobody comes; on any runtime.
    pub fn next(&self, filter: LogFilter) -> impl Future<Output = LogEntry> + use<> {
        // Now, and not when somebody first waits.
        let filter = filter.or_after(self.book().last);
        let log = self.clone();
        async move {
            loop {
                let done = log.0.done.notified();
                let mut done = pin!(done);
                // Before the look, so that nothing falls between the two.
                done.as_mut().enable();
                let found = log.book().first_done(&filter);
                if let Some(entry) = found {
                    return entry;
                }
                done.await;
            }
        }
    }

    /// Says how many requests are to arrive at an endpoint from now on; [`Log::verify`] judges. Forgotten when the log
    /// is cleared.
    ///
    /// ```
    /// # use phrase_auth_emulator::{Emulator, Endpoint};
    /// # let emulator = Emulator::builder().start_blocking()?;
    /// emulator.log().expect(Endpoint::TokenExchange).times(1);
    /// // … what is tested …
    /// let unmet = emulator.log().verify().unwrap_err();
    /// assert_eq!(unmet.to_string(), "1 requests were expected at token-exchange, 0 arrived");
    /// # Ok::<(), phrase_auth_emulator::EmulatorError>(())
    /// ```
    pub fn expect(&self, endpoint: Endpoint) -> Expectation<'_> {
        Expectation::new(self, endpoint)
    }

    /// Whether what has arrived is what was expected.
    ///
    /// # Errors
    ///
    /// [`Unmet`] names every expectation that is not met, with what arrived.
    pub fn verify(&self) -> Result<(), Unmet> {
        let book = self.book();
        let misses = book.expected.iter();
        let misses: Vec<Miss> = misses
            .filter_map(|it| it.judge(book.count(it.endpoint)))
            .collect();
        if misses.is_empty() {
            Ok(())
        } else {
            Err(Unmet(misses))
        }
    }

    /// How many requests arrived at an endpoint, whatever became of them.
    #[must_use]
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.book().count(endpoint)
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

    /// Forgets all requests, counts and expectations. Requests under way still count as in flight, and are not in the
    /// new log.
    pub fn clear(&self) {
        let mut book = self.book();
        book.entries.clear();
        book.counts.clear();
        book.expected.clear();
        book.max_concurrency = book.in_flight;
    }

    pub(crate) fn arrive(&self, endpoint: Endpoint, request: &Request, at: SystemTime) -> Visit {
        let mut book = self.book();
        let number = book.last.saturating_add(1);
        book.last = number;
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

impl Book {
    fn count(&self, endpoint: Endpoint) -> u64 {
        self.counts.get(&endpoint).copied().unwrap_or(0)
    }

    fn first_done(&self, filter: &LogFilter) -> Option<LogEntry> {
        let mut entries = self.entries.iter();
        entries
            .find(|entry| entry.is_done() && filter.fits(entry))
            .cloned()
    }

    /// Does nothing if the log was cleared, or has moved on, in between.
    fn amend(&mut self, number: u64, change: impl FnOnce(&mut LogEntry)) {
        let place = self.entries.binary_search_by_key(&number, LogEntry::number);
        if let Some(entry) = place.ok().and_then(|place| self.entries.get_mut(place)) {
            change(entry);
        }
    }

    fn expect(&mut self, endpoint: Endpoint, least: u64, most: Option<u64>) {
        let before = self.count(endpoint);
        self.expected.push(Expected {
            endpoint,
            before,
            least,
            most,
        });
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

    pub(crate) fn answered(&self, reply: &Reply) {
        self.amend(|entry| entry.answered(reply));
    }

    pub(crate) fn met(&self, fault: &'static str) {
        self.amend(|entry| entry.met(fault));
    }

    fn amend(&self, change: impl FnOnce(&mut LogEntry)) {
        self.log.book().amend(self.number, change);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut book = self.log.book();
        book.amend(self.number, LogEntry::left);
        book.in_flight = book.in_flight.saturating_sub(1);
        drop(book);
        self.log.0.done.notify_waiters();
    }
}

/// An emulator may run for days; at a few kilobytes each this is at most some tens of megabytes.
const CAPACITY: usize = 10_000;
