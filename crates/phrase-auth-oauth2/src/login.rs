use std::ffi::OsString;
use std::fmt;
use std::future::Future;
use std::io::{self, Write};
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use phrase_auth_core::{AuthError, Secret, Session};

use self::browser::Browser;
use crate::client::OAuth2Client;

mod browser;
mod desk;
mod flow;
mod listener;
mod page;
mod paste;

impl OAuth2Client {
    /// Logs a person in with the browser of this machine (RFC 8252): opens the authorization URL there, and
    /// prints it on stderr as well; waits on a loopback address for what comes back, or for its address to
    /// be [pasted](BrowserLogin::paste); redeems the code, tells the browser how it went, and gives back
    /// the session. Dropping the future frees the port and ends everything.
    ///
    /// ```no_run
    /// use phrase_auth_oauth2::{Authenticator, BrowserLogin, DataCenter, OAuth2Auth, OAuth2Client};
    ///
    /// # async fn example() -> Result<(), phrase_auth_oauth2::AuthError> {
    /// let client = OAuth2Client::new("my-client-id", DataCenter::Eu)?;
    /// let session = client.login_with_browser(BrowserLogin::new()).await?;
    /// let auth = OAuth2Auth::new(client, session)?;
    /// let header = auth.header().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `LoginRequired` if nobody has finished it in [time](BrowserLogin::timeout). `Config` if no port is
    /// free, for a listen address that is not loopback, for a redirect URI and ports that do not go together,
    /// and without a Tokio runtime. Others as [`finish`](Self::finish); a callback that is not the answer to this login
    /// ends nothing.
    pub async fn login_with_browser(&self, login: BrowserLogin) -> Result<Session, AuthError> {
        flow::run(self, login).await
    }
}

/// Options of a login with the browser. The defaults: the system's browser, a free port of 127.0.0.1,
/// `/callback` as the path, five minutes.
#[must_use = "options do nothing until `login_with_browser` gets them"]
pub struct BrowserLogin {
    user: String,
    ports: Vec<u16>,
    listen: Option<IpAddr>,
    redirect_uri: Option<String>,
    timeout: Duration,
    browser: Browser,
    notify: Box<dyn FnMut(LoginNotice<'_>) + Send>,
    paste: Option<Box<NextLine>>,
}

/// Where pasted lines come from.
type NextLine = dyn FnMut() -> Line + Send;
type Line = Pin<Box<dyn Future<Output = Option<Secret>> + Send>>;

/// What the person who logs in should know. `Display` is a line for people; none of them is secret.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum LoginNotice<'a> {
    /// The URL to open, whether or not a browser opens by itself.
    Open(&'a str),
    /// No browser could be started: the URL has to be opened by hand.
    NoBrowser,
    /// What was pasted is not the answer to this login, and why.
    NotPasted(&'a AuthError),
}

impl BrowserLogin {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            user: String::new(),
            ports: Vec::new(),
            listen: None,
            redirect_uri: None,
            timeout: TIME_FOR_A_PERSON,
            browser: Browser::System,
            notify: Box::new(|notice| {
                // Who has no stderr has a browser.
                let _ = writeln!(io::stderr(), "{notice}");
            }),
            paste: None,
        }
    }

    /// The application's own name for the person, for a store; empty by default.
    pub fn user(self, user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            ..self
        }
    }

    /// One more port to listen on, if those before it are taken; 0 is any free one. Without one: any free
    /// one, which a server takes that follows RFC 8252 section 7.3; others want the registered one.
    pub fn port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Another loopback address to listen on than that of the redirect URI, such as `::1`, or the near end of
    /// a tunnel.
    pub fn listen(self, address: IpAddr) -> Self {
        Self {
            listen: Some(address),
            ..self
        }
    }

    /// The redirect URI as it is registered, if it is not the client's own. A loopback one without a port gets
    /// the port that is listened on. Any other has to lead to the one [`port`](Self::port) that is named, as a
    /// tunnel does that keeps the request's `Host`.
    pub fn redirect_uri(self, redirect_uri: impl Into<String>) -> Self {
        Self {
            redirect_uri: Some(redirect_uri.into()),
            ..self
        }
    }

    /// How long the person may take; five minutes by default.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Opens no browser: the person opens the URL, here or elsewhere.
    pub fn without_browser(self) -> Self {
        Self {
            browser: Browser::None,
            ..self
        }
    }

    /// Opens the URL by this program, with the URL as its last argument. No shell is involved.
    pub fn browser_command<A: Into<OsString>>(
        self,
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self {
            browser: Browser::Command(program.into(), args),
            ..self
        }
    }

    /// Tells the person by other means than stderr.
    pub fn notify(self, notify: impl FnMut(LoginNotice<'_>) + Send + 'static) -> Self {
        Self {
            notify: Box::new(notify),
            ..self
        }
    }

    /// Takes pasted lines beside the callback, for a browser on another machine: the whole address at which
    /// the browser has arrived. It is checked as a callback is; a bare code is refused, because nothing tells
    /// whose it is. `next` is asked for one line after another until it gives `None`.
    pub fn paste<F, Fut>(self, mut next: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = Option<Secret>> + Send + 'static,
    {
        Self {
            paste: Some(Box::new(move || -> Line { Box::pin(next()) })),
            ..self
        }
    }

    /// Takes pasted lines from stdin. One thread reads there until the input ends, or the next line after the
    /// login: for a program that reads nothing else from it.
    pub fn paste_from_stdin(self) -> Self {
        self.paste(paste::lines_of_stdin())
    }
}

impl Default for BrowserLogin {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for BrowserLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserLogin")
            .field("user", &self.user)
            .field("ports", &self.ports)
            .field("listen", &self.listen)
            .field("redirect_uri", &self.redirect_uri)
            .field("timeout", &self.timeout)
            .field("browser", &self.browser)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for LoginNotice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(url) => write!(f, "To log in, open this address in a browser:\n\n  {url}\n"),
            Self::NoBrowser => {
                f.write_str("No browser could be started: open the address by hand.")
            }
            Self::NotPasted(error) => write!(f, "Not taken: {}", error.message()),
        }
    }
}

/// Long enough to find a password and a second factor, and short enough that a port does not stay open over
/// lunch.
const TIME_FOR_A_PERSON: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
