use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::client::OAuthClient;
use super::scope::Scope;
use crate::tms::Account;

/// What a person allowed a client. Its code, its access tokens and its refresh tokens stand and fall with it.
pub(super) struct Grant {
    pub(super) client: Arc<OAuthClient>,
    pub(super) account: Arc<Account>,
    pub(super) scope: Scope,
    revoked: AtomicBool,
}

impl Grant {
    pub(super) fn new(client: Arc<OAuthClient>, account: Arc<Account>, scope: Scope) -> Self {
        Self {
            client,
            account,
            scope,
            revoked: AtomicBool::new(false),
        }
    }

    pub(super) fn stands(&self) -> bool {
        !self.revoked.load(Ordering::Relaxed)
    }

    /// Says whether it stood until now.
    pub(super) fn revoke(&self) -> bool {
        !self.revoked.swap(true, Ordering::Relaxed)
    }
}
