use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use phrase_auth_core::{AuthError, AuthHeader, Authenticator, Now, Runtime, TokenStore};
use tokio::task::yield_now;

use super::ledger::{BETWEEN_CALLS, Ledger};
use super::outage::Outage;
use super::server::LIFE;
use super::subject::{Shared, Subject};
use crate::wrong::Wrong;

/// A subject that lives through one token after another, and through outages.
pub(super) struct Life {
    pub(super) subject: Subject,
    draws: Rng,
    pub(super) cycles: u64,
    pub(super) outages: u64,
    /// Fetches that there have to be by now.
    pub(super) due: u64,
    /// The longest time without a header after an outage had ended.
    pub(super) longest: Duration,
    pub(super) wrong: Wrong,
}

impl Life {
    pub(super) fn new(subject: Subject, seed: u64) -> Self {
        Self {
            subject,
            draws: Rng::with_seed(seed),
            cycles: 0,
            outages: 0,
            due: 0,
            longest: Duration::ZERO,
            wrong: Wrong::default(),
        }
    }

    /// The first token.
    pub(super) async fn begin(&mut self) {
        self.due = 1;
        if let Err(error) = self.header().await {
            self.wrong.is(|| format!("no first token: {error}"));
        }
    }

    /// One token after another: because it is over, because it soon will be, because somebody has refused it.
    pub(super) async fn cycle(&mut self) {
        let before = self.subject.cache.peek();
        let result = match self.cycles % 3 {
            0 => self.after_its_end().await,
            1 => self.early().await,
            _ => self.after_a_refusal(before.as_ref()).await,
        };
        self.cycles = self.cycles.saturating_add(1);
        self.due = self.due.saturating_add(1);
        let number = self.cycles;
        match result {
            Err(error) => self.wrong.is(|| format!("cycle {number}: {error}")),
            Ok(header) => {
                let newer = before.is_none_or(|before| header.generation() > before.generation());
                self.wrong.unless(newer, || {
                    format!("cycle {number}: the token is the old one")
                });
            }
        }
        self.check_requests(|| format!("cycle {number}"));
    }

    /// Two callers, and where there is a store one more before another cache.
    async fn after_its_end(&mut self) -> Result<AuthHeader, AuthError> {
        let Subject {
            clock,
            cache,
            shared,
            ..
        } = &self.subject;
        clock.advance(LIFE);
        let elsewhere = async {
            match shared {
                Some(Shared { other, .. }) => other.header().await.map(Some),
                None => Ok(None),
            }
        };
        let all = async { tokio::join!(cache.header(), cache.header(), elsewhere) };
        let (one, two, three) = self.driven(all).await;
        let (one, two, three) = (one?, two?, three?);
        let same = three.is_none_or(|three| three.token() == one.token());
        let same = same && one.token() == two.token();
        self.wrong
            .unless(same, || "callers of one moment have two tokens".to_owned());
        Ok(one)
    }

    async fn early(&mut self) -> Result<AuthHeader, AuthError> {
        self.subject.clock.advance(SOON_OVER);
        let old = self.header().await?;
        self.settle().await;
        let new = self.header().await?;
        let renewed = new.generation() > old.generation();
        self.wrong
            .unless(renewed, || "a token was not renewed early".to_owned());
        Ok(new)
    }

    async fn after_a_refusal(
        &mut self,
        before: Option<&AuthHeader>,
    ) -> Result<AuthHeader, AuthError> {
        self.subject.clock.advance(STILL_GOOD);
        let heeded = before.is_some_and(|before| self.subject.cache.reject(before));
        self.wrong
            .unless(heeded, || "a refusal was not heeded".to_owned());
        self.header().await
    }

    /// A stretch of time in which nobody gets a token, longer than the one that there is lives; and its end.
    pub(super) async fn outage(&mut self) {
        self.outages = self.outages.saturating_add(1);
        if self.subject.shared.is_some() && self.draws.u8(..) < ONE_IN_EIGHT {
            return self.full_disk().await;
        }
        let all: Vec<Outage> = self.subject.server.outages().collect();
        let Some(outage) = self.draws.choice(all) else {
            return;
        };
        let begin = self.now();
        let end = LIFE.mul_f64(1.2 + 1.8 * self.draws.f64());
        let over_at = self.subject.cache.peek().and_then(|held| held.expires_at());
        let over_at = over_at.and_then(|end| end.checked_sub(MARGIN));
        self.subject.server.with(|ledger| ledger.begin(outage));
        while self.now().since(&begin) < end {
            let pause = BETWEEN_CALLS.mul_f64(self.draws.f64());
            self.subject.clock.advance(pause);
            let asked = self.now();
            let result = self.header().await;
            self.settle().await;
            let good = over_at.is_some_and(|end| asked.wall < end);
            self.judge(outage, good, &result);
        }
        self.recover(outage).await;
    }

