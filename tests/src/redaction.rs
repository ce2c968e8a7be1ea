//! Nothing secret is printed: at the loudest log level of every crate in the tree, in any `Debug`,
//! in any error.

use std::io::Write;
use std::sync::{Arc, Mutex};

use phrase_auth_apitoken::{ApiTokenAuth, Credentials, SecondFactor};
use phrase_auth_core::{AuthHeader, Authenticator, Product, Secret, SecretSource};
use phrase_auth_emulator::seed::SeededUser;
use phrase_auth_emulator::{Emulator, seed};
use phrase_auth_oauth2::{ClientAuth, OAuth2Auth, OAuth2Client};
use phrase_auth_platform::PlatformAuth;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::fixture::{client, endpoints};
use crate::hostile::{Hostile, http};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// One thread, so that the subscriber of this thread hears everything.
#[tokio::test(flavor = "current_thread")]
async fn a_log_at_trace_level_holds_no_secret() {
    let page = Page::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(page.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // With one subscriber alone, tracing asks the thread that first meets an event whether it is
    // wanted, and other tests' threads say no for all. With two it asks the subscribers.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());

    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let auth = PlatformAuth::new(seed::GOOD_TMS, endpoints.clone(), Product::Tms).unwrap();
    let first = auth.header().await.unwrap();
    assert!(auth.reject(&first));
    let second = auth.header().await.unwrap();
    let refused = PlatformAuth::new(seed::DELETED, endpoints, Product::Tms).unwrap();
    refused.header().await.unwrap_err();
    auth.cache().logout().await.unwrap();
    let third = log_in(&emulator).await;
    let secrets = log_in_by_oauth(&emulator).await;

    let text = page.text();
    assert!(
        text.contains("fetched a token") && text.contains("no token"),
        "{text}"
    );
    for secret in [
        seed::GOOD_TMS,
        seed::DELETED,
        first.token(),
        second.token(),
        third.token(),
        seed::PLAIN_USER.password,
        seed::TWO_FACTOR_USER.password,
        seed::SECOND_FACTOR_CODE,
        "canary-wrong-password",
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    for secret in secrets {
        assert!(!text.contains(secret.expose()), "{text}");
    }
}

/// The life of a session: a code, a refresh, a reuse that is refused. Gives back all that was secret in it.
async fn log_in_by_oauth(emulator: &Emulator) -> Vec<Secret> {
    let client = seed::CONFIDENTIAL_CLIENT;
    let secret = client.client_secret.unwrap();
    let oauth = OAuth2Client::builder(client.client_id, emulator.endpoints().unwrap())
        .redirect_uri(client.redirect_uris[0])
        .client_secret(secret, ClientAuth::Basic)
        .build()
        .unwrap();
    let (url, pending) = oauth.begin().unwrap();
    let back = emulator.authorize(&url).unwrap();
    let code = back.split("code=").nth(1).unwrap().split('&').next();
    let mut secrets = vec![
        Secret::from(secret),
        Secret::from(code.unwrap()),
        pending.state().clone(),
    ];
    let session = oauth.finish(pending, &back, "jane").await.unwrap();
    let [auth, late] = [0; 2].map(|_| OAuth2Auth::new(oauth.clone(), session.clone()).unwrap());
    for auth in [&auth, &late] {
        let header = auth.header().await.unwrap();
        assert!(auth.reject(&header));
        let _ = auth.header().await;
        let session = auth.cache().session().unwrap();
        secrets.extend(
            [session.token().secret(), session.token().refresh().unwrap()].map(Secret::clone),
        );
    }
    assert!(late.header().await.is_err());
    secrets
}

/// The life of an ApiToken: a login, a question, a log-out, a wrong password and a second factor.
async fn log_in(emulator: &Emulator) -> AuthHeader {
    let auth = |user: &SeededUser, password: &str, code: Option<&'static str>| {
        let mut credentials = Credentials::new(user.user_name, password);
        if let Some(code) = code {
            let ask = SecondFactor::callback(move |_| async move { Ok(Secret::new(code)) });
            credentials = credentials.second_factor(ask);
        }
        ApiTokenAuth::new(credentials, emulator.endpoints().unwrap()).unwrap()
    };
    let plain = auth(&seed::PLAIN_USER, seed::PLAIN_USER.password, None);
    let header = plain.header().await.unwrap();
    plain.who_am_i().await.unwrap();
    plain.logout().await.unwrap();
    let wrong = auth(&seed::PLAIN_USER, "canary-wrong-password", None);
    wrong.header().await.unwrap_err();
    let user = seed::TWO_FACTOR_USER;
    let protected = auth(&user, user.password, Some(seed::SECOND_FACTOR_CODE));
    protected.header().await.unwrap();
    header
}

#[tokio::test]
async fn no_debug_and_no_error_holds_a_secret() {
    const CANARY: &str = "canary-5f2e";
    let echo = format!(r#"{{"error":"{CANARY}","error_description":"{CANARY} {CANARY}"}}"#);
    let server =
        Hostile::start(move |_| http("400 No", &format!("x-request-id: {CANARY}\r\n"), &echo))
            .await;
    let source = SecretSource::from(CANARY);
    let mut shown = format!("{source:?}");
    let builder = PlatformAuth::builder(source, endpoints(server.origin()), Product::Tms);
    shown.push_str(&format!("{builder:?}"));
    let auth = builder.http_client(Arc::new(client())).build().unwrap();
    let error = auth.header().await.unwrap_err();
    shown.push_str(&format!(
        "{auth:?} {:?} {error} {error:?} {error:#?}",
        auth.cache()
    ));
    let mut source = std::error::Error::source(&error);
    while let Some(deeper) = source {
        shown.push_str(&format!("{deeper} {deeper:?}"));
        source = deeper.source();
    }
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(shown.contains("[redacted]"));
}
