//! What most topics start from: an emulator, an authenticator over real HTTP, and one clock for
//! both.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, Endpoints, HttpClient, Limits, SecretSource,
};
use phrase_auth_emulator::{Application, Emulator, Endpoint, seed};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::ReqwestClient;

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) clock: Arc<ManualRuntime>,
    pub(crate) auth: PlatformAuth,
    application: Application,
}

impl World {
    /// With the good API token of `application`.
    pub(crate) async fn new(application: Application) -> Self {
        Self::with(application, seed::good(application)).await
    }

    pub(crate) async fn with(application: Application, api_token: impl Into<SecretSource>) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let clock = Arc::new(ManualRuntime::new());
        let endpoints = emulator.endpoints().unwrap();
        let auth = PlatformAuth::builder(api_token, endpoints, application.product())
            .http_client(Arc::new(client()))
            .runtime(clock.clone())
            .build()
            .unwrap();
        Self {
            emulator,
            clock,
            auth,
            application,
        }
    }

    /// Time passes here and there.
    pub(crate) fn advance(&self, span: Duration) {
        self.clock.advance(span);
        self.emulator.clock().advance(span);
    }

    pub(crate) fn exchanges(&self) -> u64 {
        self.emulator.log().count(Endpoint::TokenExchange)
    }

    /// Calls the protected API with this header.
    pub(crate) async fn call(&self, header: AuthHeader) -> StatusCode {
        let path = Endpoint::protected(self.application).path().unwrap();
        self.get(path, Some(header)).await.status()
    }

    pub(crate) async fn get(&self, path: &str, header: Option<AuthHeader>) -> Response<Bytes> {
        get(&self.emulator, path, header).await
    }
}

/// Whether TMS takes this header.
pub(crate) async fn call_tms(emulator: &Emulator, header: AuthHeader) -> StatusCode {
    let path = Endpoint::Tms.path().unwrap();
    get(emulator, path, Some(header)).await.status()
}

async fn get(emulator: &Emulator, path: &str, header: Option<AuthHeader>) -> Response<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = format!("{}{path}", emulator.url()).parse().unwrap();
    if let Some(header) = header {
        header.apply(request.headers_mut());
    }
    client().send(request, Limits::default()).await.unwrap()
}

pub(crate) fn client() -> ReqwestClient {
    ReqwestClient::shared().unwrap()
}

/// Endpoints of which one server plays every part.
pub(crate) fn endpoints(origin: &str) -> Endpoints {
    Endpoints::custom()
        .with_idm(&format!("{origin}/idm"))
        .and_then(|endpoints| {
            endpoints.with(phrase_auth_core::Product::Tms, &format!("{origin}/web"))
        })
        .unwrap()
}

/// Runs `future`, and moves the clock on by a tenth of a second whenever an exchange pauses
/// between two tries. (The flight's bound and the caller's patience sleep too: three sleepers.)
pub(crate) async fn hurried<F: Future>(clock: &ManualRuntime, future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let mut done = None;
        std::future::poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                done = Some(output);
            }
            Poll::Ready(())
        })
        .await;
        if let Some(output) = done {
            return output;
        }
        if clock.sleepers() >= 3 {
            clock.advance(Duration::from_millis(100));
        }
        tokio::task::yield_now().await;
    }
}

/// Until what happens beside has happened.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}

/// As an application sends a request: once more after a 401, if that makes sense.
pub(crate) async fn call_as_an_application_does(world: &World) -> Result<StatusCode, AuthError> {
    let header = world.auth.header().await?;
    let status = world.call(header.clone()).await;
    if status == StatusCode::UNAUTHORIZED && world.auth.reject(&header) {
        return Ok(world.call(world.auth.header().await?).await);
    }
    Ok(status)
}

pub(crate) fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}
