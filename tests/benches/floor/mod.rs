//! What nothing that does the work of a hit can be below, on the machine that it is measured on.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

/// A published header and both clocks: the least that a cache of something that ends can do.
pub(crate) struct Shared(ArcSwapOption<HeaderValue>);

impl Shared {
    pub(crate) fn new(line: &str) -> Result<Self, InvalidHeaderValue> {
        Ok(Self(ArcSwapOption::from_pointee(lone(line)?)))
    }

    pub(crate) fn hit(&self) -> Option<HeaderValue> {
        let current = self.0.load();
        read_clocks();
        current.as_deref().cloned()
    }
}

/// The same, but no two threads count references on one cache line.
pub(crate) struct PerThread(ArcSwapOption<Vec<HeaderValue>>);

impl PerThread {
    pub(crate) fn new(line: &str, threads: usize) -> Result<Self, InvalidHeaderValue> {
        let copies: Result<Vec<_>, _> = (0..threads).map(|_| lone(line)).collect();
        Ok(Self(ArcSwapOption::from_pointee(copies?)))
    }

    pub(crate) fn hit(&self) -> Option<HeaderValue> {
        let current = self.0.load();
        read_clocks();
        let copies = current.as_ref()?;
        copies.get(seat().checked_rem(copies.len())?).cloned()
    }
}

fn read_clocks() {
    black_box((SystemTime::now(), Instant::now()));
}

/// Threads are numbered in the order in which they first ask.
fn seat() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SEAT: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    SEAT.with(|seat| *seat)
}

/// A reference count on cache lines of its own.
#[repr(align(128))]
struct Line(Vec<u8>);

impl AsRef<[u8]> for Line {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn lone(line: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let owner = Line(line.as_bytes().to_vec());
    HeaderValue::from_maybe_shared(Bytes::from_owner(owner))
}
