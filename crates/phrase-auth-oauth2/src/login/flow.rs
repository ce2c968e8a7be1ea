use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{AuthError, ErrorKind, Session};
use tokio::task::JoinSet;

use super::desk::{Arrived, Desk};
use super::listener::Listener;
use super::page::Page;
use super::{BrowserLogin, LoginNotice, NextLine};
use crate::callback::Callback;
use crate::client::OAuth2Client;
use crate::redirect::RedirectUri;

/// One login with the browser, from the port to the session.
pub(super) async fn run(client: &OAuth2Client, login: BrowserLogin) -> Result<Session, AuthError> {
    let BrowserLogin {
        user,
        ports,
        listen,
        redirect_uri,
        timeout,
        browser,
        mut notify,
        mut paste,
    } = login;
    // Before anybody has taken the trouble to log in.
    client.key(&user)?;
    let given = match redirect_uri {
        Some(given) => Some(RedirectUri::parse(&given)?),
        None => client.0.redirect.clone(),
    };
    let listener = Listener::bind(given, listen, &ports).await?;
    let deadline = client.runtime().sleep(timeout)?;
    let (url, pending) = client.begin_at(listener.redirect().clone())?;
    let (desk, arrived) = Desk::new(client.clone(), pending);
    let desk = Arc::new(desk);
    // Dropped with this future, and every connection with it.
    let mut connections = JoinSet::new();
    notify(LoginNotice::Open(&url));
    if browser.open(&url).is_err() {
        notify(LoginNotice::NoBrowser);
    }
    let (callback, reply) = tokio::select! {
        Ok(Arrived { callback, reply }) = arrived => (callback, Some(reply)),
        callback = pasted(&desk, &mut paste, &mut notify) => (callback, None),
        () = listener.serve(&desk, &mut connections) => return Err(late()),
        () = deadline => return Err(late()),
    };
    drop(listener);
    let refused = matches!(callback, Callback::Refused(_));
    let session = client.redeem(callback, desk.pending(), &user).await;
    if let Some(reply) = reply {
        let page = match &session {
            Ok(_) => Page::Success,
            Err(_) if refused => Page::Refused,
            Err(_) => Page::Failed,
        };
        // Whoever has closed the window need not be told.
        let _ = reply.send(page);
        let shown = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(TIME_TO_SHOW, shown).await;
    }
    session
}

/// Waits for a pasted line that is the answer: for ever if nobody pastes one.
async fn pasted(
    desk: &Desk,
    paste: &mut Option<Box<NextLine>>,
    notify: &mut (dyn FnMut(LoginNotice<'_>) + Send),
) -> Callback {
    while let Some(next) = paste {
        let Some(line) = next().await else {
            break;
        };
        if line.expose().trim().is_empty() {
            continue;
        }
        match desk.receive_pasted(line.expose()) {
            Ok(callback) => return callback,
            Err(error) => notify(LoginNotice::NotPasted(&error)),
        }
    }
    std::future::pending().await
}

fn late() -> AuthError {
    AuthError::new(
        ErrorKind::LoginRequired,
        "the login was not finished in time",
    )
    .with_hint("begin it again, and log in in the browser")
}

/// For a page of a few lines to reach a browser on the same machine.
const TIME_TO_SHOW: Duration = Duration::from_secs(2);
