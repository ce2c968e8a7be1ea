//! The ApiToken scheme, end to end, over real HTTP. The user whose account locks is the judge.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use phrase_auth_apitoken::{ApiTokenAuth, ApiTokenAuthBuilder, Credentials};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{AuthError, AuthHeader, Authenticator, ErrorKind};
use phrase_auth_emulator::seed::{self, SeededUser};
use phrase_auth_emulator::{Emulator, EmulatorBuilder, Endpoint, TmsUser};

use crate::fixture::{call_tms, client, until};

mod account;
mod life;
mod lock;
mod log_out;
mod second_factor;

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

    fn builder(&self, credentials: Credentials) -> ApiTokenAuthBuilder {
        self.here(ApiTokenAuth::builder(
            credentials,
            self.emulator.endpoints().unwrap(),
        ))
    }

    fn here(&self, builder: ApiTokenAuthBuilder) -> ApiTokenAuthBuilder {
        builder
            .http_client(Arc::new(client()))
            .runtime(self.clock.clone())
    }

    /// With the right password.
    fn user(&self, user: &SeededUser) -> ApiTokenAuth {
        self.builder(right(user)).build().unwrap()
    }

    fn advance(&self, span: Duration) {
        self.clock.advance(span);
        self.emulator.clock().advance(span);
    }

    fn logins(&self) -> u64 {
        self.emulator.log().count(Endpoint::Login)
    }

    async fn call(&self, header: AuthHeader) -> StatusCode {
        call_tms(&self.emulator, header).await
    }

    /// As an application calls: once more after a 401, if that makes sense.
    async fn call_twice(&self, auth: &ApiTokenAuth) -> Result<StatusCode, AuthError> {
        let header = auth.header().await?;
        let status = self.call(header.clone()).await;
        if status == StatusCode::UNAUTHORIZED && auth.reject(&header) {
            return Ok(self.call(auth.header().await?).await);
        }
        Ok(status)
    }
}

fn right(user: &SeededUser) -> Credentials {
    Credentials::new(user.user_name, user.password)
}

const HOUR: Duration = Duration::from_secs(3600);
