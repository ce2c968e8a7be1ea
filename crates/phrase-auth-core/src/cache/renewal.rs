use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::entry::{Entry, Freshness};
use super::flight::Flight;
use super::holding::Holding;
use super::shelf::{Saved, Shelf};
use super::state::{Arrival, renews};
use super::task::{ask, in_time, time_left};
use crate::error::{AuthError, ErrorKind};
use crate::policy::CachePolicy;
use crate::runtime::{Now, caught, within};
use crate::session::Session;
use crate::source::{FetchReason, Token};
use crate::store::StoreError;

/// A flight over a store: look, lock, look again; fetch, save, and only then hand out.
pub(super) struct Renewal<'a> {
    shared: &'a Shared,
    flight: &'a Flight,
    shelf: &'a Shelf,
    holding: Holding,
}

impl<'a> Renewal<'a> {
    pub(super) fn new(shared: &'a Shared, flight: &'a Flight, shelf: &'a Shelf) -> Self {
        Self {
            shared,
            flight,
            shelf,
            holding: flight.holding.clone(),
        }
    }

    /// What came of it, and how things stand with the store then.
    pub(super) async fn fly(mut self) -> (Result<Arrival, AuthError>, Holding) {
        let result = self.arrival().await;
        (result, self.holding)
    }

    async fn arrival(&mut self) -> Result<Arrival, AuthError> {
        // Without the lock first: most of those who come find a session that somebody has renewed.
        if !self.holding.unsaved {
            let stored = self.in_time(self.time_left(), self.shelf.load()).await?;
            if let Some(found) = self.found(stored)? {
                return Ok(found);
            }
        }
        // Whoever waits longer has no time left to ask, and to save what comes of it. Of the deadline itself, and not
        // of the slack after it, which is longer than a third of a short one.
        let patience = self.until(share(&self.shared.policy, 3));
        let locked = held(self.flight.berth.lock(self.shelf, patience));
        self.in_time(patience, locked).await?;
        if let Some(found) = self.look_under_the_lock().await? {
            return Ok(found);
        }
        if let Some(session) = self
            .holding
            .session
            .clone()
            .filter(|_| self.holding.unsaved)
        {
            // Before its refresh token is sent: nobody else would know what came of it.
            self.save(&session).await;
        }
        self.check_the_session()?;
        let sent = self.holding.token.clone();
        let refusal = match self.ask().await {
            Ok(granted) => return self.keep(granted).await,
            Err(error) if !is_refusal(&error) || !renews(sent.as_ref()) => return Err(error),
            Err(error) => error,
        };
        match self.after_a_refusal(sent.as_deref()).await {
            // Whatever has gone wrong with the store: the refusal stands.
            Err(_) | Ok(Outcome::Same) => {
                // What an administrator can mend is not the end of the session.
                if refusal.needs_login() {
                    self.mark_refused().await;
                }
                Err(refusal)
            }
            Ok(Outcome::Found(found)) => Ok(found),
            Ok(Outcome::Newer) => {
                let granted = self.ask().await?;
                self.keep(granted).await
            }
        }
    }

    /// Somebody who does not heed the lock may have used it up, and be about to save what came of it.
    async fn after_a_refusal(&mut self, sent: Option<&Token>) -> Result<Outcome, AuthError> {
        for pause in LOOKS_AFTER_A_REFUSAL {
            self.shared.runtime.sleep(pause)?.await;
            if let Some(found) = self.look_under_the_lock().await? {
                return Ok(Outcome::Found(found));
            }
            if is_another_refresh_token(sent, self.holding.token.as_deref()) {
                return Ok(Outcome::Newer);
            }
        }
        Ok(Outcome::Same)
    }

    async fn ask(&self) -> Result<(Token, Now), AuthError> {
        // A rotating token is never sent without it.
        if !self.flight.berth.is_locked() {
            return Err(given_up().into());
        }
        let previous = self.holding.token.as_deref();
        let reserve = share(&self.shared.policy, 10);
        ask(self.shared, self.flight, previous, reserve).await
    }

    /// A session that was refused to somebody else is not sent again, unless the user insists.
    fn check_the_session(&self) -> Result<(), AuthError> {
        let refused = self.holding.session.as_ref().filter(|it| it.is_refused());
        match refused.and_then(|session| session.token().refresh()) {
            Some(refresh) if !self.flight.insist => {
                let what = "the session's refresh token has been refused already";
                Err(AuthError::new(ErrorKind::LoginRequired, what)
                    .with_hint("a person has to log in again")
                    .with_verdict(refresh.id()))
            }
            _ => Ok(()),
        }
    }

    /// Tells everybody else of the refusal.
    async fn mark_refused(&mut self) {
        let refused = self
            .holding
            .session
            .as_ref()
            .map(|session| session.refused());
        if let Some(refused) = refused.map(Arc::new) {
            self.holding.session = Some(Arc::clone(&refused));
            self.save(&refused).await;
            // It is a note, and nothing that must not be lost.
            self.holding.unsaved = false;
        }
    }

