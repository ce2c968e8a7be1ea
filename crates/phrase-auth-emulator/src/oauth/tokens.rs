use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;

use super::challenge::Challenge;
use super::client::OAuthClient;
use super::code::{Code, Redemption};
use super::fault::Fault;
use super::grant::{Grant, Share};
use super::refresh::{Refresh, Reuse};
use super::scope::Scope;
use super::terms::Terms;
use crate::leniency::Leniencies;
use crate::shelf::Shelf;
use crate::tms::Account;

/// Codes, access tokens and refresh tokens that were given. Those that are over stay, so that they are told from
/// strangers, and their use again is noticed.
#[derive(Clone, Default)]
pub(super) struct Tokens {
    codes: Shelf<Code>,
    access: Shelf<Share>,
    refresh: Shelf<Refresh>,
}

/// Tokens that were issued together.
pub(super) struct Issued {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) lifetime: Duration,
    pub(super) scope: Scope,
}

/// What a value is that may be an access token.
pub(crate) enum Standing {
    /// Nothing that was issued here.
    Stranger,
    /// Past its end, or revoked.
    Over,
    Good(Arc<Account>),
}

impl Tokens {
    /// A code for a grant.
    pub(super) fn promise(
        &mut self,
        grant: Grant,
        redirect_uri: String,
        challenge: Option<Challenge>,
        now: Duration,
    ) -> Result<String, Unspecified> {
        let code = Code::new(grant, redirect_uri, challenge, now);
        self.codes.put(code)
    }

    /// A code that is used again takes everything with it that it brought (RFC 6749, 4.1.2).
    pub(super) fn redeem(
        &mut self,
        client: &OAuthClient,
        brought: &Redemption<'_>,
        terms: Terms,
        leniencies: &Leniencies,
        now: Duration,
    ) -> Result<Issued, Fault> {
        let code = self.codes.look_mut(brought.code).ok_or(Fault::Grant(Some(
            "the code is not one that this emulator gave",
        )))?;
        code.belongs_to(client)?;
        let grant = Arc::clone(&code.share.grant);
        if code.is_used_up(leniencies) {
            self.revoke_grant(&grant);
            return Err(Fault::Grant(None));
        }
        code.redeem(brought, leniencies, now)?;
        self.issue(&grant, client.gets_refresh_tokens(), terms, now)
    }

    /// A refresh token that was used already takes its whole grant with it (RFC 9700, 4.14.2), unless the rotation says
    /// otherwise.
    pub(super) fn refresh(
        &mut self,
        client: &OAuthClient,
        token: &str,
        scope: Option<Scope>,
        terms: Terms,
        now: Duration,
    ) -> Result<Issued, Fault> {
        let refresh = self.refresh.look_mut(token).ok_or(Fault::Grant(Some(
            "the refresh token is not one that this emulator gave",
        )))?;
        refresh.belongs_to(client)?;
        let grant = Arc::clone(&refresh.share.grant);
        if refresh.reuse(terms.rotation, now) == Reuse::Betrayed {
            self.revoke_grant(&grant);
            return Err(Fault::Grant(None));
        }
        if !refresh.is_good(terms.rotation, now) {
            return Err(Fault::Grant(None));
        }
        if scope.as_ref().is_some_and(|it| !grant.scope.covers(it)) {
            return Err(Fault::Scope("a refresh may ask for less, and not for more"));
        }
        let rotates = refresh.take(terms.rotation, now);
        let issued = self.issue(&grant, rotates, terms, now)?;
        Ok(match scope {
            Some(scope) => Issued { scope, ..issued },
            None => issued,
        })
    }

    /// Tokens of a grant, in its whole scope.
    pub(super) fn issue(
        &mut self,
        grant: &Arc<Grant>,
        refreshable: bool,
        terms: Terms,
        now: Duration,
    ) -> Result<Issued, Fault> {
        let access = Share::new(Arc::clone(grant), now.saturating_add(terms.lifetime));
        let refresh = refreshable.then(|| Refresh::new(grant));
        let refresh_token = refresh.map(|it| self.refresh.put(it)).transpose();
        Ok(Issued {
            access_token: self.access.put(access).map_err(|_| Fault::Defect)?,
            refresh_token: refresh_token.map_err(|_| Fault::Defect)?,
            lifetime: terms.lifetime,
            scope: grant.scope.clone(),
        })
    }

    pub(super) fn standing(&self, access_token: &str, now: Duration) -> Standing {
        match self.access.look(access_token) {
            None => Standing::Stranger,
            Some(share) if share.is_good(now) => Standing::Good(Arc::clone(&share.grant.account)),
            Some(_) => Standing::Over,
        }
    }

    /// Whether this is a code or a token that is good.
    pub(super) fn is_good(
        &self,
        token: &str,
        terms: Terms,
        leniencies: &Leniencies,
        now: Duration,
    ) -> bool {
        let code = self.codes.look(token);
        let access = self.access.look(token);
        let refresh = self.refresh.look(token);
        code.is_some_and(|it| it.is_good(leniencies, now))
            || access.is_some_and(|it| it.is_good(now))
            || refresh.is_some_and(|it| it.is_good(terms.rotation, now))
    }

    /// As if the time of a code or a token were over. Of its grant nothing else changes.
    pub(super) fn expire(&mut self, token: &str) {
        if let Some(share) = self.share_mut(token) {
            share.expire();
        }
    }

    /// Revokes the grant of a code or a token.
    pub(super) fn revoke(&mut self, token: &str) {
        let grant = self.share_mut(token).map(|share| Arc::clone(&share.grant));
        if let Some(grant) = grant {
            self.revoke_grant(&grant);
        }
    }

    /// Of how many of the grants that are chosen something is still good.
    pub(super) fn count(
        &self,
        terms: Terms,
        leniencies: &Leniencies,
        now: Duration,
        is_chosen: impl Fn(&Grant) -> bool,
    ) -> usize {
        let codes = self.codes.all().filter(|it| it.is_good(leniencies, now));
        let access = self.access.all().filter(|it| it.is_good(now));
        let refresh = self.refresh.all();
        let refresh = refresh.filter(|it| it.is_good(terms.rotation, now));
        let good = codes
            .map(|it| &it.share)
            .chain(access)
            .chain(refresh.map(|it| &it.share));
        // A grant with several tokens comes several times.
        good.filter(|share| is_chosen(&share.grant))
            .map(|share| Arc::as_ptr(&share.grant))
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Revokes the grants that are chosen.
    pub(super) fn revoke_those(&mut self, are_chosen: impl Fn(&Grant) -> bool) {
        for share in self.shares_mut().filter(|it| are_chosen(&it.grant)) {
            share.revoke();
        }
    }

    fn revoke_grant(&mut self, grant: &Arc<Grant>) {
        for share in self.shares_mut().filter(|it| it.is_of(grant)) {
            share.revoke();
        }
    }

    fn share_mut(&mut self, token: &str) -> Option<&mut Share> {
        let code = self.codes.look_mut(token).map(|it| &mut it.share);
        let access = self.access.look_mut(token);
        let refresh = self.refresh.look_mut(token).map(|it| &mut it.share);
        code.or(access).or(refresh)
    }

    fn shares_mut(&mut self) -> impl Iterator<Item = &mut Share> {
        let codes = self.codes.all_mut().map(|it| &mut it.share);
        let refresh = self.refresh.all_mut().map(|it| &mut it.share);
        codes.chain(self.access.all_mut()).chain(refresh)
    }
}
