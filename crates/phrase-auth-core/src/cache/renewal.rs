use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::entry::{Entry, Freshness};
use super::flight::Flight;
use super::holding::Holding;
use super::shelf::{Shelf, late};
use super::state::{Arrival, renews};
use super::task::{ask, time_left};
use crate::error::{AuthError, ErrorKind};
use crate::runtime::{Now, caught, within};
use crate::session::Session;
use crate::source::Token;
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
            let stored = self.in_time(self.shelf.load()).await??;
            if let Some(found) = self.found(stored)? {
                return Ok(found);
            }
        }
        let patience = time_left(self.shared, self.flight, &self.shared.runtime.now());
        let locked = self.flight.berth.lock(self.shelf, patience);
        self.in_time(locked).await?.ok_or_else(given_up)??;
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
        let sent = self.holding.token.clone();
        let asked = ask(self.shared, self.flight, sent.as_deref()).await;
        let refusal = match asked {
            Ok(granted) => return self.keep(granted).await,
            Err(error) if !is_refusal(&error) || !renews(sent.as_ref()) => return Err(error),
            Err(error) => error,
        };
        // Somebody who does not heed the lock may have used it up, and be about to save what came of it.
        for pause in LOOKS_AFTER_A_REFUSAL {
            self.shared.runtime.sleep(pause)?.await;
            if let Some(found) = self.look_under_the_lock().await? {
                return Ok(found);
            }
            if is_another_refresh_token(sent.as_deref(), self.holding.token.as_deref()) {
                let newer = self.holding.token.clone();
                let granted = ask(self.shared, self.flight, newer.as_deref()).await?;
                return self.keep(granted).await;
            }
        }
        Err(refusal)
    }

    async fn look_under_the_lock(&mut self) -> Result<Option<Arrival>, AuthError> {
        let loaded = self.in_time(self.flight.berth.load()).await?;
        let loaded = loaded
            .ok_or_else(given_up)?
            .and_then(|it| self.shelf.own(it));
        let stored = loaded?;
        if let Some(found) = self.found(stored.clone())? {
            return Ok(Some(found));
        }
        self.holding.reconcile(stored.map(Arc::new));
        Ok(None)
    }

    /// Takes a session from the store if it is new here and will do for a while.
    fn found(&mut self, stored: Option<Session>) -> Result<Option<Arrival>, AuthError> {
        let Some(stored) = stored.filter(|stored| !self.holding.knows(stored)) else {
            return Ok(None);
        };
        let now = self.shared.runtime.now();
        let entry = Entry::of(&stored, &now, &self.shared.policy)?;
        if entry.freshness(&now) != Freshness::Fresh {
            return Ok(None);
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
        match self.in_time(saving).await {
            Ok(Some(Some(Ok(_)))) => self.holding.settle(true),
            // Given up: the lock is somebody else's now.
            Ok(Some(None)) => self.save_late(session).await,
            _ => {}
        }
    }

    async fn save_late(&mut self, session: &Arc<Session>) {
        let filed = self.holding.filed.clone();
        let deadline = self.shared.policy.deadline;
        let saving = caught(self.shelf.save_over(session, filed.as_ref(), deadline));
        let saved = within(&*self.shared.runtime, deadline, saving).await;
        if let Ok(Some(Some(Ok(saved)))) = saved {
            self.holding.settle(saved);
        }
    }

    async fn in_time<T>(&self, step: impl Future<Output = T>) -> Result<T, AuthError> {
        let left = time_left(self.shared, self.flight, &self.shared.runtime.now());
        let done = within(&*self.shared.runtime, left, step).await?;
        done.ok_or_else(|| AuthError::from(late()).with_kind(ErrorKind::Timeout))
    }
}

fn is_refusal(error: &AuthError) -> bool {
    (error.kind().is_verdict() || error.verdict().is_some()) && !error.is_handed_on()
}

/// Whether the store has another refresh token than the one that was refused.
fn is_another_refresh_token(sent: Option<&Token>, stored: Option<&Token>) -> bool {
    let id = |token: Option<&Token>| Some(token?.refresh()?.id());
    match (id(sent), id(stored)) {
        (Some(sent), Some(stored)) => sent != stored,
        _ => false,
    }
}

fn given_up() -> AuthError {
    StoreError::busy("the session's lock was lost to another caller").into()
}

/// Three looks within 175 ms: as long as a save takes where disks are slow.
const LOOKS_AFTER_A_REFUSAL: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(75),
    Duration::from_millis(100),
];
