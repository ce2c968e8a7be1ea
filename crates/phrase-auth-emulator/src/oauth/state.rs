use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::client::OAuthClient;
use super::clients::Clients;
use super::code::Redemption;
use super::fault::Fault;
use super::grant::Grant;
use super::issued::IssuedTokens;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scope;
use super::terms::Terms;
use super::tokens::{Issued, Standing, Tokens};
use crate::EmulatorError;
use crate::clock::unix;
use crate::leniency::Leniencies;
use crate::shelf::Shelf;
use crate::tms::{self, Account, Login, Tms};

/// The state of OAuth: who may ask, who is being asked, and what was allowed.
///
/// An authorization goes from page to page by a ticket, of which each page has its own. A ticket is used once.
pub(crate) struct OAuth {
    /// Those of the start.
    clients: Clients,
    issuer: Option<String>,
    terms: Terms,
    book: Mutex<Book>,
}

/// Whatever changes in the course of time.
#[derive(Clone)]
pub(crate) struct Book {
    clients: Clients,
    logins: Shelf<Pending>,
    consents: Shelf<(Pending, Arc<Account>)>,
    tokens: Tokens,
}

/// An authorization that waits for its person.
#[derive(Clone)]
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
        let book = Book {
            clients: clients.clone(),
            logins: Shelf::default(),
            consents: Shelf::default(),
            tokens: Tokens::default(),
        };
        Self {
            clients,
            issuer,
            terms,
            book: Mutex::new(book),
        }
    }

    pub(crate) fn clients(&self) -> Clients {
        self.book().clients.clone()
    }

    pub(crate) fn add_client(&self, client: OAuthClient) -> Result<(), EmulatorError> {
        self.book().clients.add(client)
    }

    /// With everything that it asked for and got; says whether there was one.
    pub(crate) fn remove_client(&self, id: &str) -> bool {
        let mut book = self.book();
        let is_other = |pending: &Pending| pending.request.client.id() != id;
        book.logins.keep(is_other);
        book.consents.keep(|(pending, _)| is_other(pending));
        book.tokens.revoke_those(|grant| grant.client.id() == id);
        book.clients.remove(id)
    }

    pub(super) fn begin(
        &self,
        query: &str,
        leniencies: &Leniencies,
        now: SystemTime,
    ) -> Result<LoginForm, Refusal> {
        let mut book = self.book();
        let request = Request::read(&book.clients, self.issuer.as_deref(), leniencies, query)?;
        let end = unix(now).saturating_add(PATIENCE);
        book.ask_login(Pending { request, end })
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
        let grant = Grant {
            client: request.client,
            account,
            scope: request.scope,
        };
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
        leniencies: &Leniencies,
        now: SystemTime,
    ) -> Result<Issued, Fault> {
        let tokens = &mut self.book().tokens;
        tokens.redeem(client, brought, self.terms, leniencies, unix(now))
    }

    pub(super) fn refresh(
        &self,
        client: &OAuthClient,
        token: &str,
        scope: Option<Scope>,
        now: SystemTime,
    ) -> Result<Issued, Fault> {
        let tokens = &mut self.book().tokens;
        tokens.refresh(client, token, scope, self.terms, unix(now))
    }

    pub(crate) fn standing(&self, access_token: &str, now: SystemTime) -> Standing {
        self.book().tokens.standing(access_token, unix(now))
    }

    /// Tokens for a client and a user, whom nobody asks.
    pub(crate) fn issue(
        &self,
        client_id: &str,
        account: Arc<Account>,
        now: SystemTime,
    ) -> Result<IssuedTokens, EmulatorError> {
        let mut book = self.book();
        let known = book.clients.named(client_id).map(Arc::clone);
        let client = known.ok_or(EmulatorError::UnknownName { what: CLIENT })?;
        let refreshable = client.gets_refresh_tokens();
        let grant = Arc::new(Grant {
            client,
            account,
            scope: Scope::default(),
        });
        book.tokens
            .issue(&grant, refreshable, self.terms, unix(now))
            .map(IssuedTokens::from)
            .map_err(|_| EmulatorError::NoToken)
    }

    /// As if the time of a code or a token were over; says whether it was good until then.
    pub(crate) fn expire(&self, token: &str, leniencies: &Leniencies, now: SystemTime) -> bool {
        let tokens = &mut self.book().tokens;
        let was_good = tokens.is_good(token, self.terms, leniencies, unix(now));
        tokens.expire(token);
        was_good
    }

    /// Revokes the grant of a code or a token (RFC 7009, 2.1); says whether the one that was named was good until then.
    pub(crate) fn revoke(&self, token: &str, leniencies: &Leniencies, now: SystemTime) -> bool {
        let tokens = &mut self.book().tokens;
        let was_good = tokens.is_good(token, self.terms, leniencies, unix(now));
        tokens.revoke(token);
        was_good
    }

    /// Gives up the pages that a user has open beyond the login: nobody is there any more who could allow anything.
    pub(crate) fn forget_pages_of(&self, user_name: &str) {
        let mut book = self.book();
        book.consents
            .keep(|(_, account)| account.user_name != user_name);
    }

    /// Revokes the grants of one user, and says of how many something was still good.
    pub(crate) fn revoke_of(
        &self,
        user_name: &str,
        leniencies: &Leniencies,
        now: SystemTime,
    ) -> usize {
        let tokens = &mut self.book().tokens;
        let is_theirs = |grant: &Grant| grant.account.user_name == user_name;
        let count = tokens.count(self.terms, leniencies, unix(now), is_theirs);
        tokens.revoke_those(is_theirs);
        count
    }

    /// Gives up what waits, revokes what was allowed, and knows the clients of the start.
    pub(crate) fn reset(&self) {
        let mut book = self.book();
        book.clients = self.clients.clone();
        book.logins.clear();
        book.consents.clear();
        book.tokens.revoke_those(|_| true);
    }

    /// What [`OAuth::restore`] goes back to.
    pub(crate) fn snapshot(&self) -> Book {
        self.book().clone()
    }

    pub(crate) fn restore(&self, past: &Book) {
        *self.book() = past.clone();
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

const CLIENT: &str = "OAuth client has this client_id";

/// From the first page to the decision: time enough to find a password, and no more.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
