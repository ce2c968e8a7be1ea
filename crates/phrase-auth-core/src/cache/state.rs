use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, Freshness};
use super::flight::Flight;
use super::holding::Holding;
use super::shelf::Saved;
use super::standing::{Binding, Standing};
use crate::authenticator::Need;
use crate::error::{AuthError, ErrorKind};
use crate::header::{AuthHeader, Generation};
use crate::policy::CachePolicy;
use crate::runtime::Now;
use crate::secret::SecretId;
use crate::session::Session;
use crate::source::{FetchReason, Token};

/// What a cache knows beside the published token. Pure: it is given the time and what is
/// published, and says what to do; it waits for nothing and calls nobody.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The fetch under way.
    flight: Option<Arc<Flight>>,
    /// Those before that were overdue, until their locks are taken away.
    given_up: Vec<Arc<Flight>>,
    /// Those that go on for whoever waits for them, and may have the store locked.
    displaced: Vec<Arc<Flight>>,
    /// What a task is trying to save.
    saving: Option<Arc<Session>>,
    /// The user wants a refused session tried again.
    insist: bool,
    /// Why nothing is asked at the moment.
    standing: Standing,
    /// The last token, and how it stands to the store.
    holding: Holding,
    /// There is a store, where somebody else may have put a session.
    shared: bool,
    /// When the store was last looked at because of a refusal.
    looked: Option<Now>,
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
        let doubt = match self.doubt(&now, policy) {
            Ok(doubt) => doubt,
            Err(error) => {
                // The freshest is good enough where nothing better can be had.
                return match usable {
                    Some(entry) => Decision::Serve(entry.lend(), None),
                    None => Decision::Fail(error),
                };
            }
        };
        let forced = need.newer_than.is_some() && freshness != Freshness::Dead;
        let why = match freshness {
            _ if self.holding.token.is_none() => FetchReason::Cold,
            _ if self.rejected => FetchReason::Rejected,
            _ if forced => FetchReason::Forced,
            Freshness::Dead => FetchReason::Expired,
            Freshness::Fresh | Freshness::Aging => FetchReason::Early,
        };
        if usable.is_some() {
            self.stretched = Some(now);
        }
        Decision::Ride(self.start(why, doubt, now), true)
    }

    /// A flight beside a token that still works, unless there is a reason against it.
    fn renew_early(&mut self, now: Now, policy: &CachePolicy) -> Option<Arc<Flight>> {
        let pause = self
            .flown
            .is_some_and(|flown| now.since(&flown) < policy.early_pause);
        if pause || self.under_way(&now, policy).is_some() {
            return None;
        }
        let doubt = self.doubt(&now, policy).ok()?;
        Some(self.start(FetchReason::Early, doubt, now))
    }

    /// What a flight has to find changed before it asks for anything; an error if it need not even look.
    fn doubt(&mut self, now: &Now, policy: &CachePolicy) -> Result<Option<Doubt>, AuthError> {
        let (error, secret, sealed) = match self.standing.binding(now) {
            Binding::None => return Ok(None),
            Binding::Until(error) => return Err(error),
            Binding::UnlessChanged {
                error,
                secret,
                sealed,
            } => (error, secret, sealed),
        };
        let lately = self
            .looked
            .is_some_and(|looked| now.since(&looked) < policy.early_pause);
        let look = self.shared && !sealed && !lately;
        if look {
            self.looked = Some(*now);
        }
        if secret.is_none() && !look {
            return Err(error);
        }
        Ok(Some(Doubt {
            error,
            secret,
            look,
        }))
    }

    /// The flight under way. One that is overdue is given up: its runtime has stopped or idles.
    fn under_way(&mut self, now: &Now, policy: &CachePolicy) -> Option<Arc<Flight>> {
        let is_overdue = |flight: &mut Arc<Flight>| flight.age(now) >= patience(policy);
        self.given_up.extend(self.flight.take_if(is_overdue));
        self.given_up
            .extend(self.displaced.extract_if(.., is_overdue));
        self.flight.clone()
    }

    /// The flights that were given up, whose locks on the store are to be taken away.
    pub(super) fn given_up(&mut self) -> Vec<Arc<Flight>> {
        std::mem::take(&mut self.given_up)
    }

    fn start(&mut self, why: FetchReason, doubt: Option<Doubt>, now: Now) -> Arc<Flight> {
        let holding = self.holding.clone();
        let flight = Flight::new(why, now, holding, doubt, self.insist, self.mark());
        let flight = Arc::new(flight);
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

    /// Whether what a flight has brought may still be saved: nobody has logged out since, and nothing
    /// newer has come.
    pub(super) fn may_save(&self, flight: &Flight) -> bool {
        self.logouts == flight.mark.logouts && self.newest == flight.mark.newest
    }

    /// Takes what a flight brought. `secret` is the fingerprint of what it sent, `holding` how things
    /// stand with the store.
    pub(super) fn land(
        &mut self,
        flight: &Arc<Flight>,
        report: Report,
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
        let Report {
            result,
            secret,
            holding,
        } = report;
        // Given up, and overtaken by another: good for whoever still waits for it.
        let overtaken = !own && self.newest != flight.mark.newest;
        match result {
            Ok(arrival) => {
                let entry = Arc::new(arrival.entry);
                if overtaken {
                    return Landing {
                        outcome: Ok(entry),
                        publish: false,
                    };
                }
                self.holding = holding;
                self.insist = false;
                self.newest = Some(entry.generation());
                // What somebody else has put into the store says nothing about this server's mood.
                if std::mem::take(&mut self.rejected) && arrival.fetched {
                    self.reissued = Some(now);
                }
                let over = entry.freshness(&now) == Freshness::Dead;
                // A late one says nothing about what has been refused since, unless that was a refresh
                // token which it has replaced.
                if own && over {
                    self.standing.open_window(over_on_arrival(), now, policy);
                } else if own || renews(self.holding.token.as_ref()) {
                    self.standing.clear();
                }
                Landing {
                    outcome: Ok(entry),
                    publish: !over,
                }
            }
            Err(error) => {
                // What a late one has brought meanwhile is newer than what this one knows of.
                let error = if own && self.newest == flight.mark.newest {
                    self.holding = holding;
                    // A passing fault has judged nothing.
                    self.insist &= !error.is_last_word();
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
        self.displaced.retain(|it| !Arc::ptr_eq(it, flight));
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
        self.insist = true;
        // What is under way was started before: its outcome is for those who wait for it. But for a
        // refresh, which a second one beside it would break.
        let displaced = self
            .flight
            .take_if(|flight| !renews(flight.holding.token.as_ref()));
        self.displaced.extend(displaced);
    }

    /// Forgets everything and asks for nothing until the next [`reset`](Self::reset). Gives back
    /// what was held and the flights that land in nothing.
    pub(super) fn log_out(&mut self) -> (Holding, Vec<Arc<Flight>>) {
        let logouts = self.logouts.saturating_add(1);
        let shared = self.shared;
        let gone = std::mem::take(self);
        self.standing.seal(logged_out());
        self.logouts = logouts;
        self.shared = shared;
        let mut flights = gone.displaced;
        flights.extend(gone.given_up);
        flights.extend(gone.flight);
        (gone.holding, flights)
    }

    /// A state over a store.
    pub(super) fn shared(self) -> Self {
        Self {
            shared: true,
            ..self
        }
    }

    /// A token from before the cache began.
    pub(super) fn begin(&mut self, holding: Holding, entry: &Entry) {
        self.holding = holding;
        self.newest = Some(entry.generation());
    }

    /// A session from a login elsewhere: whatever stood in the way is over. Gives back the flight that
    /// is overtaken.
    pub(super) fn adopt(&mut self, session: Arc<Session>, entry: &Entry) -> Option<Arc<Flight>> {
        self.begin(Holding::adopted(session), entry);
        self.standing.clear();
        self.rejected = false;
        self.reissued = None;
        self.flight.take()
    }

    /// The session that is not in the store, and should be.
    pub(super) fn unsaved(&self) -> Option<Arc<Session>> {
        let unsaved = self.holding.unsaved;
        self.holding.session.clone().filter(|_| unsaved)
    }

    /// How things stand, if it is still this session that should be in the store.
    pub(super) fn still_unsaved(&self, session: &Arc<Session>) -> Option<Holding> {
        let unsaved = self.unsaved()?;
        Arc::ptr_eq(&unsaved, session).then(|| self.holding.clone())
    }

    /// The session that a task is to save, unless there is one at it.
    pub(super) fn begin_saving(&mut self) -> Option<Arc<Session>> {
        let unsaved = self.unsaved()?;
        let at_it = self.saving.replace(Arc::clone(&unsaved));
        let same = at_it.is_some_and(|at_it| Arc::ptr_eq(&at_it, &unsaved));
        (!same).then_some(unsaved)
    }

    /// The task has ended.
    pub(super) fn end_saving(&mut self, session: &Arc<Session>) {
        self.saving.take_if(|saving| Arc::ptr_eq(saving, session));
    }

    /// A session is in the store, or another one that is newer.
    pub(super) fn settle(&mut self, session: &Arc<Session>, saved: Saved) {
        if saved != Saved::Unwanted && self.still_unsaved(session).is_some() {
            self.holding.settle(saved == Saved::Done);
        }
    }

    /// The session that is held.
    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        self.holding.session.as_ref()
    }

    /// The fetch under way, if there is one.
    pub(super) fn flight(&self) -> Option<Arc<Flight>> {
        self.flight.clone()
    }
}

/// Whether there is a refresh token, which must not be sent twice at a time.
pub(super) fn renews(token: Option<&Arc<Token>>) -> bool {
    token.is_some_and(|token| token.refresh().is_some())
}

/// A refusal that stands, and what would have to be another for a flight to ask all the same.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) error: AuthError,
    pub(super) secret: Option<SecretId>,
    /// Whether the store is worth a look.
    pub(super) look: bool,
}

/// What a flight comes home with.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) result: Result<Arrival, AuthError>,
    pub(super) secret: Option<SecretId>,
    pub(super) holding: Holding,
}

/// A token, and whether it came from the source or from the store.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) entry: Entry,
    pub(super) fetched: bool,
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
