use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::entry::Entry;
use super::flight::{Flight, Outcome};
use super::holding::Holding;
use super::renewal::Renewal;
use super::shelf;
use super::state::{Arrival, Doubt, Report};
use crate::error::{AuthError, ErrorKind};
use crate::event;
use crate::runtime::{Deadline, Now, caught, within};
use crate::secret::SecretId;
use crate::session::Session;
use crate::source::{Ask, Token};
use crate::store::StoreError;

/// Starts the flight's task on the runtime that is current.
///
/// # Errors
///
/// `Config` if there is none. The flight is lost then: its guard goes with the task.
pub(super) fn launch(shared: &Arc<Shared>, flight: &Arc<Flight>) -> Result<(), AuthError> {
    event::flight_started(flight.why);
    let guard = Guard {
        shared: Arc::clone(shared),
        flight: Arc::clone(flight),
        landed: false,
    };
    shared.runtime.spawn(Box::pin(fly(guard)))
}

async fn fly(mut guard: Guard) {
    let shared = Arc::clone(&guard.shared);
    let flight = Arc::clone(&guard.flight);
    let end = caught(fetch(&shared, &flight)).await;
    guard.land(end.unwrap_or_else(|| End::Known(panicked())));
    drop(guard);
    shared.save_what_is_unsaved().await;
}

/// How a flight ended.
enum End {
    /// Nothing was asked, and nothing is to be learnt from it.
    Known(AuthError),
    Asked(Box<Report>),
}

async fn fetch(shared: &Shared, flight: &Flight) -> End {
    // Before the fetch: if the secret is replaced meanwhile, the new one gets its chance. While a
    // refusal stands, a look that takes long is as good as one that finds nothing.
    let patience = match &flight.doubt {
        Some(_) => shared.policy.early_pause,
        None => shared.policy.deadline,
    };
    let secret = match within(&*shared.runtime, patience, shared.source.secret_id()).await {
        Ok(secret) => secret.flatten(),
        Err(error) => return End::Known(error),
    };
    if let Some(doubt) = &flight.doubt
        && !doubt.is_cleared_by(secret)
        && !(doubt.look && is_renewed_elsewhere(shared, flight).await)
    {
        return End::Known(doubt.error.clone());
    }
    let (result, holding) = match &shared.shelf {
        Some(shelf) => Renewal::new(shared, flight, shelf).fly().await,
        None => without_a_store(shared, flight).await,
    };
    End::Asked(Box::new(Report {
        result,
        secret,
        holding,
    }))
}

impl Doubt {
    fn is_cleared_by(&self, secret: Option<SecretId>) -> bool {
        let known = secret.zip(self.secret);
        known.is_some_and(|(now, refused)| now != refused)
    }
}

/// Whether somebody else has put a session into the store since the refusal. A store that does not
/// answer is asked again later.
async fn is_renewed_elsewhere(shared: &Shared, flight: &Flight) -> bool {
    let Some(shelf) = &shared.shelf else {
        return false;
    };
    let stored = within(&*shared.runtime, shared.policy.early_pause, shelf.load()).await;
    match stored {
        Ok(Some(Ok(Some(stored)))) => !flight.holding.knows(&stored),
        _ => false,
    }
}

async fn without_a_store(
    shared: &Shared,
    flight: &Flight,
) -> (Result<Arrival, AuthError>, Holding) {
    let mut holding = flight.holding.clone();
    let asked = ask(shared, flight, holding.token.as_deref(), Duration::ZERO).await;
    let result = asked.and_then(|(token, start)| {
        let token = Arc::new(token);
        let entry = Entry::new(&token, start, &shared.policy)?;
        holding.session = (holding.session.as_ref())
            .map(|session| Arc::new(session.renewed(Arc::clone(&token), start.wall)));
        holding.token = Some(token);
        Ok(Arrival {
            entry,
            fetched: true,
        })
    });
    (result, holding)
}

/// Asks the source once: the token, and when it was asked for. What came before is taken from its time, and
/// `reserve` is left of it.
pub(super) async fn ask(
    shared: &Shared,
    flight: &Flight,
    previous: Option<&Token>,
    reserve: Duration,
) -> Result<(Token, Now), AuthError> {
    let now = shared.runtime.now();
    let span = shared.policy.deadline.saturating_sub(reserve);
    let deadline = Deadline::new(flight.start, span).left(&now);
    let late = || AuthError::new(ErrorKind::Timeout, "no token in time");
    if deadline.is_zero() {
        // Or on a runtime that idled: others have given this flight up, and may have sent the secret.
        return Err(late());
    }
    // A refresh token whose answer has no time to come is used up for nothing: a fifth of the deadline is for the answer.
    let refreshes = previous.is_some_and(|token| token.refresh().is_some());
    let least = shared.policy.deadline.checked_div(5).unwrap_or_default();
    if refreshes && deadline < least {
        let what = "too little time was left to refresh the session";
        return Err(AuthError::new(ErrorKind::Timeout, what)
            .with_hint("its refresh token was not sent; try again, or allow a longer deadline"));
    }
    let ask = Ask::new(flight.why, previous, deadline);
    let left = time_left(shared, flight, &now).saturating_sub(reserve);
    let token = within(&*shared.runtime, left, shared.source.fetch(&ask)).await?;
    Ok((token.unwrap_or_else(|| Err(late()))?, now))
}

