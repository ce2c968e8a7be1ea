use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::fault::Fault;
use super::known_user::KnownUser;
use super::record::Record;
use super::second_factor::{SECRET, SecondFactor};
use super::sessions::Sessions;
use super::user::TmsUser;
use super::users::{Account, Users};
use crate::EmulatorError;
use crate::clock::unix;

/// The state of TMS authentication: who is known, who is logged in, and what is remembered of earlier logins.
pub(crate) struct Tms {
    users_at_start: Users,
    second_factor: SecondFactor,
    session_lifetime: Duration,
    book: Mutex<Book>,
}

/// Whatever changes in the course of time.
#[derive(Clone)]
pub(crate) struct Book {
    users: Users,
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
            users_at_start: users.clone(),
            second_factor: SecondFactor::new(SECRET),
            session_lifetime,
            book: Mutex::new(Book {
                users,
                sessions: Sessions::default(),
                records: BTreeMap::new(),
            }),
        }
    }

    pub(crate) fn add(&self, user: TmsUser) -> Result<(), EmulatorError> {
        self.book().users.add(user)
    }

    /// Ends the sessions of a user, and forgets who that was; says whether there was one.
    pub(crate) fn remove(&self, user_name: &str, now: SystemTime) -> bool {
        let mut book = self.book();
        book.sessions.end_of(user_name, unix(now));
        book.records.remove(user_name);
        book.users.remove(user_name)
    }

    pub(crate) fn list(&self) -> Vec<KnownUser> {
        self.book().users.list()
    }

    pub(super) fn login(&self, login: &Login, now: SystemTime) -> Result<Granted, Fault> {
        let mut book = self.book();
        let account = self.prove(&mut book, Door::Api, login, now)?;
        self.start(&mut book, &account, now)
    }

    /// On the login page, which starts no session. Single sign-on and an edition without API access stand in the way of
    /// the API only (our assumption, mark U of reference 5.5).
    pub(crate) fn sign_in(&self, login: &Login, now: SystemTime) -> Result<Arc<Account>, Fault> {
        self.prove(&mut self.book(), Door::Browser, login, now)
    }

    /// An administrator's; so neither a password nor a code is asked for.
    pub(super) fn login_other(&self, wish: &Wish, now: SystemTime) -> Result<Granted, Fault> {
        let mut book = self.book();
        let account = book
            .users
            .named(&wish.user_name)
            .and_then(|user| user.account(wish.user_uid.as_deref()))
            .map(Arc::clone)
            .ok_or(Fault::UserNotFound)?;
        self.start(&mut book, &account, now)
    }

    /// A session of a user, whom nobody asks; `None` if nobody has this name.
    pub(crate) fn issue(&self, user_name: &str, now: SystemTime) -> Option<Result<String, Fault>> {
        let account = self.default_account(user_name)?;
        let granted = self.start(&mut self.book(), &account, now);
        Some(granted.map(|granted| granted.token))
    }

    /// What a login gets that names no account.
    pub(crate) fn default_account(&self, user_name: &str) -> Option<Arc<Account>> {
        let book = self.book();
        book.users.named(user_name)?.account(None).map(Arc::clone)
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
        let mut book = self.book();
        if book.users.named(user_name).is_none() {
            return 0;
        }
        let record = book.records.entry(user_name.to_owned()).or_default();
        record.sessions_ended = Some(unix(now));
        book.sessions.end_of(user_name, unix(now))
    }

    pub(crate) fn second_factor_code(&self, now: SystemTime) -> String {
        self.second_factor.code(now)
    }

    /// Ends all sessions, forgets what is remembered of logins, and knows the users of the start again.
    pub(crate) fn reset(&self) {
        let mut book = self.book();
        book.sessions.end_all();
        book.records.clear();
        book.users = self.users_at_start.clone();
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
    ) -> Result<Arc<Account>, Fault> {
        let name = &login.wish.user_name;
        let user = book.users.named(name).ok_or(Fault::Unauthorized(None))?;
        let record = book.records.entry(name.clone()).or_default();
        if user.rules.locks && record.is_locked() {
            return Err(Fault::Locked);
        }
        if login.password != user.password {
            record.took_wrong_password();
            return Err(Fault::Unauthorized(None));
        }
        record.took_right_password();
        if user.rules.needs_sso && door == Door::Api {
            return Err(Fault::SsoRequired);
        }
        if user.rules.has_no_api && door == Door::Api {
            return Err(Fault::ApiNotAllowed);
        }
        let account = user
            .account(login.wish.user_uid.as_deref())
            .ok_or(Fault::Unauthorized(Some(NOT_THEIRS)))?;
        if user.rules.needs_code {
            let code = login.code.as_deref().ok_or(Fault::CodeMissing)?;
            if !self.second_factor.accepts(code, now, record) {
                return Err(Fault::CodeWrong);
            }
        }
        Ok(Arc::clone(account))
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
            .field("users_at_start", &self.users_at_start)
            .field("session_lifetime", &self.session_lifetime)
            .finish_non_exhaustive()
    }
}

const NOT_THEIRS: &str = "userUid is not one of the accounts of this user";
