use std::sync::Arc;
use std::time::Duration;

use super::client::OAuthClient;
use super::fault::Fault;
use super::grant::{Grant, Share};
use super::terms::RefreshRotation;

/// A refresh token. No time ends it.
#[derive(Clone)]
pub(super) struct Refresh {
    pub(super) share: Share,
    /// When it was used first, as a time since 1970.
    used: Option<Duration>,
}

/// What it comes to that a refresh token was used before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    /// It was not, or that is no matter.
    None,
    /// The token is over.
    Refused,
    /// The whole grant is over.
    Betrayed,
}

impl Refresh {
    pub(super) fn new(grant: &Arc<Grant>) -> Self {
        Self {
            share: Share::new(Arc::clone(grant), Duration::MAX),
            used: None,
        }
    }

    pub(super) fn is_good(&self, rotation: RefreshRotation, now: Duration) -> bool {
        self.reuse(rotation, now) == Reuse::None && self.share.is_good(now)
    }

    pub(super) fn belongs_to(&self, client: &OAuthClient) -> Result<(), Fault> {
        if self.share.grant.client.id() == client.id() {
            Ok(())
        } else {
            Err(Fault::Grant(Some(
                "the refresh token was given to another client",
            )))
        }
    }

    /// What another use would be.
    pub(super) fn reuse(&self, rotation: RefreshRotation, now: Duration) -> Reuse {
        let Some(first) = self.used else {
            return Reuse::None;
        };
        match rotation {
            RefreshRotation::Keep => Reuse::None,
            RefreshRotation::Grace(grace) if now < first.saturating_add(grace) => Reuse::None,
            RefreshRotation::Rotate | RefreshRotation::Grace(_) => Reuse::Betrayed,
            RefreshRotation::RotateQuietly => Reuse::Refused,
        }
    }

    /// Takes note of a use that was a success; says whether another token takes its place.
    pub(super) fn take(&mut self, rotation: RefreshRotation, now: Duration) -> bool {
        let rotates = rotation != RefreshRotation::Keep;
        if rotates {
            self.used.get_or_insert(now);
        }
        rotates
    }
}
