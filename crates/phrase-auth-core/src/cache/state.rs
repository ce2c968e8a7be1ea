use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, Freshness};
use super::flight::Flight;
use super::standing::{Binding, Standing};
use crate::authenticator::Need;
use crate::error::{AuthError, ErrorKind};
use crate::header::{AuthHeader, Generation};
use crate::policy::CachePolicy;
use crate::runtime::Now;
use crate::secret::SecretId;
use crate::source::{FetchReason, Token};

/// What a cache knows beside the published token. Pure: it is given the time and what is
/// published, and says what to do; it waits for nothing and calls nobody.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The fetch under way.
    flight: Option<Arc<Flight>>,
    /// Why nothing is asked at the moment.
    standing: Standing,
    /// The last token, over or refused as it may be: what the next fetch may renew from.
    last: Option<Arc<Token>>,
    /// The generation of the last token that was handed out.
    newest: Option<Generation>,
    /// A server has refused the last token, and no other has come yet.
    rejected: bool,
    /// When a token last came because of a rejection.
    reissued: Option<Now>,
    /// When the last flight started.
    flown: Option<Now>,
    /// When a flight last started because a token that worked would not live long enough.
    stretched: Option<Now>,
    /// Counts logouts: what was under way at one lands in nothing.
    logouts: u64,
}

/// What a caller gets.
#[derive(Debug)]
pub(super) enum Decision {
    /// The current header. A flight that it comes with is to be launched, and not waited for.
    Serve(AuthHeader, Option<Arc<Flight>>),
    /// A flight to wait for; `true`: it is new, launch it first.
    Ride(Arc<Flight>, bool),
    /// Nothing, and why.
    Fail(AuthError),
}

/// What becomes of a flight's result.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) outcome: Result<Arc<Entry>, AuthError>,
    /// To be published.
    pub(super) publish: bool,
}

impl State {
    /// What a caller with `need` gets now. `current` is what is published.
    pub(super) fn decide(
        &mut self,
        need: &Need,
        current: Option<&Arc<Entry>>,
        now: Now,
        policy: &CachePolicy,
    ) -> Decision {
        let freshness = current.map_or(Freshness::Dead, |entry| entry.freshness(&now));
        let usable = current.filter(|entry| {
            freshness != Freshness::Dead
                && need
                    .newer_than
                    .is_none_or(|refused| entry.generation() > refused)
        });
        let enough = usable.filter(|entry| entry.left(&now) >= need.at_least);
        if let Some(entry) = enough {
            let flight = (freshness == Freshness::Aging).then(|| self.renew_early(now, policy));
            return Decision::Serve(entry.lend(), flight.flatten());
        }
        if let Some(flight) = self.under_way(&now, policy) {
            return Decision::Ride(flight, false);
        }
        // A longer need than tokens have life must not make a login of every call.
        let stretched = self
            .stretched
            .is_some_and(|since| now.since(&since) < policy.believed);
        if let Some(entry) = usable.filter(|_| stretched) {
            return Decision::Serve(entry.lend(), None);
        }
        let standing = match self.standing.binding(&now) {
            Binding::None => None,
            Binding::UnlessChanged(error, secret) => Some((error, secret)),
            Binding::Until(error) => {
                // The freshest is good enough where nothing better can be had.
                return match usable {
                    Some(entry) => Decision::Serve(entry.lend(), None),
                    None => Decision::Fail(error),
                };
            }
        };
        let forced = need.newer_than.is_some() && freshness != Freshness::Dead;
        let why = match freshness {
            _ if self.last.is_none() => FetchReason::Cold,
            _ if self.rejected => FetchReason::Rejected,
            _ if forced => FetchReason::Forced,
            Freshness::Dead => FetchReason::Expired,
            Freshness::Fresh | Freshness::Aging => FetchReason::Early,
        };
        if usable.is_some() {
            self.stretched = Some(now);
        }
        Decision::Ride(self.start(why, standing, now), true)
    }

    /// A flight beside a token that still works, unless there is a reason against it.
    fn renew_early(&mut self, now: Now, policy: &CachePolicy) -> Option<Arc<Flight>> {
        let pause = self
            .flown
            .is_some_and(|flown| now.since(&flown) < policy.early_pause);
        if pause || self.under_way(&now, policy).is_some() {
            return None;
        }
        let standing = match self.standing.binding(&now) {
            Binding::None => None,
            Binding::UnlessChanged(error, secret) => Some((error, secret)),
            Binding::Until(_) => return None,
        };
        Some(self.start(FetchReason::Early, standing, now))
    }

    /// The flight under way. One that is overdue is given up: its runtime has stopped or idles.
    fn under_way(&mut self, now: &Now, policy: &CachePolicy) -> Option<Arc<Flight>> {
        self.flight
            .take_if(|flight| now.since(&flight.start) >= patience(policy));
        self.flight.clone()
    }

