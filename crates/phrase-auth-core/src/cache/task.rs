use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::entry::Entry;
use super::flight::{Flight, Outcome};
use crate::error::{AuthError, ErrorKind};
use crate::event;
use crate::runtime::{Deadline, caught, within};
use crate::secret::SecretId;
use crate::source::{Ask, Token};

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
    let report = caught(fetch(&shared, &flight)).await;
    guard.land(report.unwrap_or(Report::Panicked));
}

/// What a flight comes home with.
enum Report {
    /// The secret is still the one that was refused, for all that can be found out.
    Unchanged(AuthError),
    /// The source's answer, and the fingerprint of what it was asked with.
    Asked(Result<Token, AuthError>, Option<SecretId>),
    Panicked,
}

async fn fetch(shared: &Shared, flight: &Flight) -> Report {
    let bound = Deadline::new(flight.start, shared.policy.deadline.saturating_add(SLACK));
    // Before the fetch: if the secret is replaced meanwhile, the new one gets its chance. While a
    // refusal stands, a look that takes long is as good as one that finds nothing.
    let patience = match &flight.standing {
        Some(_) => shared.policy.early_pause,
        None => shared.policy.deadline,
    };
    let secret = match within(&*shared.runtime, patience, shared.source.secret_id()).await {
        Ok(secret) => secret.flatten(),
        Err(error) => return Report::Asked(Err(error), None),
    };
    if let Some((error, refused)) = &flight.standing
        && secret.is_none_or(|secret| secret == *refused)
    {
        return Report::Unchanged(error.clone());
    }
    // What the fingerprint took is taken from the fetch.
    let now = shared.runtime.now();
    let deadline = Deadline::new(flight.start, shared.policy.deadline).left(&now);
    let late = || AuthError::new(ErrorKind::Timeout, "no token in time");
    if deadline.is_zero() {
        // Or on a runtime that idled: others have given this flight up, and may have sent the secret.
        return Report::Asked(Err(late()), secret);
    }
    let ask = Ask::new(flight.why, flight.previous.as_deref(), deadline);
    let left = bound.left(&now);
    let token = within(&*shared.runtime, left, shared.source.fetch(&ask)).await;
    let token = token.and_then(|token| token.unwrap_or_else(|| Err(late())));
    Report::Asked(token, secret)
}

/// Sees to it that a flight ends for those who wait, also if its task is dropped with its runtime.
struct Guard {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    landed: bool,
}

impl Guard {
    fn land(&mut self, report: Report) {
        self.landed = true;
        let (result, secret) = match report {
            Report::Asked(result, secret) => (result, secret),
            Report::Unchanged(error) => return self.leave_with(Outcome::Landed(Err(error))),
            Report::Panicked => return self.leave_with(Outcome::Landed(Err(panicked()))),
        };
        let Self { shared, flight, .. } = self;
        // Counted from when the request was started. Copying the secret needs no lock.
        let result = result.and_then(|token| {
            let token = Arc::new(token);
            let entry = Entry::new(&token, flight.start, &shared.policy)?;
            Ok((token, entry))
        });
        let now = shared.runtime.now();
        let (landing, replaced) = {
            let mut state = shared.state();
            let landing = state.land(flight, result, secret, now, &shared.policy);
            let publish = landing
                .publish
                .then(|| landing.outcome.as_ref().ok().cloned());
            let replaced = publish.map(|entry| shared.current.swap(entry));
            (landing, replaced)
        };
        drop(replaced);
        event::landed(landing.outcome.as_ref().map(|entry| entry.generation()));
        flight.settle(Outcome::Landed(landing.outcome));
    }

    fn leave_with(&self, outcome: Outcome) {
        self.shared.state().leave(&self.flight);
        self.flight.settle(outcome);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.landed {
            self.leave_with(Outcome::Lost);
        }
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
