use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;

use self::entry::{Entry, Freshness};
use self::flight::{Flight, Outcome};
use self::shelf::Shelf;
use self::state::{Decision, Rejection, State};
use crate::audience::{Audience, Target};
use crate::authenticator::{Authenticator, Need};
use crate::error::{AuthError, ErrorKind};
use crate::event;
use crate::header::AuthHeader;
use crate::policy::CachePolicy;
use crate::runtime::{Deadline, Runtime, caught, within};
use crate::session::Session;
use crate::source::{Revocation, Token, TokenSource};
use crate::store::{LockedEntry, StoreError};

mod berth;
mod builder;
mod entry;
mod flight;
mod holding;
mod renewal;
mod shelf;
mod standing;
mod state;
mod task;

pub use self::builder::TokenCacheBuilder;

/// An [`Authenticator`] over a [`TokenSource`]: holds one token, keeps it fresh, and asks the
/// source no more than it must.
///
/// - A fresh token is handed out without lock, wait or allocation. One that will soon be over is
///   handed out at once and renewed beside; only when there is none that works does anybody wait.
/// - However many callers wait, one fetch runs for all of them, in a task of its own. Leaving ends
///   nothing, and a caller who is not polled holds up nobody.
/// - After a passing fault nothing is asked for a while (0.5 s doubling to 60 s, and as long as
///   the server says), and a token that still works is handed out until its end.
/// - A refused secret is not sent a second time until something has changed: see
///   [`reset`](Self::reset) and [`TokenSource::secret_id`].
/// - With a [store](TokenCacheBuilder::store), other processes and caches of the same key share the
///   session: it is fetched under the store's lock, saved before it is handed out, and taken from the
///   store where somebody else has renewed it.
///
/// Cloning is cheap, and clones share everything. The cache has no task of its own.
///
/// ```
/// use phrase_auth_core::{Audience, Authenticator, HeaderStyle, Token, TokenCache};
/// # use phrase_auth_core::{Ask, AuthError, TokenSource};
/// # #[derive(Debug)] struct Vault;
/// # #[async_trait::async_trait]
/// # impl TokenSource for Vault {
/// #     async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
/// #         Token::new("t", HeaderStyle::bearer(), std::time::Duration::from_secs(3600))
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), AuthError> {
/// let auth = TokenCache::new(Vault, Audience::new("https://cloud.memsource.com/web")?);
/// let header = auth.header().await?;
/// assert_eq!(header.name(), "authorization");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenCache(Arc<Shared>);

pub(in crate::cache) struct Shared {
    source: Box<dyn TokenSource>,
    audience: Audience,
    runtime: Arc<dyn Runtime>,
    policy: CachePolicy,
    shelf: Option<Shelf>,
    /// All that a hit reads. Written under the lock of `state` only.
    current: ArcSwapOption<Entry>,
    state: Mutex<State>,
}

impl TokenCache {
    /// A cache on the Tokio runtime that is current when it is used, with the usual numbers.
    pub fn new(source: impl TokenSource, audience: Audience) -> Self {
        Self::builder(source, audience).build()
    }

    /// A cache with a runtime, numbers or a first token of the caller's choice.
    pub fn builder(source: impl TokenSource, audience: Audience) -> TokenCacheBuilder {
        TokenCacheBuilder::new(Box::new(source), audience)
    }

    /// The cause of a failure is gone, says the user: forgets a standing refusal and a window. A
    /// token that is held stays.
    pub fn reset(&self) {
        self.0.state().reset();
    }

    /// A login has happened elsewhere: hands its token out from now on, forgets whatever stood in the way
    /// (a refusal, a window, a logout), and saves it in the store, if there is one, in the place of what is
    /// there. What a fetch under way brings lands in nothing.
    ///
    /// # Errors
    ///
    /// `Config`, with nothing changed, if the session is one for another store key, or for APIs outside of this
    /// cache's audience. Any other: it is handed out, but could not be saved, which is tried again every 30
    /// seconds and by the next fetch. That is also what becomes of it if the future is dropped.
    pub async fn adopt(&self, session: Session) -> Result<(), AuthError> {
        if !takes(self.0.shelf.as_ref(), &self.0.audience, &session) {
            let what = "the session is for somebody else than this cache is made for";
            return Err(
                AuthError::config(what).with_hint("log in with the same client, user and scope")
            );
        }
        let session = Arc::new(session.trusted());
        let now = self.0.runtime.now();
        let entry = Arc::new(Entry::of(&session, &now, &self.0.policy)?);
        let over = entry.freshness(&now) == Freshness::Dead;
        let (overtaken, replaced) = {
            let mut state = self.0.state();
            let overtaken = state.adopt(Arc::clone(&session), &entry);
            let published = (!over).then(|| Arc::clone(&entry));
            (overtaken, self.0.current.swap(published))
        };
        drop(replaced);
        if let Some(flight) = overtaken {
            flight.settle(match over {
                false => Outcome::Landed(Ok(entry)),
                true => Outcome::Lost,
            });
            flight.berth.release();
        }
        let later = SaveLater(Some(Arc::clone(&self.0)));
        self.0.save(&session).await?;
        later.disarm();
        Ok(())
    }

    /// The session that is held, over as its token may be: for a program that keeps it itself, and for a
    /// look at scope and subject. `None` before the first one, and for a cache that was made without a
    /// store and without a session, which does not know whose its token is.
    pub fn session(&self) -> Option<Session> {
        self.0
            .state()
            .session()
            .map(|session| Session::clone(session))
    }

    /// Waits until no fetch is under way, at most as long as one may take, and sees to it that the session
    /// is in the store, if there is one. For a program that is about to end: a refresh that ends with it
    /// has used up a refresh token whose successor nobody has.
    ///
    /// # Errors
    ///
    /// If the session could not be saved.
    pub async fn settled(&self) -> Result<(), AuthError> {
        let under_way = self.0.state().flight();
        if let Some(flight) = under_way {
            let _ = self.ride(&flight, false).await;
        }
        let unsaved = self.0.state().unsaved();
        match unsaved {
            Some(session) => self.0.save(&session).await,
            None => Ok(()),
        }
    }

    /// Ends the token at the server where that is offered, and forgets it here and in the store in any
    /// case: no header is handed out from the first poll of the future until [`reset`](Self::reset) or
    /// [`adopt`](Self::adopt), and a fetch under way lands in nothing. Doing it twice does no harm.
    /// Whoever drops the future leaves server and store untold.
    ///
    /// # Errors
    ///
    /// If the server or the store could not be told; the token is forgotten here all the same.
    pub async fn logout(&self) -> Result<Revocation, AuthError> {
        let (holding, flights) = {
            let mut state = self.0.state();
            self.0.current.store(None);
            state.log_out()
        };
        event::logged_out();
        for flight in flights {
            flight.settle(Outcome::Landed(Err(state::logged_out())));
            flight.berth.release();
        }
        let kept = self.0.source.forget().map(Arc::new);
        let mine = [holding.token.clone(), kept];
        let Some(shelf) = &self.0.shelf else {
            return self.revoke_all(mine.into_iter().flatten()).await;
        };
        // Under the lock, so that nobody saves behind it what it ends.
        let (mut entry, stored) = match self.under_lock(shelf).await {
            Ok(locked) => locked,
            Err(error) => {
                let _ = self.revoke_all(mine.into_iter().flatten()).await;
                return Err(error);
            }
        };
        // While it waited, somebody may have logged in anew.
        let is_ended = self.0.state().session().is_none();
        let unknown = |session: &Session| is_ended && !holding.knows(session);
        let theirs = stored
            .filter(unknown)
            .map(|it| Arc::clone(it.shared_token()));
        let told = self
            .revoke_all(mine.into_iter().flatten().chain(theirs))
            .await;
        if is_ended {
            self.in_time(entry.remove()).await?;
        }
        told
    }

    async fn revoke_all(
        &self,
        tokens: impl Iterator<Item = Arc<Token>> + Send,
    ) -> Result<Revocation, AuthError> {
        let mut outcome = Ok(Revocation::NothingHeld);
        for token in tokens {
            let told = self.revoke(&token).await;
            outcome = outcome.and(told);
        }
        outcome
    }

    /// The entry of the store, locked, and what is in it. What cannot be read is not there to be ended,
    /// but still to be removed; what is somebody else's is neither.
    async fn under_lock(
        &self,
        shelf: &Shelf,
    ) -> Result<(Box<dyn LockedEntry>, Option<Session>), AuthError> {
        let mut entry = self.in_time(shelf.lock(self.0.policy.deadline)).await?;
        let session = match self.in_time(entry.load()).await {
            Ok(session) => shelf.own(session)?,
            Err(_) => None,
        };
        Ok((entry, session))
    }

    async fn in_time<T>(
        &self,
        step: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, AuthError> {
        task::in_time(&self.0, self.0.policy.deadline, step).await
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        let told = caught(self.0.source.revoke(token));
        match within(&*self.0.runtime, self.0.policy.deadline, told).await? {
            Some(told) => told.unwrap_or_else(|| Err(task::panicked())),
            None => Err(late("the server was not told of the logout in time")),
        }
    }

    /// Launches a flight if it is new, and waits for it as long as it may take. `None`: it was lost.
    async fn ride(&self, flight: &Arc<Flight>, new: bool) -> Option<Result<Arc<Entry>, AuthError>> {
        let age = flight.age(&self.0.runtime.now());
        let left = state::patience(&self.0.policy).saturating_sub(age);
        // The timer first: where there is none, a flight would be launched and never flown.
        let timer = self.0.runtime.sleep(left).and_then(|timer| {
            if new {
                task::launch(&self.0, flight)?;
            }
            Ok(timer)
        });
        let timer = match timer {
            Ok(timer) => timer,
            Err(error) => {
                if new {
                    self.0.state().leave(flight);
                    flight.settle(Outcome::Lost);
                }
                return Some(Err(error));
            }
        };
        match flight.outcome(timer).await {
            Some(Outcome::Landed(result)) => Some(result),
            // Overdue counts as lost: whoever boards next finds that it is, and flies anew.
            Some(Outcome::Lost) | None => None,
        }
    }
}

/// Has a task save what an adoption leaves unsaved, also if its future is dropped.
struct SaveLater(Option<Arc<Shared>>);

impl SaveLater {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for SaveLater {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let runtime = Arc::clone(&shared.runtime);
            let task = async move { shared.save_what_is_unsaved().await };
            // Without a runtime there is nobody to do it but the next fetch.
            let _ = runtime.spawn(Box::pin(task));
        }
    }
}

#[async_trait]
impl Authenticator for TokenCache {
    fn peek(&self) -> Option<AuthHeader> {
        let current = self.0.current.load();
        let entry = current.as_ref()?;
        (entry.freshness(&self.0.runtime.now()) == Freshness::Fresh).then(|| entry.lend())
    }

    /// A caller waits for the policy's deadline and a second more at the most; for twice that if a
    /// runtime stops in between, or a source blocks its thread. Whose flight is lost boards another.
    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError> {
        let patience = state::patience(&self.0.policy).saturating_mul(2);
        let bound = Deadline::new(self.0.runtime.now(), patience);
        let mut own_flights: u32 = 0;
        loop {
            let (flight, new) = match self.0.decide(&need) {
                Decision::Serve(header, None) => return Ok(header),
                Decision::Serve(header, Some(flight)) => {
                    // Whoever has no runtime still has a token.
                    let _ = task::launch(&self.0, &flight);
                    return Ok(header);
                }
                Decision::Fail(error) => return Err(error),
                Decision::Ride(flight, new) => (flight, new),
            };
            own_flights = own_flights.saturating_add(u32::from(new));
            let error = match self.ride(&flight, new).await {
                Some(Ok(entry)) => return Ok(entry.lend()),
                Some(Err(error)) => error,
                // Others may lose theirs as often as they like; a runtime that loses its own does
                // not get a third.
                None if own_flights < MOST_OWN_FLIGHTS
                    && !bound.left(&self.0.runtime.now()).is_zero() =>
                {
                    continue;
                }
                None => late("nobody has fetched a token in time"),
            };
            return self.0.what_is_left(&need).ok_or(error);
        }
    }

    fn reject(&self, refused: &AuthHeader) -> bool {
        let now = self.0.runtime.now();
        let mut state = self.0.state();
        let current = self
            .0
            .current
            .load()
            .as_ref()
            .map(|entry| entry.generation());
        let rejection = state.reject(refused.generation(), current, &now, &self.0.policy);
        if rejection == Rejection::Drop {
            self.0.current.store(None);
            drop(state);
            event::rejected(refused.generation());
        }
        rejection != Rejection::Useless
    }

    fn covers(&self, target: Target<'_>) -> bool {
        self.0.audience.covers(target)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, need: &Need) -> Decision {
        let now = self.runtime.now();
        let (decision, given_up) = {
            let mut state = self.state();
            let decision = state.decide(need, self.current.load().as_ref(), now, &self.policy);
            (decision, state.given_up())
        };
        for flight in given_up {
            flight.berth.release();
        }
        decision
    }

    /// The token that is held, if it still works: what a failed fetch leaves.
    fn what_is_left(&self, need: &Need) -> Option<AuthHeader> {
        let now = self.runtime.now();
        let current = self.current.load();
        let entry = current.as_ref()?;
        let newer = need
            .newer_than
            .is_none_or(|refused| entry.generation() > refused);
        (newer && entry.freshness(&now) != Freshness::Dead).then(|| entry.lend())
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("source", &self.0.source)
            .field("audience", &self.0.audience)
            .field(
                "generation",
                &self
                    .0
                    .current
                    .load()
                    .as_ref()
                    .map(|entry| entry.generation()),
            )
            .finish_non_exhaustive()
    }
}

/// Whether a session may be handed out by a cache with this store and audience.
fn takes(shelf: Option<&Shelf>, audience: &Audience, session: &Session) -> bool {
    match shelf {
        Some(shelf) => shelf.key == *session.key(),
        None => session.key().is_within(audience),
    }
}

fn late(what: &'static str) -> AuthError {
    AuthError::new(ErrorKind::Timeout, what)
}

/// So that no runtime, however broken, keeps a caller in a circle.
const MOST_OWN_FLIGHTS: u32 = 2;

#[cfg(test)]
mod tests;
