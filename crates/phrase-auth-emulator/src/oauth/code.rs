use std::sync::Arc;
use std::time::Duration;

use super::challenge::{Challenge, is_verifier};
use super::client::OAuthClient;
use super::fault::Fault;
use super::grant::{Grant, Share};
use crate::Leniency;
use crate::leniency::Leniencies;

/// A code, and what it was asked for with. It is good once.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) share: Share,
    redirect_uri: String,
    challenge: Option<Challenge>,
    used: bool,
}

/// What a client brings for a code (RFC 6749, 4.1.3; RFC 7636, 4.5).
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) verifier: Option<&'a str>,
}

impl Code {
    pub(super) fn new(
        grant: Grant,
        redirect_uri: String,
        challenge: Option<Challenge>,
        now: Duration,
    ) -> Self {
        Self {
            share: Share::new(Arc::new(grant), now.saturating_add(LIFETIME)),
            redirect_uri,
            challenge,
            used: false,
        }
    }

    pub(super) fn is_good(&self, leniencies: &Leniencies, now: Duration) -> bool {
        !self.is_used_up(leniencies) && self.share.is_good(now)
    }

    /// Whether its use again is noticed.
    pub(super) fn is_used_up(&self, leniencies: &Leniencies) -> bool {
        self.used && !leniencies.has(Leniency::AcceptReusedCode)
    }

    pub(super) fn belongs_to(&self, client: &OAuthClient) -> Result<(), Fault> {
        if self.share.grant.client.id() == client.id() {
            Ok(())
        } else {
            Err(Fault::Grant(Some("the code was given to another client")))
        }
    }

    /// It is used up by a success alone.
    pub(super) fn redeem(
        &mut self,
        brought: &Redemption<'_>,
        leniencies: &Leniencies,
        now: Duration,
    ) -> Result<(), Fault> {
        if !self.is_good(leniencies, now) {
            return Err(Fault::Grant(None));
        }
        if brought
            .redirect_uri
            .is_some_and(|uri| uri != self.redirect_uri)
        {
            return Err(Fault::Grant(Some(
                "redirect_uri is not the one that the code was asked for with",
            )));
        }
        self.prove(brought.verifier, leniencies)?;
        self.used = true;
        Ok(())
    }

    /// A verifier belongs to a challenge, and a challenge to a verifier (RFC 7636, 4.6; RFC 9700, 4.8.2).
    fn prove(&self, verifier: Option<&str>, leniencies: &Leniencies) -> Result<(), Fault> {
        match (&self.challenge, verifier) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Fault::Grant(Some(
                "code_verifier comes for a code that was asked for without code_challenge",
            ))),
            (Some(_), None) if leniencies.has(Leniency::AcceptMissingVerifier) => Ok(()),
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
}

/// RFC 6749, 4.1.2 allows ten minutes at most; a client asks at once.
const LIFETIME: Duration = Duration::from_secs(60);