    fn judge(&mut self, outage: Outage, good: bool, result: &Result<AuthHeader, AuthError>) {
        let told = match result {
            Ok(_) if good => return,
            Err(error) if !good && error.kind() == outage.kind() && error.is_transient() => return,
            Ok(_) => "a header of a token that is over".to_owned(),
            Err(error) => format!("{:?}: {error}", error.kind()),
        };
        let held = if good { "good" } else { "over" };
        let number = self.outages;
        self.wrong.is(|| {
            format!("outage {number}, {outage:?}, with a token that was {held}: got {told}")
        });
    }

    async fn recover(&mut self, outage: Outage) {
        let bound = self.subject.server.with(Ledger::heal);
        let healed = self.now();
        let number = self.outages;
        self.due = self.requests().saturating_add(1);
        let mut result = self.header().await;
        while result.is_err() && self.now().since(&healed) <= bound {
            self.subject.clock.advance(IMPATIENCE);
            result = self.header().await;
        }
        if let Err(error) = result {
            self.wrong
                .is(|| format!("outage {number}, {outage:?}: not over after {bound:?}: {error}"));
        }
        self.longest = self.longest.max(self.now().since(&healed));
        self.check_requests(|| format!("after outage {number}, {outage:?}"));
    }

    /// Nothing can be saved for some tokens' lives: all goes on, and what is the newest is saved when there is room.
    async fn full_disk(&mut self) {
        let number = self.outages;
        self.fill(true);
        for _ in 0..FULL_FOR {
            self.subject.clock.advance(LIFE);
            self.due = self.due.saturating_add(1);
            if let Err(error) = self.header().await {
                self.wrong
                    .is(|| format!("outage {number}, a full disk: {error}"));
            }
        }
        self.fill(false);
        self.subject.clock.advance(BETWEEN_SAVES);
        self.turns().await;
        self.check_requests(|| format!("outage {number}, a full disk"));
        let held = self.subject.cache.session();
        let stored = match &self.subject.shared {
            Some(Shared { disk, key, .. }) => disk.load(key).await.ok().flatten(),
            None => None,
        };
        let saved = held.zip(stored).is_some_and(|(held, stored)| {
            held.token().secret().expose() == stored.token().secret().expose()
        });
        self.wrong.unless(saved, || {
            format!(
                "outage {number}, a full disk: not saved {BETWEEN_SAVES:?} after there was room"
            )
        });
        // The next cycle begins with a token that has just come.
        self.subject.clock.advance(LIFE);
        self.due = self.due.saturating_add(1);
        if let Err(error) = self.header().await {
            self.wrong
                .is(|| format!("after outage {number}, a full disk: {error}"));
        }
    }

    fn fill(&self, full: bool) {
        if let Some(shared) = &self.subject.shared {
            shared.disk.fill(full);
        }
    }

    /// As many requests as tokens that were due, and no more; a miss is told once.
    fn check_requests(&mut self, when: impl FnOnce() -> String) {
        let requests = self.requests();
        let due = std::mem::replace(&mut self.due, requests);
        self.wrong.unless(requests == due, || {
            format!("{}: {requests} requests, {due} were due", when())
        });
    }

    fn requests(&self) -> u64 {
        self.subject.server.with(|ledger| ledger.requests)
    }

    pub(super) fn now(&self) -> Now {
        self.subject.clock.now()
    }

    async fn header(&self) -> Result<AuthHeader, AuthError> {
        self.driven(self.subject.cache.header()).await
    }

    /// Until no fetch is under way.
    async fn settle(&self) {
        // What could not be saved is tried again by a task.
        let _ = self.driven(self.subject.cache.settled()).await;
    }

    /// Runs `future`, and moves the clock whenever all there is waits for it.
    async fn driven<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            for _ in 0..TURNS {
                let turn = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
                if let Poll::Ready(output) = turn.await {
                    return output;
                }
                yield_now().await;
            }
            self.subject.clock.advance(TICK);
        }
    }

    /// Lets what is ready beside do what it can.
    pub(super) async fn turns(&self) {
        for _ in 0..TURNS {
            yield_now().await;
        }
    }
}

/// After the latest soft deadline of a token and before its hard one.
const SOON_OVER: Duration = Duration::from_secs(270);

/// Before the earliest soft deadline, and longer than a token that came for a refusal is believed in any case.
const STILL_GOOD: Duration = Duration::from_secs(100);

/// So long before its end a token is not handed out any more.
const MARGIN: Duration = Duration::from_secs(15);

/// How often somebody asks who waits for the end of an outage.
const IMPATIENCE: Duration = Duration::from_millis(250);

/// How much the clock moves at a time while somebody waits: the shortest pause of any retry.
const TICK: Duration = Duration::from_millis(100);

/// How often everything that is ready gets its turn before it counts as waiting: twice what a fetch takes over a store.
const TURNS: u32 = 8;

/// Tokens that come while the disk is full.
const FULL_FOR: u32 = 3;

/// How long it takes until a save is tried again.
const BETWEEN_SAVES: Duration = Duration::from_secs(30);

/// Of 256.
const ONE_IN_EIGHT: u8 = 32;
