use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroize;

use crate::error::{AuthError, ErrorKind};
use crate::secret::Secret;

/// A header on loan: put it on a request, and give it back to
/// [`reject`](crate::Authenticator::reject) if the server refuses it.
///
/// The value is marked sensitive, so it prints as `Sensitive` here and in every crate that honours
/// the mark; its bytes are wiped when the last clone is dropped.
#[derive(Clone)]
pub struct AuthHeader(Arc<Loan>);

/// What a header says, once for each copy. A pointer to it is all that a hit moves about: the five
/// fields, copied from hand to hand, would cost more than finding them.
///
/// Aligned, so that its reference count has a cache line of its own, as [`Line`] has.
#[derive(Clone)]
#[repr(align(128))]
struct Loan {
    name: HeaderName,
    value: HeaderValue,
    token_at: usize,
    generation: Generation,
    expires_at: Option<SystemTime>,
}

impl AuthHeader {
    /// The header's name: `authorization` for most products.
    pub fn name(&self) -> &HeaderName {
        &self.0.name
    }

    /// The whole value, scheme word included.
    pub fn value(&self) -> &HeaderValue {
        &self.0.value
    }

    /// Which token this is, among all that this process has had.
    pub fn generation(&self) -> Generation {
        self.0.generation
    }

    /// When the token ends, by this machine's wall clock; `None` for one that does not.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// The token without the scheme word.
    pub fn token(&self) -> &str {
        self.value()
            .to_str()
            .ok()
            .and_then(|value| value.get(self.0.token_at..))
            .unwrap_or_default()
    }

    /// Sets the header, in place of any of that name.
    pub fn apply(self, headers: &mut HeaderMap) {
        headers.insert(self.0.name.clone(), self.0.value.clone());
    }
}

impl fmt::Debug for AuthHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthHeader")
            .field("name", self.name())
            .field("value", self.value())
            .field("generation", &self.generation())
            .field("expires_at", &self.expires_at())
            .finish()
    }
}

/// Tells one token from another, and the older from the newer.
///
/// Drawn from one counter for the whole process: unique across caches, and safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Generation {
    pub(crate) fn next() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(1);
        Self(COUNTER.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a credential is put on a request: the header's name, and the word before the credential.
///
/// Sources: reference sections 2, 7 and 10.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderStyle {
    name: HeaderName,
    word: Option<&'static str>,
}

impl HeaderStyle {
    /// `Authorization: Bearer …` (RFC 6750 section 2.1): JWTs, OAuth access tokens, SCIM tokens.
    pub fn bearer() -> Self {
        Self {
            name: AUTHORIZATION,
            word: Some("Bearer"),
        }
    }

    /// `Authorization: ApiToken …`: what a TMS login answers.
    pub fn api_token() -> Self {
        Self {
            name: AUTHORIZATION,
            word: Some("ApiToken"),
        }
    }

    /// `Authorization: token …`: the classic access token of Strings.
    pub fn token() -> Self {
        Self {
            name: AUTHORIZATION,
            word: Some("token"),
        }
    }

    /// The bare credential under a header of its own, such as `X-API-Key` for Studio.
    pub fn raw(name: HeaderName) -> Self {
        Self { name, word: None }
    }

    /// The same word under another header: the documentation of Connectors prints
    /// `Authentication: Bearer …`.
    #[must_use]
    pub fn under(self, name: HeaderName) -> Self {
        Self { name, ..self }
    }

    /// A style by its parts, of which the word must be one of those above.
    pub(crate) fn of(name: HeaderName, word: Option<&str>) -> Option<Self> {
        let known = [Self::bearer(), Self::api_token(), Self::token()];
        let word = match word {
            Some(word) => Some(
                known
                    .iter()
                    .find_map(|style| style.word.filter(|known| *known == word))?,
            ),
            None => None,
        };
        Some(Self { name, word })
    }

    /// The header's name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The word before the credential, if there is one.
    pub fn word(&self) -> Option<&str> {
        self.word
    }
}

