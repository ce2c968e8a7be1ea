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
use crate::header::HeaderStyle;
use crate::secret::{Secret, SecretId};
use crate::source::{Ask, FetchReason, Token};
use crate::testing::{ManualRuntime, ScriptedSource};

mod clock;
mod faults;
mod flights;
mod rejection;
mod runtimes;
mod secrets;

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
