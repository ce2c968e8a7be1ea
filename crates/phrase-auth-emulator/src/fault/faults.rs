use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;

use super::error::FaultError;
use super::kind::FaultKind;
use super::rule::FaultRule;
use crate::Endpoint;

/// The faults of an emulator: which rules are in force, and how often each has happened.
///
/// A handle: clones change the same rules, and it outlives the emulator. A request meets the first rule that fits it
/// and is not spent or spared; the others do not count it.
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

struct Shared {
    tls: bool,
    book: Mutex<Book>,
}

/// The rules, and the draws of their probabilities.
#[derive(Clone)]
pub(crate) struct Book {
    rules: Vec<Entry>,
    next: u64,
    draws: Rng,
}

#[derive(Clone)]
struct Entry {
    number: u64,
    rule: FaultRule,
    seen: u64,
    happened: u64,
}

/// A rule that is in force.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FaultStatus {
    /// What [`Faults::add`] gave.
    pub number: u64,
    /// What happens.
    pub kind: FaultKind,
    /// Where, if not everywhere.
    pub endpoint: Option<Endpoint>,
    /// How many requests were, or are to be, spared first.
    pub skip: u64,
    /// How often it happens at most.
    pub times: Option<u64>,
    /// How likely it is each time.
    pub probability: f64,
    /// Whether requests take effect before their answer goes wrong.
    pub takes_effect: bool,
    /// How often it has happened.
    pub happened: u64,
}

/// A fault that a request has met.
#[derive(Clone)]
pub(crate) struct Met {
    pub(super) kind: FaultKind,
    takes_effect: bool,
    /// The rule, if it was one.
    number: Option<u64>,
}

impl Faults {
    pub(crate) fn new(tls: bool) -> Self {
        Self(Arc::new(Shared {
            tls,
            book: Mutex::new(Book::new()),
        }))
    }

    /// Puts a rule in force, behind those that are; gives its number.
    ///
    /// # Errors
    ///
    /// [`FaultError`] says why a rule cannot be; nothing has changed then.
    pub fn add(&self, rule: FaultRule) -> Result<u64, FaultError> {
        self.judge(&rule)?;
        let mut book = self.book();
        if book.rules.len() >= MOST_RULES {
            return Err(FaultError::TooMany);
        }
        let number = book.next;
        book.next = number.saturating_add(1);
        book.rules.push(Entry {
            number,
            rule,
            seen: 0,
            happened: 0,
        });
        Ok(number)
    }

    /// [`Faults::add`] for the admin door, which would not come back through a handshake that fails for ever.
    pub(crate) fn add_from_outside(&self, rule: FaultRule) -> Result<u64, FaultError> {
        if rule.kind.is_of_handshake() && rule.times.is_none() {
            let fault = rule.kind.name();
            return Err(FaultError::Lockout { fault });
        }
        self.add(rule)
    }

    fn judge(&self, rule: &FaultRule) -> Result<(), FaultError> {
        let fault = rule.kind.name();
        if let Some(endpoint) = rule.endpoint.filter(|it| !rule.kind.fits(*it)) {
            return Err(FaultError::DoesNotFit { fault, endpoint });
        }
        if rule.kind.is_of_handshake() && !self.0.tls {
            return Err(FaultError::NoTls { fault });
        }
        if !(rule.probability > 0.0 && rule.probability <= 1.0) {
            return Err(FaultError::Probability);
        }
        if rule.times == Some(0) {
            return Err(FaultError::Never);
        }
        Ok(())
    }

    /// The rules in force, in their order; also those that will not happen any more.
    #[must_use]
    pub fn list(&self) -> Vec<FaultStatus> {
        let book = self.book();
        book.rules.iter().map(Entry::status).collect()
    }

    /// Takes a rule out of force; `false` if there is none of this number.
    pub fn remove(&self, number: u64) -> bool {
        let mut book = self.book();
        let before = book.rules.len();
        book.rules.retain(|entry| entry.number != number);
        book.rules.len() < before
    }

    /// Takes all rules out of force. Requests that have met one already are not spared.
    pub fn clear(&self) {
        self.book().rules.clear();
    }

    /// The fault that a request to this endpoint meets.
    pub(crate) fn meet(&self, endpoint: Endpoint) -> Option<Met> {
        self.first(|rule| rule.endpoint.is_none_or(|it| it == endpoint) && rule.kind.fits(endpoint))
    }

    /// The fault that a handshake meets.
    pub(crate) fn meet_handshake(&self) -> Option<Met> {
        self.first(|rule| rule.kind.is_of_handshake())
    }

    /// A fault that could not befall the answer that there was: the rule waits for another.
    pub(crate) fn spare(&self, met: &Met) {
        let mut book = self.book();
        let entry = book
            .rules
            .iter_mut()
            .find(|entry| Some(entry.number) == met.number);
        if let Some(entry) = entry {
            entry.happened = entry.happened.saturating_sub(1);
        }
    }

    fn first(&self, fits: impl Fn(&FaultRule) -> bool) -> Option<Met> {
        let mut book = self.book();
        let Book { rules, draws, .. } = &mut *book;
        rules
            .iter_mut()
            .find_map(|entry| (fits(&entry.rule) && entry.happens(draws)).then(|| entry.met()))
    }

    /// No rules, and the draws from their start.
    pub(crate) fn reset(&self) {
        self.book().replace(Book::new());
    }

    pub(crate) fn snapshot(&self) -> Book {
        self.book().clone()
    }

    pub(crate) fn restore(&self, past: &Book) {
        self.book().replace(past.clone());
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl Book {
    fn new() -> Self {
        Self {
            rules: Vec::new(),
            next: 1,
            draws: Rng::with_seed(SEED),
        }
    }

    /// Numbers are not given twice: who still holds one must not take away another's rule.
    fn replace(&mut self, other: Self) {
        *self = Self {
            next: self.next.max(other.next),
            ..other
        };
    }
}

impl Entry {
    /// Counts a request that the rule fits, and decides.
    fn happens(&mut self, draws: &mut Rng) -> bool {
        if self.rule.times.is_some_and(|times| self.happened >= times) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        if self.seen <= self.rule.skip || draws.f64() >= self.rule.probability {
            return false;
        }
        self.happened = self.happened.saturating_add(1);
        true
    }

    fn met(&self) -> Met {
        Met {
            kind: self.rule.kind.clone(),
            takes_effect: self.rule.takes_effect,
            number: Some(self.number),
        }
    }

    fn status(&self) -> FaultStatus {
        FaultStatus {
            number: self.number,
            kind: self.rule.kind.clone(),
            endpoint: self.rule.endpoint,
            skip: self.rule.skip,
            times: self.rule.times,
            probability: self.rule.probability,
            takes_effect: self.rule.takes_effect,
            happened: self.happened,
        }
    }
}

impl Met {
    /// Not by a rule: by a name in the request.
    pub(crate) fn by_name(kind: FaultKind) -> Self {
        Self {
            kind,
            takes_effect: false,
            number: None,
        }
    }

    /// Whether the request takes effect although something else comes in the place of its answer.
    pub(crate) fn takes_effect(&self) -> bool {
        self.takes_effect
    }

    /// Whether the request asked for it.
    pub(crate) fn is_by_name(&self) -> bool {
        self.number.is_none()
    }

    pub(crate) fn name(&self) -> &'static str {
        self.kind.name()
    }
}

/// Any number will do, so long as it is always the same.
const SEED: u64 = 5;

/// Far more than a test needs, and few enough to be looked through for each request.
const MOST_RULES: usize = 1_000;
