use super::World;
use crate::{Application, EmulatorError, IssuedTokens};

/// What a test does to tokens without a request: nothing of it is in the log.
impl World {
    pub(crate) fn issue_jwt(&self, application: Application) -> Result<String, EmulatorError> {
        self.mint
            .issue(application, self.clock.now(), self.token_lifetime)
            .map_err(|_| EmulatorError::NoToken)
    }

    pub(crate) fn issue_session(&self, user_name: &str) -> Result<String, EmulatorError> {
        self.tms
            .issue(user_name, self.clock.now())
            .ok_or(EmulatorError::UnknownName { what: USER })?
            .map_err(|_| EmulatorError::NoToken)
    }

    pub(crate) fn issue_oauth(
        &self,
        client_id: &str,
        user_name: &str,
    ) -> Result<IssuedTokens, EmulatorError> {
        let account = self
            .tms
            .default_account(user_name)
            .ok_or(EmulatorError::UnknownName { what: USER })?;
        self.oauth.issue(client_id, account, self.clock.now())
    }

    /// Every JWT that was issued so far.
    pub(crate) fn revoke_tokens(&self) {
        self.mint.revoke();
    }

    pub(crate) fn end_sessions(&self, user_name: &str) -> usize {
        self.tms.end_sessions(user_name, self.clock.now())
    }

    pub(crate) fn revoke_oauth(&self, user_name: &str) -> usize {
        self.oauth
            .revoke_of(user_name, &self.leniencies, self.clock.now())
    }

    pub(crate) fn second_factor_code(&self) -> String {
        self.tms.second_factor_code(self.clock.now())
    }

    /// A JWT and a session that are ended are answered as one whose time is over.
    pub(crate) fn expire(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.mint.end(token, now)
            || self.tms.end_session(token, now)
            || self.oauth.expire(token, &self.leniencies, now)
    }

    pub(crate) fn revoke(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.mint.end(token, now)
            || self.tms.end_session(token, now)
            || self.oauth.revoke(token, &self.leniencies, now)
    }

    pub(crate) fn rotate_keys(&self) {
        self.mint.rotate();
    }
}

const USER: &str = "TMS user has this name";
