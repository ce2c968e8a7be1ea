//! The OAuth 2.0 scheme, end to end, over real HTTP. The emulator, which ends every session of a client
//! that uses a refresh token twice, is the judge.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{AuthHeader, Authenticator, ErrorKind, MemoryStore, Session, TokenStore};
use phrase_auth_emulator::seed::{self, SeededClient};
use phrase_auth_emulator::{Emulator, EmulatorBuilder, Endpoint, Person};
use phrase_auth_oauth2::{OAuth2Auth, OAuth2Client, OAuth2ClientBuilder};

use crate::fixture::call_tms;

mod browser;
mod life;
mod login;
mod storm;

/// An emulator, and one clock for it and for whoever logs in.
struct World {
    emulator: Emulator,
    clock: Arc<ManualRuntime>,
}

impl World {
    async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    async fn of(builder: EmulatorBuilder) -> Self {
        Self {
            emulator: builder.start().await.unwrap(),
            clock: Arc::new(ManualRuntime::new()),
        }
    }

    fn builder(&self, client: &SeededClient) -> OAuth2ClientBuilder {
        let endpoints = self.emulator.endpoints().unwrap();
        OAuth2Client::builder(client.client_id, endpoints)
            .http_client(Arc::new(crate::fixture::client()))
            .runtime(self.clock.clone())
    }

    /// With a redirect URI that is registered.
    fn client(&self, client: &SeededClient) -> OAuth2Client {
        let redirect = match client.redirect_uris[0] {
            "http://127.0.0.1/callback" => "http://127.0.0.1:50505/callback",
            other => other,
        };
        self.builder(client).redirect_uri(redirect).build().unwrap()
    }

    /// As a person in a browser.
    async fn log_in(&self, client: &OAuth2Client) -> Session {
        let (url, pending) = client.begin().unwrap();
        let back = self.emulator.authorize(&url).unwrap();
        client.finish(pending, &back, "jane").await.unwrap()
    }

    fn advance(&self, span: Duration) {
        self.clock.advance(span);
        self.emulator.clock().advance(span);
    }

    fn token_requests(&self) -> u64 {
        self.emulator.log().count(Endpoint::OAuthToken)
    }

    async fn call(&self, header: AuthHeader) -> StatusCode {
        call_tms(&self.emulator, header).await
    }
}

const HOUR: Duration = Duration::from_secs(3600);
