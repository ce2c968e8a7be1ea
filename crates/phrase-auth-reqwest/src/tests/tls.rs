use std::io::{Read, Write};
use std::net::TcpListener;

use phrase_auth_core::{ErrorKind, Fault, HttpClient, Limits};

use super::server::Server;
use super::{all_texts, alone, bystander, prepare, request, was_left_alone};
use crate::{ProxyPolicy, ReqwestClient, ReqwestClientBuilder};

/// A certificate of no use, so that the tests need no trust store.
const CA: &[u8] = include_bytes!("ca.pem");

fn builder() -> ReqwestClientBuilder {
    prepare();
    ReqwestClient::builder().extra_ca_pem(CA)
}

/// `https` to this machine by an address that is not a loopback one, where nobody listens.
fn elsewhere() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    format!("https://0.0.0.0:{}/?canary-query", port.unwrap().port())
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
pub(super) fn install_provider() {
    // Whoever is second finds one there already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

#[test]
fn an_extra_ca_must_be_a_certificate() {
    prepare();
    let not_der = b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let key = b"-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    let cut = &CA[..CA.len() / 2];
    for pem in [b"".as_slice(), b"hello", not_der, key, cut] {
        let error = ReqwestClient::builder().extra_ca_pem(pem).build();
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.hint().is_some_and(|hint| hint.contains("PEM")));
    }
    let two = builder().extra_ca_pem(CA.trim_ascii_end()).extra_ca_pem(CA);
    let two = two.build().unwrap();
    let one = builder().build().unwrap();
    assert!(!two.same_transport(&one));
    assert!(one.same_transport(&builder().build().unwrap()));
    assert!(format!("{one:?}").contains("extra_ca: true"));
}

#[tokio::test]
async fn a_server_without_tls_is_no_connection_and_hears_nothing_of_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://{}/canary-path?canary-query",
        listener.local_addr().unwrap()
    );
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{}").unwrap();
        let mut heard = Vec::new();
        // A client that hangs up at once resets the connection: what came before is there.
        let _ = stream.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    });
    let client = builder().build().unwrap();
    let error = client.send(request(&url), Limits::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.fault(), Fault::Connect, "{error:?}");
    assert!(!error.may_have_arrived());
    assert!(!heard.join().unwrap().contains("canary"));
    assert!(!all_texts(&error).contains("canary"), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_takes_too_long_has_carried_no_request() {
    // Its system takes the connection; the handshake is never answered.
    let server = bystander();
    let url = format!("https://{}/", server.local_addr().unwrap());
    let client = builder().connect_timeout(super::SHORT).build().unwrap();
    let error = client.send(request(&url), Limits::default()).await;
    let error = error.unwrap_err();
    assert_eq!(error.fault(), Fault::Timeout, "{error:?}");
    assert!(!error.may_have_arrived());
    assert!(!was_left_alone(&server));
}

#[tokio::test]
async fn https_goes_through_the_proxy_by_connect_and_a_refusal_is_no_connection() {
    let proxy = Server::answering("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let uri = proxy.url().replace("http://", "http://user:canary@");
    let client = builder().proxy(ProxyPolicy::Uri(uri)).build().unwrap();
    let url = elsewhere();
    let error = client
        .send(request(&url), Limits::default())
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Fault::Connect);
    assert!(!error.may_have_arrived());
    let texts = all_texts(&error);
    assert!(!texts.contains("canary") && !texts.contains("dXNlcjpjYW5hcnk"));
    let seen = proxy.request();
    let place = url.strip_prefix("https://").unwrap().split_once('/');
    let place = place.unwrap().0;
    assert!(
        seen.starts_with(&format!("CONNECT {place} HTTP/1.1\r\n")),
        "{seen}"
    );
    // user:canary
    assert!(seen.contains("Basic dXNlcjpjYW5hcnk="), "{seen}");
    assert!(!seen.contains("canary-query"), "{seen}");
}

#[tokio::test]
async fn loopback_is_never_asked_of_a_proxy() {
    let proxy = bystander();
    let uri = format!("http://{}", proxy.local_addr().unwrap());
    let client = builder().proxy(ProxyPolicy::Uri(uri)).build().unwrap();
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n");
    client
        .send(request(&server.url()), Limits::default())
        .await
        .unwrap();
    assert!(server.request().starts_with("GET / HTTP/1.1"));
    for url in [
        "https://127.0.0.1:1/",
        "https://[::1]:1/",
        "https://localhost:1/",
    ] {
        let error = client.send(request(url), Limits::default()).await;
        assert_eq!(error.unwrap_err().fault(), Fault::Connect, "{url}");
    }
    assert!(was_left_alone(&proxy));
}

#[test]
fn the_environments_proxy_is_used_if_the_policy_says_so_and_by_default_not() {
    const LISTENER: &str = "PHRASE_AUTH_TEST_PROXY";
    let name = "tests::tls::\
                the_environments_proxy_is_used_if_the_policy_says_so_and_by_default_not";
    let proxy = bystander();
    let uri = format!("http://{}", proxy.local_addr().unwrap());
    let variables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", LISTENER].map(|name| (name, &*uri));
    if !alone::is_here(name, &variables) {
        // By the second call of the child, which was the only one to come by.
        assert!(!was_left_alone(&proxy));
        assert!(was_left_alone(&proxy));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let fault = |client: ReqwestClient, url: &str| {
        let limits = Limits::default().with_timeout(super::SHORT);
        let call = client.send(request(url), limits);
        runtime.block_on(call).map_err(|error| error.fault())
    };
    let by_default = fault(builder().build().unwrap(), &elsewhere());
    assert_eq!(by_default.unwrap_err(), Fault::Connect);
    let system = || builder().proxy(ProxyPolicy::System).build().unwrap();
    let loopback = fault(system(), "https://127.0.0.1:1/");
    assert_eq!(loopback.unwrap_err(), Fault::Connect);
    // The proxy takes the connection and says nothing.
    let system = fault(system(), &elsewhere());
    assert_eq!(system.unwrap_err(), Fault::Timeout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_a_trust_store_can_talk_to_loopback_and_says_what_it_lacks() {
    let name = "tests::tls::\
                a_machine_without_a_trust_store_can_talk_to_loopback_and_says_what_it_lacks";
    let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/nonexistent"));
    if !alone::is_here(name, &variables) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n");
    runtime.block_on(super::get(&server.url())).unwrap();
    let error = runtime
        .block_on(super::get("https://127.0.0.1:1/"))
        .unwrap_err();
    assert_eq!(error.fault(), Fault::NotAllowed);
    assert!(all_texts(&error).contains("ca-certificates"), "{error:?}");
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
#[test]
fn without_cryptography_there_is_an_error_and_no_panic() {
    let name = "tests::tls::without_cryptography_there_is_an_error_and_no_panic";
    if !alone::is_here(name, &[]) {
        return;
    }
    for outcome in [ReqwestClient::shared(), ReqwestClient::builder().build()] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.hint().unwrap().contains("install_default"));
    }
    install_provider();
    ReqwestClient::shared().unwrap();
}
