use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::wire;
use crate::{Application, Emulator, FaultKind, Person, fault, seed};

/// A question after its health, over TLS.
async fn request(emulator: &Emulator, ca: &str) -> Result<String, std::io::Error> {
    let port = emulator.port();
    let head = format!(
        "GET /_emulator/v1/health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
    );
    say(emulator, ca, &head).await
}

/// One request over TLS, by a client that believes this CA and no other; the answer, or why there is none.
async fn say(emulator: &Emulator, ca: &str, request: &str) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = wire::connect(emulator).await;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    stream.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    Ok(reply)
}

#[tokio::test]
async fn it_speaks_https_to_who_believes_its_ca_and_to_nobody_else() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let other = Emulator::builder().tls().start().await.unwrap();
    assert!(emulator.url().starts_with("https://127.0.0.1:"));
    assert!(
        emulator
            .env()
            .iter()
            .all(|(_, url)| url.starts_with("https://"))
    );
    let ca = emulator.ca_pem().unwrap();
    assert!(!ca.contains("PRIVATE"));
    let reply = request(&emulator, &ca).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    assert!(request(&emulator, &other.ca_pem().unwrap()).await.is_err());
    assert_eq!(Emulator::start().await.unwrap().ca_pem(), None);
}

#[tokio::test]
async fn a_handshake_that_the_server_ends_is_ended_however_much_the_client_has_said() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    for (name, said) in [("tls-close", ""), ("tls-plain", "HTTP/1.1 400 ")] {
        let rule = fault(name.parse().unwrap()).times(1);
        emulator.faults().add(rule).unwrap();
        let mut stream = wire::connect(&emulator).await;
        stream.write_all(&[0x16; 4_000]).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect(name);
        assert!(reply.starts_with(said) && reply.is_empty() == said.is_empty());
    }
}

#[tokio::test]
async fn the_admin_door_does_not_lock_itself_out() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let ca = emulator.ca_pem().unwrap();
    let add = |body: &str| {
        let length = body.len();
        format!(
            "POST /_emulator/v1/faults HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}",
            emulator.port()
        )
    };
    let reply = say(&emulator, &ca, &add(r#"{"fault":"tls-close"}"#)).await;
    let reply = reply.unwrap();
    assert!(
        reply.starts_with("HTTP/1.1 400 ") && reply.contains("times"),
        "{reply}"
    );
    let reply = say(&emulator, &ca, &add(r#"{"fault":"tls-close","times":1}"#)).await;
    assert!(reply.unwrap().starts_with("HTTP/1.1 200 "));
    assert!(request(&emulator, &ca).await.is_err());
    assert!(request(&emulator, &ca).await.is_ok());
}

#[tokio::test]
async fn every_fault_of_the_handshake_keeps_the_request_out_and_the_next_one_comes_through() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let ca = emulator.ca_pem().unwrap();
    let mut tried = 0;
    for kind in FaultKind::all().filter(FaultKind::is_of_handshake) {
        let name = kind.name();
        emulator.faults().add(fault(kind).times(1)).unwrap();
        let error = request(&emulator, &ca).await.expect_err(name);
        assert!(
            request(&emulator, &ca).await.is_ok(),
            "{name} after {error}"
        );
        tried += 1;
    }
    assert_eq!(tried, 7);
}

#[tokio::test]
async fn faults_of_the_wire_happen_inside_of_tls_too() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let ca = emulator.ca_pem().unwrap();
    // Steered from here, where no request is needed.
    let url = format!(
        "{}/oauth/authorize?response_type=code&client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback",
        emulator.base_url(Application::Tms),
        seed::PUBLIC_CLIENT.client_id,
    );
    assert!(
        emulator
            .authorize_as(&url, &Person::of(&seed::PLAIN_USER))
            .is_ok()
    );
    assert!(emulator.authorize(&url.replace("https:", "http:")).is_err());
    let head = format!(
        "GET /v2/user HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n",
        emulator.port()
    );
    let rule = fault("not-http".parse().unwrap()).times(1);
    emulator.faults().add(rule).unwrap();
    let reply = say(&emulator, &ca, &head).await.unwrap();
    assert_eq!(reply, "SSH-2.0-OpenSSH_9.9\r\n");
    assert!(request(&emulator, &ca).await.is_ok());
}