    async fn look_under_the_lock(&mut self) -> Result<Option<Arrival>, AuthError> {
        let loaded = held(self.flight.berth.load());
        let loaded = self.in_time(self.time_left(), loaded).await?;
        let stored = self.shelf.own(loaded)?;
        if let Some(found) = self.found(stored.clone())? {
            return Ok(Some(found));
        }
        self.holding.reconcile(stored.map(Arc::new));
        Ok(None)
    }

    /// Takes a session from the store if it is new here and will do for a while; one that will not do for
    /// long is better than none.
    fn found(&mut self, stored: Option<Session>) -> Result<Option<Arrival>, AuthError> {
        let new = stored.filter(|stored| !self.holding.overrides && !self.holding.knows(stored));
        let Some(stored) = new else {
            return Ok(None);
        };
        let now = self.shared.runtime.now();
        let entry = Entry::of(&stored, &now, &self.shared.policy)?;
        let has_one = matches!(self.flight.why, FetchReason::Early | FetchReason::Forced);
        match entry.freshness(&now) {
            Freshness::Fresh => {}
            Freshness::Aging if !has_one => {}
            Freshness::Aging | Freshness::Dead => return Ok(None),
        }
        self.holding.reconcile(Some(Arc::new(stored)));
        Ok(Some(Arrival {
            entry,
            fetched: false,
        }))
    }

    /// Saves what was granted. If that fails it is handed out all the same: it is good.
    async fn keep(&mut self, (token, start): (Token, Now)) -> Result<Arrival, AuthError> {
        let token = Arc::new(token);
        let entry = Entry::new(&token, start, &self.shared.policy)?;
        let session = Arc::new(match &self.holding.session {
            Some(base) => base.renewed(Arc::clone(&token), start.wall),
            None => Session::first(Arc::clone(&token), start.wall, self.shelf.key.clone()),
        });
        self.holding.token = Some(token);
        self.holding.session = Some(Arc::clone(&session));
        self.holding.unsaved = true;
        self.save(&session).await;
        Ok(Arrival {
            entry,
            fetched: true,
        })
    }

    async fn save(&mut self, session: &Arc<Session>) {
        if !self.shared.may_save(self.flight) {
            return;
        }
        let saving = caught(self.flight.berth.save(Session::clone(session)));
        match within(&*self.shared.runtime, self.time_left(), saving).await {
            Ok(Some(Some(Some(Ok(_))))) => self.holding.settle(true),
            // Given up: the lock is somebody else's now.
            Ok(Some(Some(None))) => self.save_late(session).await,
            _ => {}
        }
    }

    async fn save_late(&mut self, session: &Arc<Session>) {
        let (shared, flight, holding) = (self.shared, self.flight, self.holding.clone());
        let wanted = || shared.may_save(flight).then_some(holding);
        let deadline = shared.policy.deadline;
        let saved = in_time(shared, deadline, self.shelf.save(session, wanted, deadline));
        match saved.await {
            Ok(Saved::Done) => self.holding.settle(true),
            Ok(Saved::Outdated) => self.holding.settle(false),
            Ok(Saved::Unwanted) | Err(_) => {}
        }
    }

    /// What is left until so long before the deadline.
    fn until(&self, reserve: Duration) -> Duration {
        let span = self.shared.policy.deadline.saturating_sub(reserve);
        span.saturating_sub(self.flight.age(&self.shared.runtime.now()))
    }

    fn time_left(&self) -> Duration {
        time_left(self.shared, self.flight, &self.shared.runtime.now())
    }

    async fn in_time<T>(
        &self,
        span: Duration,
        step: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, AuthError> {
        in_time(self.shared, span, step).await
    }
}

/// What the store had after a refusal.
enum Outcome {
    /// The same.
    Same,
    /// Somebody else's, with a token that works.
    Found(Arrival),
    /// Somebody else's, with another refresh token.
    Newer,
}

/// What a berth says; that it was given up is a fault of its own.
async fn held<T>(
    step: impl Future<Output = Option<Result<T, StoreError>>>,
) -> Result<T, StoreError> {
    step.await.unwrap_or_else(|| Err(given_up()))
}

/// One of so many equal parts of the time that a flight has.
fn share(policy: &CachePolicy, parts: u32) -> Duration {
    policy.deadline.checked_div(parts).unwrap_or_default()
}

fn is_refusal(error: &AuthError) -> bool {
    error.is_last_word() && !error.is_handed_on()
}

/// Whether the store has another refresh token than the one that was refused.
fn is_another_refresh_token(sent: Option<&Token>, stored: Option<&Token>) -> bool {
    let id = |token: Option<&Token>| Some(token?.refresh()?.id());
    match (id(sent), id(stored)) {
        (Some(sent), Some(stored)) => sent != stored,
        _ => false,
    }
}

fn given_up() -> StoreError {
    StoreError::busy("the session's lock was lost to another caller")
}

/// Three looks within 175 ms: as long as a save takes where disks are slow.
const LOOKS_AFTER_A_REFUSAL: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(75),
    Duration::from_millis(100),
];