/// What is left for a step of a flight, before those who wait take it for lost.
pub(super) fn time_left(shared: &Shared, flight: &Flight, now: &Now) -> Duration {
    let span = shared.policy.deadline.saturating_add(SLACK);
    span.saturating_sub(flight.age(now))
}

/// Sees to it that a flight ends for those who wait, also if its task is dropped with its runtime.
struct Guard {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    landed: bool,
}

impl Guard {
    fn land(&mut self, end: End) {
        self.landed = true;
        let report = match end {
            End::Asked(report) => *report,
            End::Known(error) => return self.leave_with(Outcome::Landed(Err(error))),
        };
        let Self { shared, flight, .. } = self;
        let now = shared.runtime.now();
        let (landing, replaced) = {
            let mut state = shared.state();
            let landing = state.land(flight, report, now, &shared.policy);
            let publish = landing
                .publish
                .then(|| landing.outcome.as_ref().ok().cloned());
            let replaced = publish.map(|entry| shared.current.swap(entry));
            (landing, replaced)
        };
        drop(replaced);
        event::landed(landing.outcome.as_ref().map(|entry| entry.generation()));
        flight.settle(Outcome::Landed(landing.outcome));
        flight.berth.release();
    }

    fn leave_with(&self, outcome: Outcome) {
        self.shared.state().leave(&self.flight);
        self.flight.settle(outcome);
        self.flight.berth.release();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.landed {
            self.leave_with(Outcome::Lost);
        }
    }
}

impl Shared {
    /// Goes on trying until the session that could not be saved is in the store, or is no longer the one.
    pub(super) async fn save_what_is_unsaved(&self) {
        let begun = match &self.shelf {
            Some(_) => self.state().begin_saving(),
            None => None,
        };
        let Some(session) = begun else {
            return;
        };
        let _end = EndOfSaving(self, &session);
        while self.save(&session).await.is_err() {
            match self.runtime.sleep(BETWEEN_SAVES) {
                Ok(pause) => pause.await,
                Err(_) => return,
            }
        }
    }

    /// Tries once to save a session that is not in the store yet.
    pub(super) async fn save(&self, session: &Arc<Session>) -> Result<(), AuthError> {
        let Some(shelf) = &self.shelf else {
            return Ok(());
        };
        let wanted = || self.state().still_unsaved(session);
        let saving = shelf.save(session, wanted, self.policy.deadline);
        let saved = in_time(self, self.policy.deadline, saving).await?;
        self.state().settle(session, saved);
        Ok(())
    }

    /// Whether a flight's token may be saved, which is asked right before, under the store's lock.
    pub(super) fn may_save(&self, flight: &Flight) -> bool {
        self.state().may_save(flight)
    }
}

/// Waits for a store, which may hang or panic.
pub(super) async fn in_time<T>(
    shared: &Shared,
    span: Duration,
    step: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, AuthError> {
    let done = within(&*shared.runtime, span, caught(step)).await?;
    match done {
        Some(Some(done)) => Ok(done?),
        Some(None) => Err(StoreError::new("the token store panicked").into()),
        None => Err(AuthError::from(shelf::late()).with_kind(ErrorKind::Timeout)),
    }
}

/// Also if the task goes with its runtime.
struct EndOfSaving<'a>(&'a Shared, &'a Arc<Session>);

impl Drop for EndOfSaving<'_> {
    fn drop(&mut self) {
        self.0.state().end_saving(self.1);
    }
}

/// Nothing of the panic's text: it is not ours to show.
pub(super) fn panicked() -> AuthError {
    AuthError::new(ErrorKind::Unavailable, "the token source panicked")
        .with_hint("this is a bug in the source; the next call asks it again")
}

/// A source that keeps its deadline says itself what did not answer; only one that does not is cut
/// off here. Less than the grace of those who wait.
const SLACK: Duration = Duration::from_millis(500);

/// Between two tries to save a session: an administrator who makes room on a disk needs minutes.
const BETWEEN_SAVES: Duration = Duration::from_secs(30);
