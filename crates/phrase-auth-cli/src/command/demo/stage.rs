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
use phrase_auth_emulator::seed::SeededUser;
use phrase_auth_emulator::{Emulator, Endpoint};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::ReqwestClient;

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

/// Which scheme is shown, and so what is counted at the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Act {
    /// Of a Platform API token for a JWT.
    #[default]
    Exchanges,
    /// With a TMS user name and password.
    Logins,
}

impl Act {
    fn endpoint(self) -> Endpoint {
        match self {
            Self::Exchanges => Endpoint::TokenExchange,
            Self::Logins => Endpoint::Login,
        }
    }

    /// The head of the column that counts.
    fn counted(self) -> &'static str {
        match self {
            Self::Exchanges => "exchanges",
            Self::Logins => "logins",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Exchanges => "A Platform API token (phrase-auth-platform)",
            Self::Logins => "A TMS user name and password (phrase-auth-apitoken)",
        }
    }
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
        let mut request = Request::get(url).body(Bytes::new()).map_err(|error| {
            Report::new(Exit::BUG, "the request cannot be made").with("cause", error.to_string())
        })?;
        header.clone().apply(request.headers_mut());
        let answer = self.client.send(request, Limits::default()).await;
        let status = match answer {
            Ok(response) => response.status().as_u16(),
            Err(error) => {
                let report = unlike("the API answers").with("cause", error.to_string());
                return Err(report.caused_by(std::error::Error::source(&error)));
            }
        };
        if status == expected {
            return Ok(());
        }
        Err(unlike(&format!("the API answers {expected}"))
            .with("instead", format!("it answered {status}")))
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
            "\nDone: {} headers and {} answers of the API in {}, for {} exchanges and {} logins.",
            self.headers.get(),
            self.emulator.log().count(Endpoint::Tms),
            spoken(self.passed.get()),
            self.asked(Act::Exchanges),
            self.asked(Act::Logins),
        ))
    }

    fn asked(&self, act: Act) -> u64 {
        self.emulator.log().count(act.endpoint())
    }
}

/// One step of the demo. It must succeed, and soon: the clock that is moved by hand bounds nothing.
pub(super) async fn step<T>(
    name: &'static str,
    deed: impl Future<Output = Result<T, Report>>,
) -> Result<T, Report> {
    match tokio::time::timeout(PATIENCE, deed).await {
        Ok(done) => done.map_err(|report| report.unexpected(name)),
        Err(_) => Err(unlike("it happens within half a minute").unexpected(name)),
    }
}

/// What is printed later must be so.
pub(super) fn check(so: bool, claim: &str) -> Result<(), Report> {
    if so { Ok(()) } else { Err(unlike(claim)) }
}

pub(super) fn unlike(claim: &str) -> Report {
    Report::new(Exit::BUG, "the demo did not go as it should")
        .with("expected", claim)
        .with("next", "please report this")
}

fn path() -> &'static str {
    Endpoint::Tms.path().unwrap_or_default()
}

/// On loopback everything takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_does_not_hold_is_told_with_its_step() {
        assert!(check(true, "it is so").is_ok());
        let report = check(false, "it is so").unwrap_err().unexpected("a step");
        let text = report.to_string();
        assert!(
            text.contains("expected: it is so") && text.contains("during: a step"),
            "{text}"
        );
    }

    #[test]
    fn a_count_that_is_off_is_noticed() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let stage = runtime.block_on(Stage::build()).unwrap();
        assert!(stage.asked_are(0).is_ok());
        let text = stage.asked_are(1).unwrap_err().to_string();
        assert!(text.contains("instead: there were 0"), "{text}");
    }
}