/// Refuses what may not stand in a header: 1 byte to 64 KiB of visible ASCII (RFC 6750 section
/// 2.1 allows less; RFC 6749 appendix A.12 as much). `HeaderValue` itself would let tab and bytes
/// above 0x7F through.
pub(crate) fn check_token(
    secret: &Secret,
    kind: ErrorKind,
    what: &'static str,
) -> Result<(), AuthError> {
    let bytes = secret.expose().as_bytes();
    let fault = if bytes.is_empty() {
        "is empty"
    } else if bytes.len() > MAX_TOKEN {
        "is longer than 64 KiB"
    } else if !bytes.iter().all(|byte| byte.is_ascii_graphic()) {
        "has a character in it that may not stand in a header"
    } else {
        return Ok(());
    };
    Err(AuthError::new(kind, format!("{what} {fault}")))
}

/// Far above every real token, and what HTTP servers take at most for one header.
const MAX_TOKEN: usize = 64 * 1024;

/// One header, handed out from as many copies as it takes for threads not to fight over one
/// reference count: cloning a shared `HeaderValue` from two cores at once costs three times as
/// much as cloning one's own.
///
/// The first copy is made at once, the others when their thread first asks, so that an idle
/// credential is held once.
pub(crate) struct LoanedHeader {
    first: AuthHeader,
    first_shard: usize,
    shards: Box<[OnceLock<AuthHeader>]>,
}

impl LoanedHeader {
    /// `secret` must have passed [`check_token`].
    pub(crate) fn new(
        style: &HeaderStyle,
        secret: &Secret,
        expires_at: Option<SystemTime>,
    ) -> Result<Self, AuthError> {
        let word = style.word.unwrap_or_default();
        let token = secret.expose();
        let mut line = Vec::with_capacity(word.len().saturating_add(1).saturating_add(token.len()));
        if !word.is_empty() {
            line.extend_from_slice(word.as_bytes());
            line.push(b' ');
        }
        let token_at = line.len();
        line.extend_from_slice(token.as_bytes());
        let value = lone_value(line).ok_or_else(|| {
            AuthError::new(
                ErrorKind::Protocol,
                "the credential may not stand in a header",
            )
        })?;
        Ok(Self {
            first: AuthHeader(Arc::new(Loan {
                name: lone_name(&style.name),
                value,
                token_at,
                generation: Generation::next(),
                expires_at,
            })),
            first_shard: shard(),
            shards: (0..shard_count()).map(|_| OnceLock::new()).collect(),
        })
    }

    pub(crate) fn generation(&self) -> Generation {
        self.first.generation()
    }

    /// This thread's copy. No lock, and no allocation but for the copy itself the first time.
    pub(crate) fn lend(&self) -> AuthHeader {
        let here = shard();
        if here == self.first_shard {
            return self.first.clone();
        }
        match self.shards.get(here) {
            Some(slot) => slot.get_or_init(|| self.copy()).clone(),
            None => self.first.clone(),
        }
    }

    fn copy(&self) -> AuthHeader {
        let mut copy = Loan::clone(&self.first.0);
        if let Some(value) = lone_value(copy.value.as_bytes().to_vec()) {
            copy.value = value;
            copy.name = lone_name(&copy.name);
        }
        AuthHeader(Arc::new(copy))
    }
}

/// Name, generation and end are enough to tell it; the copies say nothing more.
impl fmt::Debug for LoanedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LoanedHeader").field(&self.first).finish()
    }
}

/// Sits with its reference count on cache lines of its own, and is wiped with the last clone.
/// (128 bytes: processors fetch lines of 64 in pairs.)
#[repr(align(128))]
struct Line(Vec<u8>);

impl AsRef<[u8]> for Line {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

fn lone_value(line: Vec<u8>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Line(line))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A well-known name is a number; any other has a reference count, which must not be shared
/// between copies either.
fn lone_name(name: &HeaderName) -> HeaderName {
    let own = HeaderName::from_bytes(name.as_str().as_bytes());
    own.unwrap_or_else(|_| name.clone())
}

/// The shard of this thread. Threads are dealt out in the order in which they first ask.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: usize =
            NEXT.fetch_add(1, Ordering::Relaxed).checked_rem(shard_count()).unwrap_or(0);
    }
    SHARD.try_with(|shard| *shard).unwrap_or(0)
}

/// Several shards per core, so that two threads that run at once seldom share one; a bound, so
/// that a credential stays small on a machine with many cores.
fn shard_count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        cores
            .saturating_mul(8)
            .next_power_of_two()
            .clamp(MIN_SHARDS, MAX_SHARDS)
    })
}

const MIN_SHARDS: usize = 8;
const MAX_SHARDS: usize = 32;

#[cfg(test)]
mod tests;
