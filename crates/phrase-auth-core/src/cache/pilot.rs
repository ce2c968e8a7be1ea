use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::entry::Entry;
use super::flight::{Flight, Outcome};
use crate::error::{AuthError, ErrorKind};
use crate::event;
use crate::runtime::within;
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
    let fetch = fetch(&shared, &flight);
    let bound = shared.policy.deadline.saturating_add(SLACK);
    let report = match within(&*shared.runtime, bound, fetch).await {
        Ok(Some(report)) => report,
        Ok(None) => Report::failed(AuthError::new(ErrorKind::Timeout, "no token in time")),
        Err(error) => Report::failed(error),
    };
    guard.land(report);
}

/// What a flight comes home with.
enum Report {
    /// The secret is still the one that was refused.
    Unchanged(AuthError),
    /// The source's answer, and the fingerprint of what it was asked with.
    Asked(Result<Token, AuthError>, Option<SecretId>),
}

impl Report {
    fn failed(error: AuthError) -> Self {
        Self::Asked(Err(error), None)
    }
}

async fn fetch(shared: &Shared, flight: &Flight) -> Report {
    // Before the fetch: if the secret is replaced meanwhile, the new one gets its chance.
    let secret = shared.source.secret_id().await;
    if let Some((error, refused)) = &flight.standing
        && secret.is_none_or(|secret| secret == *refused)
    {
        return Report::Unchanged(error.clone());
    }
    let ask = Ask::new(
        flight.why,
        flight.previous.as_deref(),
        shared.policy.deadline,
    );
    Report::Asked(shared.source.fetch(&ask).await, secret)
}

/// Sees to it that a flight ends for those who wait, whatever becomes of its task: answered,
/// panicked, or dropped with its runtime.
struct Guard {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    landed: bool,
}

impl Guard {
    fn land(&mut self, report: Report) {
        self.landed = true;
        let Self { shared, flight, .. } = self;
        let (result, secret) = match report {
            Report::Asked(result, secret) => (result, secret),
            Report::Unchanged(error) => {
                shared.state().leave(flight);
                return flight.settle(Outcome::Landed(Err(error)));
            }
        };
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
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        self.shared.state().leave(&self.flight);
        let outcome = if std::thread::panicking() {
            Outcome::Landed(Err(panicked()))
        } else {
            Outcome::Lost
        };
        self.flight.settle(outcome);
    }
}

/// Nothing of the panic's text: it is not ours to show.
fn panicked() -> AuthError {
    AuthError::new(ErrorKind::Unavailable, "the token source panicked")
        .with_hint("this is a bug in the source; the next call asks it again")
}

/// A source that keeps its deadline says itself what did not answer; only one that does not is cut
/// off here. Less than the grace of those who wait.
const SLACK: Duration = Duration::from_millis(500);
