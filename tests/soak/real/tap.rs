use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use phrase_auth_core::{HttpClient, Limits, TransportError};
use phrase_auth_reqwest::ReqwestClient;

/// The way to a token endpoint: what goes through is counted.
pub(super) struct Tap {
    client: ReqwestClient,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    requests: u64,
    under_way: u64,
    at_once: u64,
    /// Without an answer, although no fault stood.
    lost: u64,
    stands: bool,
    /// When a fault ended.
    ended: Option<Instant>,
    /// When the last of the requests ended that had begun before.
    clear: Option<Instant>,
}

impl Tap {
    pub(super) fn new(client: ReqwestClient) -> Self {
        Self {
            client,
            book: Mutex::default(),
        }
    }

    pub(super) fn requests(&self) -> u64 {
        self.book().requests
    }

    /// The most requests at one time.
    pub(super) fn at_once(&self) -> u64 {
        self.book().at_once
    }

    /// Requests without an answer while all was well: the machine had something else to do.
    pub(super) fn lost(&self) -> u64 {
        self.book().lost
    }

    pub(super) fn fault_begins(&self) {
        self.book().stands = true;
    }

    /// A fault has ended; requests that have met it may still be under way.
    pub(super) fn fault_ended(&self, now: Instant) {
        let mut book = self.book();
        book.stands = false;
        (book.ended, book.clear) = (Some(now), Some(now));
    }

    /// From when on nothing was left of the fault that ended last.
    pub(super) fn clear_since(&self) -> Option<Instant> {
        self.book().clear
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HttpClient for Tap {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let visit = Visit::begin(self);
        let result = self.client.send(request, limits).await;
        let mut book = self.book();
        let lost = result.is_err() && visit.calm && !book.stands;
        book.lost = book.lost.saturating_add(u64::from(lost));
        drop(book);
        result
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").finish_non_exhaustive()
    }
}

/// A request under way, also if it is given up.
struct Visit<'a> {
    tap: &'a Tap,
    begun: Instant,
    calm: bool,
}

impl<'a> Visit<'a> {
    fn begin(tap: &'a Tap) -> Self {
        let mut book = tap.book();
        book.requests = book.requests.saturating_add(1);
        book.under_way = book.under_way.saturating_add(1);
        book.at_once = book.at_once.max(book.under_way);
        Self {
            tap,
            begun: Instant::now(),
            calm: !book.stands,
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut book = self.tap.book();
        book.under_way = book.under_way.saturating_sub(1);
        if book.ended.is_some_and(|ended| self.begun <= ended) {
            book.clear = Some(Instant::now());
        }
    }
}
