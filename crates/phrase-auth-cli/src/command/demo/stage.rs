use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, Generation, HttpClient, Limits, Product, Runtime, Secret,
};
use phrase_auth_emulator::seed::{self, SeededUser};
use phrase_auth_emulator::{Emulator, Endpoint};
use phrase_auth_oauth2::OAuth2Client;
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::ReqwestClient;

mod act;
mod claim;

pub(super) use self::act::Act;
pub(super) use self::claim::{check, step, unlike};

use super::spoken;
use crate::exit::Exit;
use crate::output;
use crate::report::Report;

/// What the demo plays on: an emulator, a transport, and one clock for both sides that is moved by hand.
pub(super) struct Stage {
    emulator: Emulator,
    clock: Arc<ManualRuntime>,
    client: Arc<ReqwestClient>,
    act: Cell<Act>,
    headers: Cell<u64>,
    passed: Cell<Duration>,
}

impl Stage {
    pub(super) async fn build() -> Result<Self, Report> {
        Ok(Self {
            emulator: Emulator::start().await?,
            clock: Arc::new(ManualRuntime::new()),
            client: Arc::new(ReqwestClient::builder().build()?),
            act: Cell::default(),
            headers: Cell::default(),
            passed: Cell::default(),
        })
    }

    /// An authenticator for TMS on this stage, over a Platform API token.
    pub(super) fn platform(&self, api_token: &str) -> Result<PlatformAuth, Report> {
        let auth = PlatformAuth::builder(api_token, self.emulator.endpoints()?, Product::Tms)
            .http_client(Arc::<ReqwestClient>::clone(&self.client))
            .runtime(Arc::<ManualRuntime>::clone(&self.clock))
            .build()?;
        Ok(auth)
    }

    /// An authenticator for TMS on this stage, over a user name and a password.
    pub(super) fn apitoken(&self, credentials: Credentials) -> Result<ApiTokenAuth, Report> {
        let auth = ApiTokenAuth::builder(credentials, self.emulator.endpoints()?)
            .http_client(Arc::<ReqwestClient>::clone(&self.client))
            .runtime(Arc::<ManualRuntime>::clone(&self.clock))
            .build()?;
        Ok(auth)
    }

    /// A public client that people log in to TMS with on this stage.
    pub(super) fn oauth2(&self) -> Result<OAuth2Client, Report> {
        let id = seed::PUBLIC_CLIENT.client_id;
        let client = OAuth2Client::builder(id, self.emulator.endpoints()?)
            .http_client(Arc::<ReqwestClient>::clone(&self.client))
            .runtime(Arc::<ManualRuntime>::clone(&self.clock))
            .build()?;
        Ok(client)
    }

    /// The person logs in and allows it: where the browser is sent.
    pub(super) fn consent(&self, url: &str) -> Result<String, Report> {
        let sent = self.emulator.authorize(url);
        sent.map_err(|error| unlike("the person can log in").with("cause", error.to_string()))
    }

    /// The person takes back what was allowed.
    pub(super) fn take_back(&self, user: &SeededUser) -> usize {
        self.emulator.revoke_oauth(user.user_name)
    }

    pub(super) async fn header(&self, auth: &dyn Authenticator) -> Result<AuthHeader, Report> {
        let header = auth.header().await?;
        self.headers.set(self.headers.get().saturating_add(1));
        Ok(header)
    }