    fn start(
        &mut self,
        why: FetchReason,
        standing: Option<(AuthError, SecretId)>,
        now: Now,
    ) -> Arc<Flight> {
        let last = self.last.clone();
        let flight = Arc::new(Flight::new(why, now, last, standing, self.mark()));
        self.flight = Some(Arc::clone(&flight));
        self.flown = Some(now);
        flight
    }

    fn mark(&self) -> Mark {
        Mark {
            logouts: self.logouts,
            newest: self.newest,
        }
    }

    /// Takes what a flight brought. `secret` is the fingerprint of what it sent.
    pub(super) fn land(
        &mut self,
        flight: &Arc<Flight>,
        result: Result<(Arc<Token>, Entry), AuthError>,
        secret: Option<SecretId>,
        now: Now,
        policy: &CachePolicy,
    ) -> Landing {
        let own = self.leave(flight);
        if self.logouts != flight.mark.logouts {
            return Landing {
                outcome: Err(logged_out()),
                publish: false,
            };
        }
        match result {
            Ok((token, entry)) => {
                let entry = Arc::new(entry);
                // Given up, and overtaken by another: good for whoever still waits for it.
                let overtaken = !own && self.newest != flight.mark.newest;
                if overtaken {
                    return Landing {
                        outcome: Ok(entry),
                        publish: false,
                    };
                }
                self.last = Some(token);
                self.newest = Some(entry.generation());
                if std::mem::take(&mut self.rejected) {
                    self.reissued = Some(now);
                }
                let over = entry.freshness(&now) == Freshness::Dead;
                // A late one says nothing about what has been refused since.
                if own && over {
                    self.standing.open_window(over_on_arrival(), now, policy);
                } else if own {
                    self.standing.clear();
                }
                Landing {
                    outcome: Ok(entry),
                    publish: !over,
                }
            }
            Err(error) => {
                let error = if own {
                    self.standing.fail(error, secret, now, policy)
                } else {
                    error
                };
                Landing {
                    outcome: Err(error),
                    publish: false,
                }
            }
        }
    }

    /// Takes a flight out; `false` if another has taken its place.
    pub(super) fn leave(&mut self, flight: &Arc<Flight>) -> bool {
        let own = self
            .flight
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, flight));
        if own {
            self.flight = None;
        }
        own
    }

    /// A server said 401 to `refused`. What is published is to be dropped if that is told.
    pub(super) fn reject(
        &mut self,
        refused: Generation,
        current: Option<Generation>,
        now: &Now,
        policy: &CachePolicy,
    ) -> Rejection {
        if current.or(self.newest) != Some(refused) {
            // A straggler: there is, or will be, a newer one. (Or a header of another cache.)
            return if self.newest.is_some_and(|newest| refused < newest) {
                Rejection::Known
            } else {
                Rejection::Useless
            };
        }
        if self
            .reissued
            .is_some_and(|since| now.since(&since) < policy.believed)
        {
            return Rejection::Useless;
        }
        self.rejected = true;
        Rejection::Drop
    }

    /// The user says that the cause of a failure is gone.
    pub(super) fn reset(&mut self) {
        self.standing.clear();
        // What is under way was started before: its outcome is for those who wait for it.
        self.flight = None;
    }

    /// Forgets everything and asks for nothing until the next [`reset`](Self::reset). Gives back
    /// the token that was held and the flight that lands in nothing.
    pub(super) fn log_out(&mut self) -> (Option<Arc<Token>>, Option<Arc<Flight>>) {
        let logouts = self.logouts.saturating_add(1);
        let gone = std::mem::take(self);
        self.standing.latch(logged_out(), None);
        self.logouts = logouts;
        (gone.last, gone.flight)
    }

    /// A token from before the cache began.
    pub(super) fn begin(&mut self, token: Arc<Token>, entry: &Entry) {
        self.last = Some(token);
        self.newest = Some(entry.generation());
    }
}

/// What a state was like when a flight began, to be compared with when it lands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    logouts: u64,
    newest: Option<Generation>,
}

/// What a rejection comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    /// Drop what is published; a new token is worth a retry.
    Drop,
    /// Known already: the newer token is worth a retry.
    Known,
    /// Another token would be refused as well.
    Useless,
}

/// How long a flight is waited for. It ends itself at its deadline and says so; past this it is
/// taken for lost.
pub(super) fn patience(policy: &CachePolicy) -> Duration {
    policy.deadline.saturating_add(GRACE)
}

/// Enough for a busy machine to get from one timer to the next.
const GRACE: Duration = Duration::from_secs(1);

fn over_on_arrival() -> AuthError {
    AuthError::new(
        ErrorKind::Protocol,
        "the last token was over when it arrived",
    )
    .with_hint("the server gives tokens that live too short, or answers too late, or the clock of this machine \
         is ahead")
}

pub(super) fn logged_out() -> AuthError {
    AuthError::new(ErrorKind::LoginRequired, "logged out")
        .with_hint("log in again, or reset the cache to use the same secret")
}
