//! The scheme by a scripted client on a manual clock; over HTTP in `wire` and `login`, and against the
//! emulator in the workspace's own tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use phrase_auth_core::TransportError;
use phrase_auth_core::testing::{ManualRuntime, ScriptedClient};

use crate::query::Query;
use crate::*;

mod begin;
mod finish;
mod redaction;
mod refresh;
#[cfg(feature = "reqwest")]
mod wire;

const REDIRECT: &str = "https://app.example/callback";
const GOOD: &str =
    r#"{"access_token":"a1","token_type":"Bearer","expires_in":3600,"refresh_token":"r1"}"#;
const LIFE: Duration = Duration::from_secs(3600);

/// A client, what it is answered, and the time it lives in.
pub(crate) struct Bench {
    pub(crate) client: OAuth2Client,
    pub(crate) http: ScriptedClient,
    pub(crate) clock: Arc<ManualRuntime>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(options: impl FnOnce(OAuth2ClientBuilder) -> OAuth2ClientBuilder) -> Self {
        let (http, clock) = (ScriptedClient::new(), Arc::new(ManualRuntime::new()));
        let builder = OAuth2Client::builder("client-1", DataCenter::Us)
            .redirect_uri(REDIRECT)
            .http_client(Arc::new(http.clone()))
            .runtime(clock.clone());
        let client = options(builder).build().unwrap();
        Self {
            client,
            http,
            clock,
        }
    }

    fn begin(&self) -> (BTreeMap<String, String>, PendingAuthorization) {
        let (url, pending) = self.client.begin().unwrap();
        (parameters(&url), pending)
    }

    /// A login whose code is answered with this.
    async fn finish(&self, status: u16, body: &str) -> Result<Session, AuthError> {
        let (url, pending) = self.begin();
        self.http.answer(status, body);
        let back = format!("/callback?code=c-1&state={}", url["state"]);
        self.client.finish(pending, &back, "jane").await
    }

    /// An authenticator over a fresh login.
    async fn auth(&self) -> OAuth2Auth {
        let session = self.finish(200, GOOD).await.unwrap();
        OAuth2Auth::new(self.client.clone(), session).unwrap()
    }

    fn sent(&self) -> Vec<Request<Bytes>> {
        self.http.sent()
    }

    /// The last form that was sent.
    fn form(&self) -> BTreeMap<String, String> {
        let sent = self.sent();
        let body = sent.last().unwrap().body();
        pairs(std::str::from_utf8(body).unwrap())
    }

    fn lose(&self, fault: Fault, may_have_arrived: bool) {
        let lost = TransportError::new(fault, may_have_arrived);
        self.http.answer_with(Err(lost));
    }
}

pub(crate) fn parameters(url: &str) -> BTreeMap<String, String> {
    pairs(url.parse::<Uri>().unwrap().query().unwrap())
}

/// Each name once.
fn pairs(query: &str) -> BTreeMap<String, String> {
    let decoded = Query::parse(query).unwrap();
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap());
    let pair = |name: &str| {
        let value = decoded.one(name).expect("once").unwrap();
        (name.to_owned(), value.expose().to_owned())
    };
    names.map(pair).collect()
}
