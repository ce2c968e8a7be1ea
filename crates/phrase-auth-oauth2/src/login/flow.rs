use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{AuthError, ErrorKind, Session, caught};

use super::desk::{Arrived, Desk};
use super::listener::{Connections, Listener};
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
    // Tokio panics on a runtime without sockets.
    let bound = caught(Listener::bind(given, listen, &ports)).await;
    let listener = bound.unwrap_or_else(|| Err(no_sockets()))?;
    let deadline = client.runtime().sleep(timeout)?;
    let (url, pending) = client.begin_at(listener.redirect().clone())?;
    let (desk, arrived) = Desk::new(client.clone(), pending);
    let desk = Arc::new(desk);
    // Dropped with this future, and every connection with it.
    let mut connections = Connections::default();
    notify(LoginNotice::Open(&url));
    if browser.open(&url, client.secret_variable()).is_err() {
        notify(LoginNotice::NoBrowser);
    }
    let (callback, browser) = tokio::select! {
        Ok(Arrived { callback, reply, ended }) = arrived => (callback, Some((reply, ended))),
        callback = pasted(&desk, &mut paste, &mut notify) => (callback, None),
        () = listener.serve(&desk, &mut connections) => return Err(late()),
        () = deadline => return Err(late()),
    };
    drop(listener);
    let refused = matches!(callback, Callback::Refused(_));
    let session = client.redeem(callback, desk.pending(), &user).await;
    if let Some((reply, ended)) = browser {
        let page = match &session {
            Ok(_) => Page::Success,
            Err(_) if refused => Page::Refused,
            Err(_) => Page::Failed,
        };
        // Whoever has closed the window need not be told.
        let _ = reply.send(page);
        if let Some(ended) = ended {
            let _ = tokio::time::timeout(TIME_TO_SHOW, ended).await;
        }
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

fn no_sockets() -> AuthError {
    let what = "a login with the browser needs a Tokio runtime with sockets and timers";
    AuthError::new(ErrorKind::Config, what).with_hint("build it with enable_all")
}

fn late() -> AuthError {
    AuthError::new(
        ErrorKind::LoginRequired,
        "the login was not finished in time",
    )
    .with_hint(BEGIN_AGAIN)
}

const BEGIN_AGAIN: &str = "begin it again, and log in in the browser; if a page there showed an error, check client id \
                           and redirect URI";

/// For a page of a few lines to reach a browser on the same machine.
const TIME_TO_SHOW: Duration = Duration::from_secs(2);
