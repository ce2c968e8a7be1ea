use std::sync::Arc;
use std::time::Duration;

use super::client::OAuthClient;
use super::scope::Scope;
use crate::tms::Account;

/// What a person allowed a client. Its code, its access tokens and its refresh tokens stand and fall with it.
pub(super) struct Grant {
    pub(super) client: Arc<OAuthClient>,
    pub(super) account: Arc<Account>,
    pub(super) scope: Scope,
}

/// What one code or token has of its grant.
///
/// That a grant is revoked is noted on each of its shares, and not on the grant itself, which copies of the state have
/// in common.
#[derive(Clone)]
pub(super) struct Share {
    pub(super) grant: Arc<Grant>,
    /// Not good any more from this time since 1970 on.
    end: Duration,
    revoked: bool,
}

impl Share {
    pub(super) fn new(grant: Arc<Grant>, end: Duration) -> Self {
        Self {
            grant,
            end,
            revoked: false,
        }
    }

    pub(super) fn is_of(&self, grant: &Arc<Grant>) -> bool {
        Arc::ptr_eq(&self.grant, grant)
    }

    /// Whether it is neither over nor revoked.
    pub(super) fn is_good(&self, now: Duration) -> bool {
        !self.revoked && now < self.end
    }

    /// Over from now on, also for a clock that is set back.
    pub(super) fn expire(&mut self) {
        self.end = Duration::ZERO;
    }

    pub(super) fn revoke(&mut self) {
        self.revoked = true;
    }
}