    /// Waits until there is a header that is newer, without asking for one.
    pub(super) async fn newer(&self, auth: &dyn Authenticator, than: Generation) -> AuthHeader {
        loop {
            if let Some(header) = auth.peek().filter(|header| header.generation() > than) {
                self.headers.set(self.headers.get().saturating_add(1));
                return header;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The error that must come in place of a header.
    pub(super) async fn refusal(&self, auth: &dyn Authenticator) -> Result<AuthError, Report> {
        match auth.header().await {
            Err(error) => Ok(error),
            Ok(_) => Err(unlike("no header is handed out")),
        }
    }

    /// How much longer the server will take a header.
    pub(super) fn left(&self, header: &AuthHeader) -> Result<Duration, Report> {
        let end = header
            .expires_at()
            .ok_or_else(|| unlike("the token has an end"))?;
        end.duration_since(self.clock.now().wall)
            .map_err(|_| unlike("the token lives"))
    }

    /// Lets time pass, for the client and for the server.
    pub(super) fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.emulator.clock().advance(span);
        self.passed.set(self.passed.get().saturating_add(span));
    }

    /// Lets time pass as it does outside, while something is done that waits for a moment by itself.
    pub(super) async fn in_real_time<T>(&self, deed: impl Future<Output = T>) -> T {
        let passing = async {
            loop {
                tokio::time::sleep(TICK).await;
                self.pass(TICK);
            }
        };
        tokio::select! {
            done = deed => done,
            () = passing => std::future::pending().await,
        }
    }

    pub(super) fn revoke_tokens(&self) {
        self.emulator.revoke_tokens();
    }

    /// The user logs out in the browser.
    pub(super) fn end_sessions(&self, user: &SeededUser) -> usize {
        self.emulator.end_sessions(user.user_name)
    }

    /// What the user's device shows now.
    pub(super) fn second_factor_code(&self) -> Secret {
        Secret::new(self.emulator.second_factor_code())
    }

    /// Calls the protected API, and expects this status.
    pub(super) async fn call_is(&self, expected: u16, header: &AuthHeader) -> Result<(), Report> {
        let url = format!("{}{}", self.emulator.url(), path());
        self.get_is(expected, &url, Some(header)).await
    }

    /// Opens an address as a browser does, and expects this status.
    pub(super) async fn visit_is(&self, expected: u16, url: &str) -> Result<(), Report> {
        self.get_is(expected, url, None).await
    }

    async fn get_is(
        &self,
        expected: u16,
        url: &str,
        header: Option<&AuthHeader>,
    ) -> Result<(), Report> {
        let mut request = Request::get(url).body(Bytes::new()).map_err(|error| {
            Report::new(Exit::BUG, "the request cannot be made").with("cause", error.to_string())
        })?;
        if let Some(header) = header {
            header.clone().apply(request.headers_mut());
        }
        let answer = self.client.send(request, Limits::default()).await;
        let status = match answer {
            Ok(response) => response.status().as_u16(),
            Err(error) => {
                let report = unlike("there is an answer").with("cause", error.to_string());
                return Err(report.caused_by(std::error::Error::source(&error)));
            }
        };
        if status == expected {
            return Ok(());
        }
        Err(unlike(&format!("the answer is {expected}"))
            .with("instead", format!("it was {status}")))
    }

    pub(super) fn call_shown() -> String {
        format!("GET {}", path())
    }

    /// So many requests of the kind that this act counts have reached the server.
    pub(super) fn asked_are(&self, expected: u64) -> Result<(), Report> {
        let act = self.act.get();
        let count = self.asked(act);
        if count == expected {
            return Ok(());
        }
        let claim = format!("{expected} {} have reached the server", act.counted());
        Err(unlike(&claim).with("instead", format!("there were {count}")))
    }

    pub(super) fn welcome(&self) -> Result<(), Report> {
        output::line(&format!(
            "Phrase's endpoints, emulated at {}. No account; nothing leaves this machine.\n\
             One clock for both sides is moved by hand, so hours pass at once. Every line has been checked.",
            self.emulator.url()
        ))
    }

    pub(super) fn open(&self, act: Act) -> Result<(), Report> {
        self.act.set(act);
        output::line(&format!(
            "\n{}\n\n{:>9}  {:<21}  what happened",
            act.title(),
            act.counted(),
            "step"
        ))
    }

    /// One line: how many requests there were so far, what was done, what came of it.
    pub(super) fn tell(&self, deed: &str, outcome: &str) -> Result<(), Report> {
        let asked = self.asked(self.act.get());
        output::line(&format!("{asked:>9}  {deed:<21}  {outcome}"))
    }

    pub(super) fn close(&self) -> Result<(), Report> {
        output::line(&format!(
            "\nDone: {} headers and {} answers of the API in {}, for {} exchanges, {} logins, and {} grants of OAuth.",
            self.headers.get(),
            self.emulator.log().count(Endpoint::Tms),
            spoken(self.passed.get()),
            self.asked(Act::Exchanges),
            self.asked(Act::Logins),
            self.asked(Act::Grants),
        ))
    }

    fn asked(&self, act: Act) -> u64 {
        self.emulator.log().count(act.endpoint())
    }
}

fn path() -> &'static str {
    Endpoint::Tms.path().unwrap_or_default()
}

/// Short beside the fraction of a second for which a cache waits.
const TICK: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests;
