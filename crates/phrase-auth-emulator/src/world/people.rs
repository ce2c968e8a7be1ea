//! Who is known, and with which API tokens, while the emulator runs.

use std::sync::{MutexGuard, PoisonError};

use super::World;
use crate::api_tokens::ApiTokens;
use crate::{ApiToken, EmulatorError, KnownApiToken, KnownUser, TmsUser};

impl World {
    pub(crate) fn add_user(&self, user: TmsUser) -> Result<(), EmulatorError> {
        self.tms.add(user)
    }

    /// Also ends what the user has: sessions, pages, and what was allowed to applications.
    pub(crate) fn remove_user(&self, user_name: &str) -> bool {
        let now = self.clock.now();
        let was_there = self.tms.remove(user_name, now);
        if was_there {
            self.oauth.forget_pages_of(user_name);
            self.oauth.revoke_of(user_name, &self.leniencies, now);
        }
        was_there
    }

    pub(crate) fn users(&self) -> Vec<KnownUser> {
        self.tms.list()
    }

    pub(crate) fn add_api_token(&self, token: ApiToken) -> Result<(), EmulatorError> {
        self.known_api_tokens().add(token)
    }

    pub(crate) fn remove_api_token(&self, value: &str) -> bool {
        self.known_api_tokens().remove(value)
    }

    pub(crate) fn api_tokens(&self) -> Vec<KnownApiToken> {
        self.known_api_tokens().list()
    }

    /// Those of the start are back, and no others.
    pub(crate) fn reset_api_tokens(&self) {
        *self.known_api_tokens() = self.api_tokens_at_start.clone();
    }

    pub(crate) fn known_api_tokens(&self) -> MutexGuard<'_, ApiTokens> {
        self.api_tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
