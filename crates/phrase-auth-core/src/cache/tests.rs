//! Every row of the behaviour table, by a scripted source on a manual clock.

#![cfg(feature = "tokio")]

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::Semaphore;

use super::*;
use crate::audience::BaseUrl;
use crate::header::HeaderStyle;
use crate::secret::{Secret, SecretId};
use crate::source::{Ask, FetchReason, Token};
use crate::store::{MemoryStore, StoreKey, TokenStore};
use crate::testing::{ManualRuntime, ScriptedSource};

mod adoption;
mod clock;
mod faults;
mod flights;
mod given_up;
mod logout;
mod rejection;
mod runtimes;
mod secrets;
mod stores;
mod unsaved;

const LIFE: Duration = Duration::from_secs(3600);

fn audience() -> Audience {
    Audience::new("https://api.example/v1").unwrap()
}

fn cache(source: impl TokenSource) -> (TokenCache, Arc<ManualRuntime>) {
    let clock = Arc::new(ManualRuntime::new());
    let cache = TokenCache::builder(source, audience())
        .runtime(clock.clone())
        .build();
    (cache, clock)
}

fn token(name: &str, lifetime: Duration) -> Result<Token, AuthError> {
    Token::new(name, HeaderStyle::bearer(), lifetime)
}

fn down() -> Result<Token, AuthError> {
    let error = AuthError::new(ErrorKind::Unavailable, "down");
    Err(error.with_status(StatusCode::SERVICE_UNAVAILABLE))
}

fn refused() -> Result<Token, AuthError> {
    Err(AuthError::new(ErrorKind::Refused, "no").with_status(StatusCode::BAD_REQUEST))
}

/// A server that rotates refresh tokens, and takes none of them twice.
#[derive(Clone, Debug)]
struct Rotating {
    family: Arc<Mutex<Family>>,
    started: Arc<AtomicUsize>,
    /// Closed by [`Rotating::gated`]: a refresh waits for a permit before and after it is answered.
    gate: Arc<Semaphore>,
}

#[derive(Debug)]
struct Family {
    life: Duration,
    minted: usize,
    refreshes: usize,
    alive: bool,
}

