//! The exchange by a scripted client on a manual clock; over real HTTP in `tests/` of the crate.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::Response;
use phrase_auth_core::testing::{ManualRuntime, ScriptedClient};
use phrase_auth_core::{
    Authenticator, BaseUrl, Endpoints, Fault, MemoryStore, Need, StoreKey, TokenStore,
    TransportError,
};

use super::*;
use crate::PlatformAuth;

const GOOD: &str = r#"{"access_token":"jwt","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":14399}"#;

struct Bench {
    auth: PlatformAuth,
    client: ScriptedClient,
    clock: Arc<ManualRuntime>,
}

fn bench(api_token: impl Into<SecretSource>, product: Product) -> Bench {
    let client = ScriptedClient::new();
    let clock = Arc::new(ManualRuntime::new());
    let auth = PlatformAuth::builder(api_token, Endpoints::of(DataCenter::Us), product)
        .http_client(Arc::new(client.clone()))
        .runtime(clock.clone())
        .build()
        .unwrap();
    Bench {
        auth,
        client,
        clock,
    }
}

impl Bench {
    /// The header, with the clock moved on whenever the exchange pauses. (Two sleepers are the
    /// flight's deadline and the caller's patience; the third is the pause.)
    async fn header(&self) -> Result<phrase_auth_core::AuthHeader, AuthError> {
        let auth = self.auth.clone();
        let caller = tokio::spawn(async move { auth.header().await });
        while !caller.is_finished() {
            tokio::task::yield_now().await;
            if self.clock.sleepers() == 3 {
                self.clock.advance(Duration::from_millis(100));
            }
        }
        caller.await.unwrap()
    }

    fn throttle(&self, retry_after: &str) {
        let answer = Response::builder()
            .status(429)
            .header("retry-after", retry_after);
        self.client
            .answer_with(Ok(answer.body(Bytes::new()).unwrap()));
    }
}

#[tokio::test]
async fn the_request_is_the_one_that_is_documented() {
    let bench = bench("to ken+/é\n", Product::Tms);
    bench.client.answer(200, GOOD);
    let header = bench.header().await.unwrap();
    assert_eq!(header.name(), "authorization");
    assert_eq!(header.value(), "Bearer jwt");

    let sent = bench.client.sent();
    let [request] = sent.as_slice() else {
        panic!("{} requests", sent.len())
    };
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), "https://us.phrase.com/idm/oauth/token");
    assert_eq!(
        request.headers()[CONTENT_TYPE],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(request.headers()[ACCEPT], "application/json");
    assert!(!request.headers().contains_key("authorization"));
    let fields: Vec<_> = form_urlencoded::parse(request.body())
        .into_owned()
        .collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        fields,
        [
            pair(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange"
            ),
            pair("subject_token", "to ken+/é"),
            pair(
                "subject_token_type",
                "urn:phrase:params:oauth:token-type:api_token"
            ),
            pair(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:access_token"
            ),
        ]
    );
}

#[tokio::test]
async fn the_product_decides_header_and_audience() {
    for (product, name, value, url) in [
        (
            Product::Tms,
            "authorization",
            "Bearer jwt",
            "https://us.cloud.memsource.com/web/x",
        ),
        (
            Product::Strings,
            "authorization",
            "Bearer jwt",
            "https://api.us.app.phrase.com/v2/x",
        ),
        (
            Product::Studio,
            "x-api-key",
            "jwt",
            "https://api.studio.us.phrase.com/v1/x",
        ),
        (
            Product::Connectors,
            "authorization",
            "Bearer jwt",
            "https://us.phrase.com/connectors/x",
        ),
    ] {
        let bench = bench("t", product);
        bench.client.answer(200, GOOD);
        let header = bench.header().await.unwrap();
        assert_eq!(
            (header.name().as_str(), header.value().to_str().unwrap()),
            (name, value)
        );
        let covers = |url: &str| {
            let uri: Uri = url.parse().unwrap();
            bench.auth.covers((&uri).try_into().unwrap())
        };
        assert!(covers(url), "{url}");
        assert!(!covers("https://us.phrase.com/idm/oauth/token"));
        assert!(!covers(&url.replace("us.", "eu.")), "{url}");
    }
}

