use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    Ask, AuthError, HeaderStyle, HttpClient, Limits, Now, Runtime, Token, TokenSource,
    TransportError,
};

use super::ledger::Ledger;
use super::outage::{Outage, answer};

/// A server of tokens without a network: it answers at once, unless it is down, and keeps a ledger. Clones are one
/// server.
#[derive(Clone)]
pub(super) struct Server {
    form: Form,
    clock: Arc<ManualRuntime>,
    book: Arc<Mutex<Book>>,
}

/// How it is asked, and how it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Without HTTP, by a cache itself.
    Source,
    /// A Platform API token for a JWT.
    Exchange,
    /// A user name and a password for a token.
    Login,
    /// A refresh token for an access token and another refresh token.
    Refresh,
}

struct Book {
    ledger: Ledger,
    /// Requests that brought another refresh token than the one that was given last.
    strangers: u64,
}

impl Server {
    pub(super) fn new(form: Form, clock: Arc<ManualRuntime>) -> Self {
        let most_tries = match form {
            Form::Exchange => 3,
            Form::Source | Form::Login | Form::Refresh => 1,
        };
        let book = Book {
            ledger: Ledger::new(most_tries),
            strangers: 0,
        };
        Self {
            form,
            clock,
            book: Arc::new(Mutex::new(book)),
        }
    }

    /// The outages that pass by themselves where it is asked like this.
    pub(super) fn outages(&self) -> impl Iterator<Item = Outage> + use<> {
        let is_login = self.form == Form::Login;
        let passes = move |outage: &Outage| !is_login || outage.passes_at_a_login();
        Outage::ALL.into_iter().filter(passes)
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Ledger) -> T) -> T {
        look(&mut self.book().ledger)
    }

    pub(super) fn strangers(&self) -> u64 {
        self.book().strangers
    }

    /// The refresh token that is good after so many were granted.
    pub(super) fn refresh_token(granted: u64) -> String {
        format!("refresh-{granted}")
    }

    /// The number of the token that is granted. A server that is silent is so for `patience`, or for ever.
    async fn grant(&self, patience: Option<Duration>) -> Result<u64, Outage> {
        let mut request = Visit {
            server: self,
            met: None,
        };
        request.met = self.with(|ledger| ledger.arrive(&self.clock.now()));
        match request.met {
            None => Ok(self.with(Ledger::grant)),
            Some(Outage::Silent) => {
                match patience.map(|patience| self.clock.sleep(patience)) {
                    Some(Ok(timer)) => timer.await,
                    Some(Err(_)) => {}
                    None => std::future::pending().await,
                }
                Err(Outage::Silent)
            }
            Some(outage) => Err(outage),
        }
    }

    fn body(&self, number: u64) -> String {
        let seconds = LIFE.as_secs();
        let token = match self.form {
            Form::Login => {
                let end = self.clock.now().wall.checked_add(LIFE);
                let end = end.and_then(|end| Timestamp::try_from(end).ok());
                let end = end.unwrap_or_default();
                return format!(r#"{{"token":"token-{number}","expires":"{end}"}}"#);
            }
            Form::Source | Form::Exchange | Form::Refresh => format!(
                r#""access_token":"token-{number}","token_type":"Bearer","expires_in":{seconds}"#
            ),
        };
        match self.form {
            Form::Refresh => {
                let refresh = Self::refresh_token(number);
                format!(r#"{{{token},"refresh_token":"{refresh}"}}"#)
            }
            _ => format!("{{{token}}}"),
        }
    }

    /// Notes a refresh token that is not the one which was given last: it was used up.
    fn look_at(&self, request: &Request<Bytes>) {
        let text = String::from_utf8_lossy(request.body());
        let brought = text
            .split('&')
            .find_map(|field| field.strip_prefix("refresh_token="));
        let mut book = self.book();
        let wanted = Self::refresh_token(book.ledger.granted);
        let is_stranger = brought != Some(&wanted);
        book.strangers = book.strangers.saturating_add(u64::from(is_stranger));
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSource for Server {
    /// Keeps no deadline when it is silent: the cache has to cut it off.
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        match self.grant(None).await {
            Ok(number) => Token::new(format!("token-{number}"), HeaderStyle::bearer(), LIFE),
            Err(outage) => Err(outage.error(self.clock.now().wall)),
        }
    }
}

#[async_trait]
impl HttpClient for Server {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        if self.form == Form::Refresh {
            self.look_at(&request);
        }
        match self.grant(Some(limits.timeout)).await {
            Ok(number) => Ok(answer(200, self.body(number))),
            Err(outage) => outage.answer(),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// A request under way: it has failed when it is over, also for who is cut off.
struct Visit<'a> {
    server: &'a Server,
    met: Option<Outage>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Some(outage) = self.met {
            let now: Now = self.server.clock.now();
            self.server.with(|ledger| ledger.fail(outage, now));
        }
    }
}

/// Renewed early after 240 to 252 seconds, and over after 285.
pub(super) const LIFE: Duration = Duration::from_secs(300);
