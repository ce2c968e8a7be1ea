use std::sync::{Mutex, PoisonError};

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, Request};
use phrase_auth_core::AuthError;
use tokio::sync::oneshot;

use super::page::Page;
use crate::callback::Callback;
use crate::client::OAuth2Client;
use crate::pending::PendingAuthorization;

/// Where callbacks are looked at. One that is not the answer is sent away, and nothing comes of it; the
/// first that is ends the login.
pub(super) struct Desk {
    client: OAuth2Client,
    pending: PendingAuthorization,
    first: Mutex<Option<oneshot::Sender<Arrived>>>,
}

/// The answer to the login, and the browser that waits to hear what came of it.
pub(super) struct Arrived {
    pub(super) callback: Callback,
    pub(super) reply: oneshot::Sender<Page>,
    /// Resolves when the browser has the page, or has gone.
    pub(super) ended: Option<oneshot::Receiver<()>>,
}

impl Desk {
    pub(super) fn new(
        client: OAuth2Client,
        pending: PendingAuthorization,
    ) -> (Self, oneshot::Receiver<Arrived>) {
        let (tell, told) = oneshot::channel();
        let desk = Self {
            client,
            pending,
            first: Mutex::new(Some(tell)),
        };
        (desk, told)
    }

    pub(super) fn pending(&self) -> &PendingAuthorization {
        &self.pending
    }

    /// What to show for a request: at once, or when the login has ended.
    pub(super) fn receive<B>(
        &self,
        request: &Request<B>,
        ended: Option<oneshot::Receiver<()>>,
    ) -> Result<oneshot::Receiver<Page>, Page> {
        let redirect = &self.pending.redirect;
        if request.uri().path() != redirect.path() {
            return Err(Page::Nothing);
        }
        if request.method() != Method::GET {
            return Err(Page::Method);
        }
        // A name that was made to lead here (DNS rebinding), and a page of somebody else.
        let headers = request.headers();
        let host = one(headers, HOST.as_str());
        let origin = one(headers, ORIGIN.as_str());
        let is_own_host = host.flatten().is_some_and(|host| redirect.is_host(host));
        let is_own_origin =
            origin.is_none_or(|it| it.is_some_and(|origin| redirect.is_origin(origin)));
        if !is_own_host || !is_own_origin {
            return Err(Page::Foreign);
        }
        let query = request.uri().query().unwrap_or_default();
        let callback = Callback::of_query(query, &self.pending, &self.client.expected());
        let callback = callback.map_err(|_| Page::Foreign)?;
        let first = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let first = first.ok_or(Page::Foreign)?;
        let (reply, told) = oneshot::channel();
        first
            .send(Arrived {
                callback,
                reply,
                ended,
            })
            .map_err(|_| Page::Foreign)?;
        Ok(told)
    }

    /// What was pasted.
    pub(super) fn receive_pasted(&self, line: &str) -> Result<Callback, AuthError> {
        Callback::read(line.trim(), &self.pending, &self.client.expected())
    }
}

/// A header that must not stand there twice: `None` if it is not there, `Some(None)` if it is odd.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(match values.next() {
        None => first.to_str().ok(),
        Some(_) => None,
    })
}
