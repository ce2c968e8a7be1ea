use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;

use super::fault::Fault;
use super::users::Account;
use crate::shelf::Shelf;

/// The sessions that were started, by token. One that is over stays, so that its token is told from a stranger's.
#[derive(Clone, Default)]
pub(super) struct Sessions(Shelf<Session>);

#[derive(Clone)]
struct Session {
    account: Arc<Account>,
    /// Not good any more from this time since 1970 on.
    end: Duration,
    ended: bool,
}

impl Session {
    fn runs(&self, now: Duration) -> bool {
        !self.ended && now < self.end
    }
}

impl Sessions {
    /// A new token.
    pub(super) fn start(
        &mut self,
        account: Arc<Account>,
        end: Duration,
    ) -> Result<String, Unspecified> {
        self.0.put(Session {
            account,
            end,
            ended: false,
        })
    }

    /// Whose session runs under this token.
    pub(super) fn account(&self, token: &str, now: Duration) -> Result<&Arc<Account>, Fault> {
        match self.0.look(token) {
            Some(session) if session.runs(now) => Ok(&session.account),
            Some(_) => Err(Fault::Unauthorized(None)),
            None => Err(Fault::Unauthorized(Some(STRANGER))),
        }
    }

    pub(super) fn end(&mut self, token: &str, now: Duration) -> Result<(), Fault> {
        self.account(token, now)?;
        self.end_known(token, now);
        Ok(())
    }

    /// Ends one that may be over already, for a clock that is set back; says whether it was running.
    pub(super) fn end_known(&mut self, token: &str, now: Duration) -> bool {
        let Some(session) = self.0.look_mut(token) else {
            return false;
        };
        let was_running = session.runs(now);
        session.ended = true;
        was_running
    }

    /// Ends those of one user, and says how many were running.
    pub(super) fn end_of(&mut self, user_name: &str, now: Duration) -> usize {
        let running = self
            .0
            .all_mut()
            .filter(|session| session.account.user_name == user_name && session.runs(now));
        running.map(|session| session.ended = true).count()
    }

    pub(super) fn end_all(&mut self) {
        for session in self.0.all_mut() {
            session.ended = true;
        }
    }
}

const STRANGER: &str = "the credential is not a token of a session that this emulator started";
