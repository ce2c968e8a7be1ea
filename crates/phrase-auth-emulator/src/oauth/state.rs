use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::client::OAuthClient;
use super::clients::Clients;
use super::fault::Fault;
use super::grant::Grant;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scope;
use super::terms::Terms;
use super::tokens::{Issued, Redemption, Standing, Tokens};
use crate::clock::unix;
use crate::shelf::Shelf;
use crate::tms::{self, Account, Login, Tms};

/// The state of OAuth: who may ask, who is being asked, and what was allowed.
///
/// An authorization goes from page to page by a ticket, of which each page has its own. A ticket is used once.
pub(crate) struct OAuth {
    clients: Clients,
    issuer: Option<String>,
    terms: Terms,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    logins: Shelf<Pending>,
    consents: Shelf<(Pending, Arc<Account>)>,
    tokens: Tokens,
}

/// An authorization that waits for its person.
struct Pending {
    request: Request,
    /// Given up from this time since 1970 on.
    end: Duration,
}

/// What the login page is made of.
pub(super) struct LoginForm {
    pub(super) ticket: String,
    pub(super) client: Arc<OAuthClient>,
}

/// What the consent page is made of.
pub(super) struct ConsentForm {
    pub(super) ticket: String,
    pub(super) client: Arc<OAuthClient>,
    pub(super) account: Arc<Account>,
}

/// Where a login leads.
pub(super) enum Step {
    Consent(ConsentForm),
    Again(LoginForm, tms::Fault),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Allow,
    Deny,
}

impl OAuth {
    pub(crate) fn new(clients: Clients, issuer: Option<String>, terms: Terms) -> Self {
        Self {
            clients,
            issuer,
            terms,
            book: Mutex::default(),
        }
    }

    pub(super) fn clients(&self) -> &Clients {
        &self.clients
    }

    pub(super) fn begin(&self, query: &str, now: SystemTime) -> Result<LoginForm, Refusal> {
        let request = Request::read(&self.clients, self.issuer.as_deref(), query)?;
        let end = unix(now).saturating_add(PATIENCE);
        self.book().ask_login(Pending { request, end })
    }

    /// A login that fails may be tried again, with another ticket, as long as the authorization lasts.
    pub(super) fn sign_in(
        &self,
        tms: &Tms,
        ticket: &str,
        login: &Login,
        now: SystemTime,
    ) -> Result<Step, Refusal> {
        let pending = self.book().logins.take(ticket);
        let pending = pending.filter(|it| it.lasts(now)).ok_or(Refusal::Stale)?;
        // With no lock of ours held: the users have their own.
        match tms.sign_in(login, now) {
            Ok(account) => self.book().ask_consent(pending, account).map(Step::Consent),
            Err(fault) => {
                let form = self.book().ask_login(pending)?;
                Ok(Step::Again(form, fault))
            }
        }
    }

    /// Where the person goes from here, with a code or with a refusal (RFC 6749, 4.1.2).
    pub(super) fn decide(
        &self,
        ticket: &str,
        decision: Decision,
        now: SystemTime,
    ) -> Result<String, Refusal> {
        let mut book = self.book();
        let asked = book.consents.take(ticket);
        let (Pending { request, .. }, account) = asked
            .filter(|(pending, _)| pending.lasts(now))
            .ok_or(Refusal::Stale)?;
        let redirect = request.redirect;
        if decision == Decision::Deny {
            return Ok(redirect.with_error("access_denied", "the person did not allow it"));
        }
        let grant = Grant::new(request.client, account, request.scope);
        let uri = redirect.uri.clone();
        let code = book
            .tokens
            .promise(grant, uri, request.challenge, unix(now))?;
        Ok(redirect.with_code(&code))
    }

    pub(super) fn redeem(
        &self,
        client: &OAuthClient,
        brought: &Redemption<'_>,
        now: SystemTime,
    ) -> Result<Issued, Fault> {
        let mut book = self.book();
        book.tokens.redeem(client, brought, self.terms, unix(now))
    }

    pub(super) fn refresh(
        &self,
        client: &OAuthClient,
        token: &str,
        scope: Option<Scope>,
        now: SystemTime,
    ) -> Result<Issued, Fault> {
        let mut book = self.book();
        let tokens = &mut book.tokens;
        tokens.refresh(client, token, scope, self.terms, unix(now))
    }

    pub(crate) fn standing(&self, access_token: &str, now: SystemTime) -> Standing {
        self.book().tokens.standing(access_token, unix(now))
    }

    pub(crate) fn revoke_of(&self, user_name: &str, now: SystemTime) -> usize {
        self.book().tokens.revoke_of(user_name, unix(now))
    }

    /// Gives up what waits, and revokes what was allowed.
    pub(crate) fn reset(&self) {
        let mut book = self.book();
        book.logins.clear();
        book.consents.clear();
        book.tokens.revoke_all();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn ask_login(&mut self, pending: Pending) -> Result<LoginForm, Refusal> {
        let client = Arc::clone(&pending.request.client);
        let ticket = self.logins.put(pending)?;
        Ok(LoginForm { ticket, client })
    }

    fn ask_consent(
        &mut self,
        pending: Pending,
        account: Arc<Account>,
    ) -> Result<ConsentForm, Refusal> {
        let client = Arc::clone(&pending.request.client);
        let ticket = self.consents.put((pending, Arc::clone(&account)))?;
        Ok(ConsentForm {
            ticket,
            client,
            account,
        })
    }
}

impl Pending {
    fn lasts(&self, now: SystemTime) -> bool {
        unix(now) < self.end
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("clients", &self.clients)
            .field("issuer", &self.issuer)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

/// From the first page to the decision: time enough to find a password, and no more.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