#[tokio::test]
async fn a_refusal_is_asked_for_once_and_says_what_the_token_must_be_made_for() {
    for (status, body) in [
        (400, r#"{"error":"invalid_grant"}"#),
        (
            401,
            r#"{"error":"invalid_grant","error_description":"deleted"}"#,
        ),
        (
            401,
            r#"{"error":"unauthorized","error_description":"Unauthorized"}"#,
        ),
    ] {
        let bench = bench("t", Product::Orchestrator);
        bench.client.answer(status, body);
        for _ in 0..1000 {
            let error = bench.header().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            let hint = error.hint().unwrap();
            assert!(
                hint.contains("Phrase Orchestrator") && hint.contains("us"),
                "{hint}"
            );
        }
        assert_eq!(bench.client.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_token_of_another_kind_gets_a_hint_and_never_a_refusal() {
    let classic = "0123456789abcdef".repeat(4);
    let accepted = bench(classic.as_str(), Product::Strings);
    accepted.client.answer(200, GOOD);
    assert!(accepted.header().await.is_ok());

    let refused = bench(classic.as_str(), Product::Strings);
    refused.client.answer(400, r#"{"error":"invalid_request"}"#);
    let error = refused.header().await.unwrap_err();
    assert!(
        error.hint().unwrap().contains("classic Strings token"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_is_down_is_asked_three_times_in_a_fetch() {
    for answer in [500, 503] {
        let bench = bench("t", Product::Tms);
        for _ in 0..9 {
            bench.client.answer(answer, "");
        }
        let before = bench.clock.now().wall;
        assert_eq!(
            bench.header().await.unwrap_err().kind(),
            ErrorKind::Unavailable
        );
        assert_eq!(bench.client.sent().len(), 3);
        let paused = bench.clock.now().wall.duration_since(before).unwrap();
        assert!(paused >= Duration::from_millis(300), "{paused:?}");
        // All callers of the window share that error.
        assert_eq!(
            bench.header().await.unwrap_err().kind(),
            ErrorKind::Unavailable
        );
        assert_eq!(bench.client.sent().len(), 3);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_and_a_time_out_is_not() {
    let lost = |fault| Err(TransportError::new(fault, true));
    for fault in [Fault::Connect, Fault::Broken] {
        let bench = bench("t", Product::Tms);
        bench.client.answer_with(lost(fault));
        bench.client.answer(200, GOOD);
        assert!(bench.header().await.is_ok());
    }
    for (fault, kind) in [
        (Fault::Timeout, ErrorKind::Timeout),
        (Fault::TooLarge, ErrorKind::Protocol),
        (Fault::NotAllowed, ErrorKind::Config),
    ] {
        let bench = bench("t", Product::Tms);
        bench.client.answer_with(lost(fault));
        assert_eq!(bench.header().await.unwrap_err().kind(), kind);
        assert_eq!(bench.client.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_wait_that_fits_the_deadline_is_kept_and_one_that_does_not_is_reported() {
    let fits = bench("t", Product::Tms);
    fits.throttle("5");
    fits.client.answer(200, GOOD);
    let before = fits.clock.now().wall;
    assert!(fits.header().await.is_ok());
    let waited = fits.clock.now().wall.duration_since(before).unwrap();
    assert!((5.0..6.0).contains(&waited.as_secs_f64()), "{waited:?}");

    for told in ["0", "1"] {
        let soon = bench("t", Product::Tms);
        soon.throttle(told);
        soon.throttle(told);
        soon.client.answer(200, GOOD);
        let before = soon.clock.now().wall;
        assert!(soon.header().await.is_ok());
        let waited = soon
            .clock
            .now()
            .wall
            .duration_since(before)
            .unwrap()
            .as_secs_f64();
        assert!(
            waited <= 2.0 * told.parse::<f64>().unwrap() + 0.2,
            "{told}: {waited}"
        );
    }

    let long = bench("t", Product::Tms);
    long.throttle("30");
    let error = long.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(
        error.retry_at(),
        Some(long.clock.now().wall + Duration::from_secs(30))
    );
    assert_eq!(long.client.sent().len(), 1);
}

#[tokio::test]
async fn a_vault_that_takes_its_time_takes_it_from_the_exchange() {
    let clock = Arc::new(ManualRuntime::new());
    let vault = SecretSource::callback({
        let clock = Arc::clone(&clock);
        move || {
            clock.advance(Duration::from_millis(29_500));
            async { Ok(Secret::new("t")) }
        }
    });
    let client = ScriptedClient::new();
    client.answer(500, "");
    let auth = PlatformAuth::builder(vault, DataCenter::Eu, Product::Tms)
        .http_client(Arc::new(client.clone()))
        .runtime(clock)
        .build()
        .unwrap();
    let error = auth.header().await.unwrap_err();
    // Half a second is left for the exchange: for one try, and none of the pauses.
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.endpoint().is_some(), "{error}");
    assert_eq!(client.sent().len(), 1);
}

#[tokio::test]
async fn a_replaced_secret_is_tried_at_once() {
    let path = std::env::temp_dir().join(format!("phrase-auth-platform-{}", std::process::id()));
    std::fs::write(&path, "deleted\n").unwrap();
    let bench = bench(SecretSource::file(&path), Product::Tms);
    bench.client.answer(400, r#"{"error":"invalid_grant"}"#);
    bench.client.answer(200, GOOD);
    assert!(bench.header().await.is_err());
    assert!(bench.header().await.is_err());
    std::fs::write(&path, "made anew\n").unwrap();
    assert!(bench.header().await.is_ok());
    assert_eq!(bench.client.sent().len(), 2);
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_missing_file_sends_nothing_and_stops_nobody() {
    let bench = bench(SecretSource::file("/no/such/file"), Product::Tms);
    for _ in 0..2 {
        let error = bench.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("/no/such/file"), "{error}");
    }
    assert!(bench.client.sent().is_empty());
}

#[tokio::test]
async fn a_secret_for_one_use_survives_a_fault_and_ends_with_a_success() {
    let bench = bench(SecretSource::once("t"), Product::Tms);
    bench
        .client
        .answer_with(Err(TransportError::new(Fault::Timeout, true)));
    bench.client.answer(200, GOOD);
    assert_eq!(bench.header().await.unwrap_err().kind(), ErrorKind::Timeout);
    bench.clock.advance(Duration::from_secs(1));
    let header = bench.header().await.unwrap();
    let newer = Need::default().newer_than(header.generation());
    assert_eq!(
        bench.auth.obtain(newer).await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    assert_eq!(bench.client.sent().len(), 2);
}

#[tokio::test]
async fn a_permanent_401_ends_with_a_hint_about_application_and_data_centre() {
    let bench = bench("t", Product::Strings);
    bench.client.answer(200, GOOD);
    bench.client.answer(200, GOOD);
    let first = bench.header().await.unwrap();
    assert!(bench.auth.reject(&first));
    let second = bench.header().await.unwrap();
    assert!(!bench.auth.reject(&second));
    let error = bench.auth.explain_401();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("Phrase Strings") && hint.contains("data centre us"),
        "{hint}"
    );
}

#[test]
fn what_is_wrong_from_the_start_is_said_at_the_start() {
    let build = |token: &str, endpoints: Endpoints, product| {
        let builder = PlatformAuth::builder(token, endpoints, product);
        builder
            .http_client(Arc::new(ScriptedClient::new()))
            .build()
            .unwrap_err()
    };
    let eu = || Endpoints::of(DataCenter::Eu);
    for error in [
        build("", eu(), Product::Tms),
        build("canary\nline", eu(), Product::Tms),
        build("canary\0", eu(), Product::Tms),
        build("t", eu(), Product::Studio),
        build("t", eu(), Product::Scim),
        build("t", Endpoints::custom(), Product::Tms),
        build(
            "t",
            Endpoints::custom()
                .with(Product::Tms, "https://x.example")
                .unwrap(),
            Product::Tms,
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.hint().is_some(), "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn nothing_that_is_printed_holds_the_api_token_or_the_jwt() {
    let bench = bench("canary-api", Product::Tms);
    bench.client.answer(200, &GOOD.replace("jwt", "canary-jwt"));
    let header = bench.header().await.unwrap();
    let builder = PlatformAuth::builder("canary-api", DataCenter::Eu, Product::Tms);
    let shown = format!("{:?} {builder:?} {header:?} {:?}", bench.auth, bench.client);
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn the_form_fills_its_buffer_without_growing() {
    let long = Secret::new("%/é ".repeat(1000));
    assert!(form(&long).len() > 4000);
    assert_eq!(form_urlencoded::parse(&form(&long)).count(), 4);
}

/// Looked at, replaced, sent: the refusal is of what was sent.
#[tokio::test]
async fn a_token_that_replaces_another_during_a_fetch_is_refused_once_too() {
    let reads = Arc::new(AtomicUsize::new(0));
    let vault = SecretSource::callback({
        let reads = Arc::clone(&reads);
        move || {
            let first = reads.fetch_add(1, Ordering::SeqCst) == 0;
            async move { Ok(Secret::new(if first { "old" } else { "new" })) }
        }
    });
    let bench = bench(vault, Product::Tms);
    for _ in 0..3 {
        bench.client.answer(400, r#"{"error":"invalid_grant"}"#);
        let error = bench.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
    assert_eq!(bench.client.sent().len(), 1);
}

#[tokio::test]
async fn a_store_shares_the_jwt_and_saves_an_exchange() {
    let base = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
    let key = StoreKey::new(PlatformAuth::SCHEME, &base, "ci").unwrap();
    let (store, client) = (MemoryStore::new(), ScriptedClient::new());
    client.answer(200, r#"{"access_token":"a.b.c","expires_in":3600}"#);
    let auth = |key: StoreKey| {
        PlatformAuth::builder("api-token", DataCenter::Eu, Product::Tms)
            .http_client(Arc::new(client.clone()))
            .store(Arc::new(store.clone()), key)
            .build()
    };
    for _ in 0..3 {
        let auth = auth(key.clone()).unwrap();
        assert_eq!(auth.header().await.unwrap().token(), "a.b.c");
    }
    assert_eq!(client.sent().len(), 1);
    let session = store.load(&key).await.unwrap().unwrap();
    let begun = PlatformAuth::builder("api-token", DataCenter::Eu, Product::Tms)
        .http_client(Arc::new(client.clone()))
        .session(session);
    assert_eq!(begun.build().unwrap().peek().unwrap().token(), "a.b.c");

    let elsewhere = BaseUrl::parse("https://us.cloud.memsource.com/web").unwrap();
    let wrong = StoreKey::new(PlatformAuth::SCHEME, &elsewhere, "ci").unwrap();
    assert_eq!(auth(wrong).unwrap_err().kind(), ErrorKind::Config);
}
