use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;

use super::challenge::{Challenge, is_verifier};
use super::client::OAuthClient;
use super::fault::Fault;
use super::grant::Grant;
use super::scope::Scope;
use super::terms::{RefreshRotation, Terms};
use crate::shelf::Shelf;
use crate::tms::Account;

/// Codes, access tokens and refresh tokens that were given. Those that are over stay, so that they are told from
/// strangers, and their use again is noticed.
#[derive(Default)]
pub(super) struct Tokens {
    codes: Shelf<Code>,
    access: Shelf<Access>,
    refresh: Shelf<Refresh>,
}

struct Code {
    grant: Arc<Grant>,
    redirect_uri: String,
    challenge: Option<Challenge>,
    /// Not good any more from this time since 1970 on.
    end: Duration,
    used: bool,
}

struct Access {
    grant: Arc<Grant>,
    /// As of a code.
    end: Duration,
}

struct Refresh {
    grant: Arc<Grant>,
    used: bool,
}

/// What a client brings for a code (RFC 6749, 4.1.3; RFC 7636, 4.5).
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: Option<&'a str>,
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
        self.codes.put(Code {
            grant: Arc::new(grant),
            redirect_uri,
            challenge,
            end: now.saturating_add(CODE_LIFETIME),
            used: false,
        })
    }

    /// A code is used up by a success alone. Used again, it takes everything with it that it brought (RFC 6749, 4.1.2).
    pub(super) fn redeem(
        &mut self,
        client: &OAuthClient,
        brought: &Redemption<'_>,
        terms: Terms,
        now: Duration,
    ) -> Result<Issued, Fault> {
        let code = self.codes.look_mut(brought.code).ok_or(Fault::Grant(Some(
            "the code is not one that this emulator gave",
        )))?;
        if code.grant.client.id() != client.id() {
            return Err(Fault::Grant(Some("the code was given to another client")));
        }
        if code.used {
            code.grant.revoke();
        }
        if code.used || now >= code.end || !code.grant.stands() {
            return Err(Fault::Grant(None));
        }
        if code.redirect_uri != brought.redirect_uri {
            return Err(Fault::Grant(Some(
                "redirect_uri is not the one that the code was asked for with",
            )));
        }
        prove(code.challenge.as_ref(), brought.verifier)?;
        code.used = true;
        let grant = Arc::clone(&code.grant);
        let scope = grant.scope.clone();
        let refreshable = client.gets_refresh_tokens();
        self.issue(&grant, scope, refreshable, terms, now)
    }

    /// A refresh token that was used already takes its whole grant with it (RFC 9700, 4.14.2).
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
        let grant = Arc::clone(&refresh.grant);
        if grant.client.id() != client.id() {
            return Err(Fault::Grant(Some(
                "the refresh token was given to another client",
            )));
        }
        if refresh.used {
            grant.revoke();
        }
        if !grant.stands() {
            return Err(Fault::Grant(None));
        }
        let scope = scope.unwrap_or_else(|| grant.scope.clone());
        if !grant.scope.covers(&scope) {
            return Err(Fault::Scope("a refresh may ask for less, and not for more"));
        }
        let rotates = terms.rotation == RefreshRotation::Rotate;
        refresh.used = rotates;
        self.issue(&grant, scope, rotates, terms, now)
    }

    fn issue(
        &mut self,
        grant: &Arc<Grant>,
        scope: Scope,
        refreshable: bool,
        terms: Terms,
        now: Duration,
    ) -> Result<Issued, Fault> {
        let access = Access {
            grant: Arc::clone(grant),
            end: now.saturating_add(terms.lifetime),
        };
        let refresh = refreshable.then(|| Refresh {
            grant: Arc::clone(grant),
            used: false,
        });
        let refresh_token = refresh.map(|it| self.refresh.put(it)).transpose();
        Ok(Issued {
            access_token: self.access.put(access).map_err(|_| Fault::Defect)?,
            refresh_token: refresh_token.map_err(|_| Fault::Defect)?,
            lifetime: terms.lifetime,
            scope,
        })
    }

    pub(super) fn standing(&self, access_token: &str, now: Duration) -> Standing {
        match self.access.look(access_token) {
            None => Standing::Stranger,
            Some(access) if now < access.end && access.grant.stands() => {
                Standing::Good(Arc::clone(&access.grant.account))
            }
            Some(_) => Standing::Over,
        }
    }

    /// Revokes the grants of one user, and says of how many something was still good.
    pub(super) fn revoke_of(&self, user_name: &str, now: Duration) -> usize {
        let codes = self.codes.all().filter(|it| !it.used && now < it.end);
        let access = self.access.all().filter(|it| now < it.end);
        let refresh = self.refresh.all().filter(|it| !it.used);
        let grants = codes
            .map(|it| &it.grant)
            .chain(access.map(|it| &it.grant))
            .chain(refresh.map(|it| &it.grant));
        // A grant with several tokens comes several times, and stood only the first time.
        grants
            .filter(|grant| grant.account.user_name == user_name && grant.revoke())
            .count()
    }

    pub(super) fn revoke_all(&self) {
        let codes = self.codes.all().map(|it| &it.grant);
        let access = self.access.all().map(|it| &it.grant);
        let refresh = self.refresh.all().map(|it| &it.grant);
        for grant in codes.chain(access).chain(refresh) {
            grant.revoke();
        }
    }
}

/// A verifier belongs to a challenge, and a challenge to a verifier (RFC 7636, 4.6; RFC 9700, 4.8.2).
fn prove(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Fault> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Fault::Grant(Some(
            "code_verifier comes for a code that was asked for without code_challenge",
        ))),
        (Some(_), None) => Err(Fault::Grant(Some(
            "code_verifier is missing, the code was asked for with code_challenge",
        ))),
        (Some(_), Some(verifier)) if !is_verifier(verifier) => Err(Fault::Grant(Some(
            "code_verifier is not 43 to 128 unreserved characters",
        ))),
        (Some(challenge), Some(verifier)) if !challenge.is_met_by(verifier) => {
            Err(Fault::Grant(None))
        }
        (Some(_), Some(_)) => Ok(()),
    }
}

/// RFC 6749, 4.1.2 allows ten minutes at most; a client asks at once.
const CODE_LIFETIME: Duration = Duration::from_secs(60);
