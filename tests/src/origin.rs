//! Where a secret may go, proved at the far side: what is refused never connects.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use phrase_auth_core::{
    Authenticator, Endpoints, ErrorKind, Fault, HttpClient, Limits, Product, Target,
};
use phrase_auth_emulator::{Application, Emulator, seed};
use phrase_auth_platform::PlatformAuth;
use tokio::net::TcpListener;

use crate::fixture::{World, client, endpoints, uri};
use crate::hostile::{Hostile, http};

#[tokio::test]
async fn no_endpoint_takes_a_secret_over_plain_http_beyond_loopback() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "localhost",
        "127.0.0.1.example.invalid",
        "0.0.0.0",
        "127.1",
        "[::ffff:127.0.0.1]",
    ] {
        let url = format!("http://{host}:{port}");
        assert!(Endpoints::custom().with_idm(&url).is_err(), "{url}");
        let mut request = Request::new(Bytes::from_static(b"secret"));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri(&url);
        let error = client().send(request, Limits::default()).await.unwrap_err();
        assert_eq!(error.fault(), Fault::NotAllowed, "{url}");
        assert!(!error.may_have_arrived());
    }
    let accepted = std::future::poll_fn(|context| {
        std::task::Poll::Ready(listener.poll_accept(context).is_ready())
    });
    assert!(!accepted.await);
}

#[tokio::test]
async fn no_redirect_is_followed_and_its_target_hears_nothing() {
    let target = Hostile::start(|_| http("200 OK", "", "{}")).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("location: {}/idm/oauth/token\r\n", target.origin());
        let server = Hostile::start(move |_| http(status, &location, "")).await;
        let auth = PlatformAuth::builder("t", endpoints(server.origin()), Product::Tms)
            .http_client(Arc::new(client()))
            .build()
            .unwrap();
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{status}");
        assert!(
            error.to_string().contains("redirects to 127.0.0.1"),
            "{error}"
        );
        assert_eq!(server.requests(), 1);
    }
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn a_header_is_for_the_api_that_it_was_made_for() {
    let world = World::new(Application::Tms).await;
    let covers = |url: &str| world.auth.covers(Target::try_from(&uri(url)).unwrap());
    let own = world.emulator.url();
    assert!(covers(&format!("{own}/web/api2/v1/auth/whoAmI")));
    for other in [
        format!("{own}/v2/user"),
        format!("{own}/website"),
        format!("{own}/web/../v2/user"),
        "https://cloud.memsource.com/web".to_owned(),
        own.replace("http:", "https:"),
    ] {
        assert!(!covers(&other), "{other}");
    }
}

#[tokio::test]
async fn the_words_of_a_server_lead_nowhere() {
    let elsewhere = Hostile::start(|_| http("200 OK", "", "{}")).await;
    let headers = format!(
        "link: <{0}/x>; rel=token\r\nlocation: {0}/x\r\nwww-authenticate: Bearer realm=\"{0}/x\"\r\n",
        elsewhere.origin()
    );
    let body = format!(
        r#"{{"error":"invalid_grant","error_uri":"{}/x"}}"#,
        elsewhere.origin()
    );
    let server = Hostile::start(move |_| http("401 No", &headers, &body)).await;
    let auth = PlatformAuth::new("t", endpoints(server.origin()), Product::Tms).unwrap();
    let error = auth.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(!error.to_string().contains("/x"), "{error}");
    assert_eq!((server.requests(), elsewhere.requests()), (1, 0));
}

#[tokio::test]
async fn no_secret_is_in_a_url() {
    let world = World::new(Application::Tms).await;
    let header = world.auth.header().await.unwrap();
    assert_eq!(world.call(header.clone()).await, StatusCode::OK);
    for request in world.emulator.log().requests() {
        assert_eq!(request.query(), None);
        assert!(!request.path().contains(seed::GOOD_TMS));
        assert!(!request.path().contains(header.token()));
    }
}

#[tokio::test]
async fn two_credentials_on_one_server_stay_apart() {
    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let tms = PlatformAuth::new(seed::GOOD_TMS, endpoints.clone(), Product::Tms).unwrap();
    let strings = PlatformAuth::new(seed::GOOD_STRINGS, endpoints, Product::Strings).unwrap();
    let (a, b) = (tms.header().await.unwrap(), strings.header().await.unwrap());
    assert_ne!(a.token(), b.token());
    assert!(!tms.reject(&b));
    assert_eq!(tms.header().await.unwrap().token(), a.token());
}