impl Rotating {
    fn new(life: Duration) -> Self {
        Self {
            family: Arc::new(Mutex::new(Family {
                life,
                minted: 0,
                refreshes: 0,
                alive: true,
            })),
            started: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    fn gated(life: Duration) -> Self {
        Self {
            gate: Arc::new(Semaphore::new(0)),
            ..Self::new(life)
        }
    }

    /// A login.
    fn token(&self) -> Token {
        let mut family = self.family.lock().unwrap();
        family.minted = family.minted.saturating_add(1);
        let token = Token::new(
            format!("a{}", family.minted),
            HeaderStyle::bearer(),
            family.life,
        );
        let token = token.unwrap();
        token.with_refresh(format!("r{}", family.minted)).unwrap()
    }

    fn refreshes(&self) -> usize {
        self.family.lock().unwrap().refreshes
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    fn forgive(&self) {
        let mut family = self.family.lock().unwrap();
        family.alive = true;
        family.minted = 1;
    }

    fn is_alive(&self) -> bool {
        self.family.lock().unwrap().alive
    }

    fn let_through(&self) {
        self.gate.add_permits(2);
    }
}

#[async_trait]
impl TokenSource for Rotating {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        self.started.fetch_add(1, Ordering::SeqCst);
        let Some(sent) = ask.previous.and_then(Token::refresh) else {
            return Err(AuthError::new(
                ErrorKind::LoginRequired,
                "nothing to renew from",
            ));
        };
        self.gate.acquire().await.unwrap().forget();
        let newest = {
            let mut family = self.family.lock().unwrap();
            family.refreshes = family.refreshes.saturating_add(1);
            let newest = format!("r{}", family.minted);
            family.alive &= sent.expose() == newest;
            family.alive
        };
        let answer = match newest {
            true => Ok(self.token()),
            false => Err(AuthError::new(ErrorKind::LoginRequired, "used twice")
                .with_status(StatusCode::BAD_REQUEST)
                .with_verdict(sent.id())),
        };
        self.gate.acquire().await.unwrap().forget();
        answer
    }

    async fn revoke(&self, _: &Token) -> Result<Revocation, AuthError> {
        self.family.lock().unwrap().alive = false;
        Ok(Revocation::Revoked)
    }
}

fn key() -> StoreKey {
    let base = BaseUrl::parse("https://api.example/v1").unwrap();
    StoreKey::new("oauth2", &base, "jane").unwrap()
}

/// A cache over a store, on a clock that others share.
fn stored(
    source: impl TokenSource,
    clock: &Arc<ManualRuntime>,
    store: impl TokenStore,
) -> TokenCache {
    TokenCache::builder(source, audience())
        .runtime(clock.clone())
        .store(Arc::new(store), key())
        .build()
}

/// Puts a session into a store, as a login of somebody else does.
async fn put(store: &impl TokenStore, token: Token, clock: &ManualRuntime) {
    let session = Session::new(token, clock.now().wall, key());
    let mut entry = store.lock(&key(), LIFE).await.unwrap();
    entry.save(&session).await.unwrap();
}

fn clock() -> Arc<ManualRuntime> {
    Arc::new(ManualRuntime::new())
}

/// What a caller hears whose refresh is refused, once the store has been looked at again.
async fn after_the_looks(
    cache: &TokenCache,
    clock: &ManualRuntime,
) -> Result<AuthHeader, AuthError> {
    let caller = tokio::spawn(owned_header(cache));
    for _ in 0..3 {
        settle().await;
        clock.advance(Duration::from_millis(100));
    }
    caller.await.unwrap()
}

/// A cache over a store that has a session, and its clock.
async fn begun<S: TokenStore + Clone>(
    server: &Rotating,
    store: &S,
) -> (TokenCache, Arc<ManualRuntime>) {
    let clock = clock();
    put(store, server.token(), &clock).await;
    (stored(server.clone(), &clock, store.clone()), clock)
}

/// The access token that a store has.
async fn kept(store: &impl TokenStore) -> Option<String> {
    let session = store.load(&key()).await.unwrap()?;
    Some(session.token().secret().expose().to_owned())
}

/// Lets every task that can run do so.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// A source whose fetches wait until they are let go.
#[derive(Clone, Debug)]
struct Gated {
    source: ScriptedSource,
    started: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Gated {
    fn new(source: ScriptedSource) -> Self {
        Self {
            source,
            started: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    fn open(&self) {
        self.gate.add_permits(1);
    }
}

#[async_trait]
impl TokenSource for Gated {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.source.fetch(ask).await
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.source.secret_id().await
    }
}

/// Polls once with a waker that does nothing.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A header for a task of its own.
fn owned_header(cache: &TokenCache) -> impl Future<Output = Result<AuthHeader, AuthError>> + use<> {
    let cache = cache.clone();
    async move { cache.header().await }
}

/// A store that counts, and fails when it is told to.
#[derive(Clone, Debug, Default)]
struct Counting {
    store: MemoryStore,
    loads: Arc<AtomicUsize>,
    broken: Arc<Mutex<Broken>>,
    saves: Arc<Mutex<Option<Arc<Semaphore>>>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Broken {
    loads: bool,
    locks: bool,
    saves: bool,
    panics: bool,
}

impl Counting {
    fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }

    fn broken(&self) -> Broken {
        *self.broken.lock().unwrap()
    }

    /// Saves wait, until they are let.
    fn hold_saves(&self) {
        *self.saves.lock().unwrap() = Some(Arc::new(Semaphore::new(0)));
    }

    fn let_saves_through(&self) {
        let gate = self.saves.lock().unwrap().take();
        gate.unwrap().add_permits(100);
    }

    fn break_loads(&self, broken: bool) {
        self.broken.lock().unwrap().loads = broken;
    }

    fn break_locks(&self, broken: bool) {
        self.broken.lock().unwrap().locks = broken;
    }

    fn break_saves(&self, broken: bool) {
        self.broken.lock().unwrap().saves = broken;
    }

    fn panic_in_saves(&self, broken: bool) {
        self.broken.lock().unwrap().panics = broken;
    }
}

#[async_trait]
impl TokenStore for Counting {
    async fn load(&self, key: &StoreKey) -> Result<Option<Session>, StoreError> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        match self.broken().loads {
            true => Err(StoreError::new("no disk")),
            false => self.store.load(key).await,
        }
    }

    async fn lock(
        &self,
        key: &StoreKey,
        patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError> {
        if self.broken().locks {
            return Err(StoreError::new("no disk"));
        }
        Ok(Box::new(CountingEntry {
            entry: self.store.lock(key, patience).await?,
            store: self.clone(),
        }))
    }
}

struct CountingEntry {
    entry: Box<dyn LockedEntry>,
    store: Counting,
}

#[async_trait]
impl LockedEntry for CountingEntry {
    async fn load(&mut self) -> Result<Option<Session>, StoreError> {
        match self.store.broken().loads {
            true => Err(StoreError::new("no disk")),
            false => self.entry.load().await,
        }
    }

    async fn save(&mut self, session: &Session) -> Result<(), StoreError> {
        let gate = self.store.saves.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        assert!(!self.store.broken().panics, "as told");
        match self.store.broken().saves {
            true => Err(StoreError::new("no room")),
            false => self.entry.save(session).await,
        }
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.entry.remove().await
    }
}
