use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::fault::Fault;
use super::record::Record;
use super::second_factor::{SECRET, SecondFactor};
use super::sessions::Sessions;
use super::users::{Account, Rule, Users};
use crate::clock::unix;

/// The state of TMS authentication: who is known, who is logged in, and what is remembered of earlier logins.
pub(crate) struct Tms {
    users: Users,
    second_factor: SecondFactor,
    session_lifetime: Duration,
    book: Mutex<Book>,
}

/// Whatever changes in the course of time.
#[derive(Clone, Default)]
pub(crate) struct Book {
    sessions: Sessions,
    records: BTreeMap<String, Record>,
}

/// Whose session is asked for.
pub(crate) struct Wish {
    pub(crate) user_name: String,
    pub(crate) user_uid: Option<String>,
}

/// What a login brings.
pub(crate) struct Login {
    pub(crate) wish: Wish,
    pub(crate) password: String,
    pub(crate) code: Option<String>,
}

/// Where somebody logs in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Api,
    Browser,
}

/// A session that was started.
pub(super) struct Granted {
    pub(super) account: Arc<Account>,
    pub(super) token: String,
    /// Over from then on; both are times since 1970.
    pub(super) end: Duration,
    pub(super) sessions_ended: Option<Duration>,
}

impl Tms {
    pub(crate) fn new(users: Users, session_lifetime: Duration) -> Self {
        Self {
            users,
            second_factor: SecondFactor::new(SECRET),
            session_lifetime,
            book: Mutex::default(),
        }
    }

    pub(super) fn login(&self, login: &Login, now: SystemTime) -> Result<Granted, Fault> {
        let mut book = self.book();
        let account = self.prove(&mut book, Door::Api, login, now)?;
        self.start(&mut book, account, now)
    }

    /// On the login page, which starts no session. Single sign-on and an edition without API access stand in the way of
    /// the API only (our assumption, mark U of reference 5.5).
    pub(crate) fn sign_in(&self, login: &Login, now: SystemTime) -> Result<Arc<Account>, Fault> {
        self.prove(&mut self.book(), Door::Browser, login, now)
            .map(Arc::clone)
    }

    /// An administrator's; so neither a password nor a code is asked for.
    pub(super) fn login_other(&self, wish: &Wish, now: SystemTime) -> Result<Granted, Fault> {
        let account = self
            .users
            .named(&wish.user_name)
            .and_then(|user| user.account(wish.user_uid.as_deref()))
            .ok_or(Fault::UserNotFound)?;
        self.start(&mut self.book(), account, now)
    }

    /// A session of a user, whom nobody asks; `None` if nobody has this name.
    pub(crate) fn issue(&self, user_name: &str, now: SystemTime) -> Option<Result<String, Fault>> {
        let account = self.default_account(user_name)?;
        let granted = self.start(&mut self.book(), &account, now);
        Some(granted.map(|granted| granted.token))
    }

    /// What a login gets that names no account.
    pub(crate) fn default_account(&self, user_name: &str) -> Option<Arc<Account>> {
        self.users.named(user_name)?.account(None).map(Arc::clone)
    }

    /// Ends one session; says whether it was running until then.
    pub(crate) fn end_session(&self, token: &str, now: SystemTime) -> bool {
        self.book().sessions.end_known(token, unix(now))
    }

    pub(super) fn logout(&self, token: &str, now: SystemTime) -> Result<(), Fault> {
        self.book().sessions.end(token, unix(now))
    }

    /// Whose session runs under this token.
    pub(super) fn account(&self, token: &str, now: SystemTime) -> Result<Arc<Account>, Fault> {
        let book = self.book();
        book.sessions.account(token, unix(now)).map(Arc::clone)
    }

    /// Ends every session of a user, and says how many were running.
    pub(crate) fn end_sessions(&self, user_name: &str, now: SystemTime) -> usize {
        if self.users.named(user_name).is_none() {
            return 0;
        }
        let mut book = self.book();
        let record = book.records.entry(user_name.to_owned()).or_default();
        record.sessions_ended = Some(unix(now));
        book.sessions.end_of(user_name, unix(now))
    }

    pub(crate) fn second_factor_code(&self, now: SystemTime) -> String {
        self.second_factor.code(now)
    }

    /// Ends all sessions, and forgets what is remembered of logins.
    pub(crate) fn reset(&self) {
        let mut book = self.book();
        book.sessions.end_all();
        book.records.clear();
    }

    /// What [`Tms::restore`] goes back to.
    pub(crate) fn snapshot(&self) -> Book {
        self.book().clone()
    }

    pub(crate) fn restore(&self, past: &Book) {
        *self.book() = past.clone();
    }

    /// The password is judged before anything that it protects, and a code only when nothing else is wrong: it is used
    /// up by a success alone.
    fn prove(
        &self,
        book: &mut Book,
        door: Door,
        login: &Login,
        now: SystemTime,
    ) -> Result<&Arc<Account>, Fault> {
        let name = &login.wish.user_name;
        let user = self.users.named(name).ok_or(Fault::Unauthorized(None))?;
        let record = book.records.entry(name.clone()).or_default();
        if user.rule == Rule::Locks && record.is_locked() {
            return Err(Fault::Locked);
        }
        if login.password != user.password {
            record.took_wrong_password();
            return Err(Fault::Unauthorized(None));
        }
        record.took_right_password();
        match user.rule {
            Rule::NeedsSso if door == Door::Api => return Err(Fault::SsoRequired),
            Rule::HasNoApi if door == Door::Api => return Err(Fault::ApiNotAllowed),
            _ => {}
        }
        let account = user
            .account(login.wish.user_uid.as_deref())
            .ok_or(Fault::Unauthorized(Some(NOT_THEIRS)))?;
        if user.rule == Rule::NeedsCode {
            let code = login.code.as_deref().ok_or(Fault::CodeMissing)?;
            if !self.second_factor.accepts(code, now, record) {
                return Err(Fault::CodeWrong);
            }
        }
        Ok(account)
    }

    /// The end is told in whole seconds, so it is rounded up: a session lives at least as long as was chosen.
    fn start(
        &self,
        book: &mut Book,
        account: &Arc<Account>,
        now: SystemTime,
    ) -> Result<Granted, Fault> {
        let end = unix(now).saturating_add(self.session_lifetime);
        let part = u64::from(end.subsec_nanos() > 0);
        let end = Duration::from_secs(end.as_secs().saturating_add(part));
        let token = book
            .sessions
            .start(Arc::clone(account), end)
            .map_err(|_| Fault::Defect)?;
        let record = book.records.get(&account.user_name);
        Ok(Granted {
            account: Arc::clone(account),
            token,
            end,
            sessions_ended: record.and_then(|record| record.sessions_ended),
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tms")
            .field("users", &self.users)
            .field("session_lifetime", &self.session_lifetime)
            .finish_non_exhaustive()
    }
}

const NOT_THEIRS: &str = "userUid is not one of the accounts of this user";
