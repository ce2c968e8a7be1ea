//! The scheme by a scripted client on a manual clock; over HTTP in `wire`, and against the emulator
//! in the workspace's own tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request, Response, StatusCode};
use phrase_auth_core::testing::{ManualRuntime, ScriptedClient};
use phrase_auth_core::{Fault, Runtime, TransportError};

use crate::*;

mod account;
mod adopted;
mod answers;
mod failures;
#[cfg(target_os = "linux")]
mod memory;
mod other;
mod redaction;
mod second_factor;
mod secrets;
#[cfg(feature = "reqwest")]
mod wire;

const GOOD: &str = r#"{"token":"t1","user":{"userName":"jane.doe","uid":"u-1","role":"LINGUIST"}}"#;
const LOGIN: &str = "https://us.cloud.memsource.com/web/api2/v3/auth/login";

/// An authenticator, what it is answered, and the time it lives in.
struct Bench {
    auth: ApiTokenAuth,
    client: ScriptedClient,
    clock: Arc<ManualRuntime>,
}

impl Bench {
    fn new(password: impl Into<SecretSource>) -> Self {
        Self::with(Credentials::new("jane.doe", password))
    }

    fn with(credentials: Credentials) -> Self {
        Self::of(ApiTokenAuth::builder(credentials, DataCenter::Us))
    }

    fn of(builder: ApiTokenAuthBuilder) -> Self {
        Self::on(Arc::new(ManualRuntime::new()), builder)
    }

    /// On a clock that somebody else moves as well.
    fn on(clock: Arc<ManualRuntime>, builder: ApiTokenAuthBuilder) -> Self {
        let client = ScriptedClient::new();
        let auth = builder
            .http_client(Arc::new(client.clone()))
            .runtime(clock.clone())
            .build()
            .unwrap();
        Self {
            auth,
            client,
            clock,
        }
    }

    async fn error(&self) -> AuthError {
        self.auth.header().await.unwrap_err()
    }

    fn requests(&self) -> usize {
        self.client.sent().len()
    }

    /// Asks for a header again and again over hours: how many requests that costs.
    async fn requests_of_a_day_of_callers(&self) -> usize {
        let before = self.requests();
        for _ in 0..1000 {
            self.auth.header().await.unwrap_err();
            self.clock.advance(Duration::from_secs(87));
        }
        self.requests().saturating_sub(before)
    }

    fn lose(&self, fault: Fault) {
        let lost = TransportError::new(fault, true);
        self.client.answer_with(Err(lost));
    }
}

fn tms(code: &str) -> String {
    format!(r#"{{"errorCode":"{code}","errorDescription":"Said by the server."}}"#)
}

fn body(request: &Request<Bytes>) -> serde_json::Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn paths(client: &ScriptedClient) -> Vec<String> {
    let sent = client.sent();
    let path = |request: &Request<Bytes>| request.uri().path().replace("/web/api2/", "");
    sent.iter().map(path).collect()
}
