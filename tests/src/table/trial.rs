use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{AuthHeader, CachePolicy, Endpoints, ErrorKind, HttpClient, Limits};
use phrase_auth_emulator::{
    ApiToken, Application, Emulator, EmulatorBuilder, Endpoint, FaultKind, OAuthClient, TmsUser,
    fault,
};
use phrase_auth_reqwest::ReqwestClient;

use super::expected::Expected;
use super::row::Column;
use crate::fixture::{client, hurried};

/// A fault, an operation, and what is to come of them.
#[derive(Clone)]
pub(crate) struct Trial {
    /// For whoever reads why it failed.
    pub(crate) name: String,
    pub(crate) kind: FaultKind,
    endpoint: Endpoint,
    pub(crate) expected: Expected,
}

impl Trial {
    pub(crate) fn new(kind: FaultKind, column: Column, expected: Expected) -> Self {
        Self {
            name: format!("{kind} at {column:?}"),
            kind,
            endpoint: column.endpoint(),
            expected,
        }
    }

    /// An emulator that is well, of whatever `builder` has besides the credentials below.
    pub(crate) async fn bed(&self, builder: EmulatorBuilder) -> Bed {
        let builder = builder
            .api_token(ApiToken::new(API_TOKEN, Application::Tms))
            .tms_user(TmsUser::new(USER_NAME, PASSWORD))
            .oauth_client(
                OAuthClient::confidential(CLIENT_ID, CLIENT_SECRET).redirect_uri(REDIRECT_URI),
            );
        let builder = match self.kind.is_of_handshake() {
            true => builder.tls(),
            false => builder,
        };
        let emulator = builder.start().await.unwrap();
        let client = match emulator.ca_pem() {
            Some(pem) => ReqwestClient::builder().extra_ca_pem(pem).build().unwrap(),
            None => client(),
        };
        Bed {
            trial: self.clone(),
            emulator,
            clock: Arc::new(ManualRuntime::new()),
            client: Arc::new(client),
        }
    }
}

/// Where a trial takes place.
pub(crate) struct Bed {
    pub(crate) trial: Trial,
    pub(crate) emulator: Emulator,
    pub(crate) clock: Arc<ManualRuntime>,
    client: Arc<ReqwestClient>,
}

impl Bed {
    pub(crate) fn client(&self) -> Arc<dyn HttpClient> {
        self.client.clone()
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        self.emulator.endpoints().unwrap()
    }

    /// Long on the manual clock; short, in real time, for an answer that never ends.
    pub(crate) fn policy(&self) -> CachePolicy {
        let mut policy = CachePolicy::default();
        if self.trial.expected.is_kind(ErrorKind::Timeout) {
            policy.deadline = Duration::from_secs(2);
        }
        policy
    }

    /// From now on the fault happens. Of OAuth's answers the true one is lost: a refresh token may be used up, and a
    /// code is spent.
    pub(crate) fn fall_ill(&self) {
        let rule = fault(self.trial.kind.clone());
        let rule = match self.trial.endpoint {
            _ if self.trial.kind.is_of_handshake() => rule,
            Endpoint::OAuthToken => rule.on(Endpoint::OAuthToken).takes_effect(),
            endpoint => rule.on(endpoint),
        };
        self.emulator.faults().add(rule).unwrap();
    }

    /// From now on nothing goes wrong. The fault has happened as often as it should, so nothing was tried beyond.
    pub(crate) fn heal(&self) {
        let Trial { name, expected, .. } = &self.trial;
        let faults = self.emulator.faults();
        let happened: u64 = faults.list().iter().map(|rule| rule.happened).sum();
        assert_eq!(happened, expected.requests, "{name}: how often it happened");
        faults.clear();
    }

    /// How many requests have arrived.
    pub(crate) fn requests(&self) -> u64 {
        self.emulator.log().count(self.trial.endpoint)
    }

    pub(crate) fn requests_since(&self, before: u64) -> u64 {
        self.requests().saturating_sub(before)
    }

    /// So many are to arrive while it is ill.
    pub(crate) fn requests_when_ill(&self) -> u64 {
        match self.trial.kind.is_of_handshake() {
            true => 0,
            false => self.trial.expected.requests,
        }
    }

    /// Time passes here and there: every window is over.
    pub(crate) fn wait(&self) {
        self.clock.advance(LONGEST_WINDOW);
        self.emulator.clock().advance(LONGEST_WINDOW);
    }

    /// Waits for a renewal, also where it pauses between two tries.
    pub(crate) async fn patiently<F: Future>(&self, future: F) -> F::Output {
        match self.trial.expected {
            expected if expected.requests > 1 => hurried(&self.clock, future).await,
            expected if expected.stands() => self.refused(future).await,
            _ => future.await,
        }
    }

    /// Waits for a renewal that is refused: once that is said, the store is looked at for 175 ms.
    pub(crate) async fn refused<F: Future>(&self, future: F) -> F::Output {
        let begun = self.requests();
        let mut future = pin!(future);
        loop {
            let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
            if let Poll::Ready(output) = polled {
                return output;
            }
            // In steps that are small against the deadline: what was answered may not have been read yet.
            if self.requests() > begun && self.emulator.log().in_flight() == 0 {
                self.clock.advance(Duration::from_millis(1));
            }
            tokio::task::yield_now().await;
        }
    }

    /// Whether the API takes this header.
    pub(crate) async fn takes(&self, header: &AuthHeader) -> bool {
        let path = Endpoint::Tms.path().unwrap();
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = format!("{}{path}", self.emulator.url()).parse().unwrap();
        header.clone().apply(request.headers_mut());
        let answer = self.client.send(request, Limits::default()).await;
        let status = answer.unwrap().status();
        // A token of 60,000 dots is none, and more than the emulator reads.
        let refused = [
            StatusCode::UNAUTHORIZED,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ];
        let known = status == StatusCode::OK || refused.contains(&status);
        assert!(known, "{}: {status}", self.trial.name);
        status == StatusCode::OK
    }
}

pub(crate) const API_TOKEN: &str = "canary-api-token";
pub(crate) const USER_NAME: &str = "jane";
/// With what JSON, forms and URLs write otherwise.
pub(crate) const PASSWORD: &str = "canary \"pass\\word\" ä+%/&";
pub(crate) const CLIENT_ID: &str = "table";
pub(crate) const CLIENT_SECRET: &str = "canary-secret a+b%";
/// How the two go into a Basic header (RFC 6749, 2.3.1).
pub(crate) const BASIC: &str = "dGFibGU6Y2FuYXJ5LXNlY3JldCthJTJCYiUyNQ==";
pub(crate) const REDIRECT_URI: &str = "https://app.example/callback";

/// The longest `Retry-After` that is believed, and a second.
const LONGEST_WINDOW: Duration = Duration::from_secs(3601);
