//! Whose certificate is believed, by real handshakes: a server that is not believed reads no byte
//! of the request.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use phrase_auth_core::{Authenticator, Fault, HttpClient, Limits, Product};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::ReqwestClient;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, AlertDescription, ServerConfig, SupportedProtocolVersion};

use crate::fixture::{client, endpoints, uri};
use crate::hostile::{Hostile, good};

/// What the client speaks, oldest first; rustls has nothing older to try it with.
const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

#[tokio::test]
async fn a_server_whose_ca_was_added_is_believed_and_gives_a_token() {
    let ca = Ca::new();
    for version in VERSIONS {
        let mut server = Server::start(&ca, &Certificate::default(), version).await;
        let auth = PlatformAuth::builder("t", endpoints(server.origin()), Product::Tms)
            .http_client(Arc::new(trusting(&ca)))
            .build()
            .unwrap();
        let header = auth.header().await.unwrap();
        assert_eq!(header.value(), "Bearer a.b.c", "{version:?}");
        assert_eq!(server.handshake().await, Ok(()), "{version:?}");
        assert_eq!(server.requests(), 1, "{version:?}");
    }
}

#[tokio::test]
async fn a_ca_that_was_not_added_is_not_believed() {
    let ca = Ca::new();
    let sound = Certificate::default();
    check_refused(&client(), &ca, &sound, &[AlertDescription::UnknownCA]).await;
}

#[tokio::test]
async fn another_ca_of_the_name_of_one_that_was_added_is_not_believed() {
    let (added, other) = (Ca::new(), Ca::new());
    let sound = Certificate::default();
    // By the name it is known, by the signature it is not: verifiers say either.
    let reasons = [AlertDescription::UnknownCA, AlertDescription::DecryptError];
    check_refused(&trusting(&added), &other, &sound, &reasons).await;
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused() {
    let ca = Ca::new();
    let foreign = Certificate {
        host: Ipv4Addr::new(127, 0, 0, 2),
        ..Certificate::default()
    };
    let reasons = [AlertDescription::BadCertificate];
    check_refused(&trusting(&ca), &ca, &foreign, &reasons).await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let ca = Ca::new();
    let expired = Certificate {
        last_year: 2019,
        ..Certificate::default()
    };
    let reasons = [AlertDescription::CertificateExpired];
    check_refused(&trusting(&ca), &ca, &expired, &reasons).await;
}

/// The client hangs up in the handshake, for one of these reasons and before any request.
async fn check_refused(
    client: &ReqwestClient,
    ca: &Ca,
    certificate: &Certificate,
    reasons: &[AlertDescription],
) {
    for version in VERSIONS {
        let mut server = Server::start(ca, certificate, version).await;
        let mut request = Request::new(Bytes::from_static(b"secret"));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri(server.origin());
        let error = client.send(request, Limits::default()).await.unwrap_err();
        assert_eq!(error.fault(), Fault::Connect, "{version:?}: {error:?}");
        assert!(!error.may_have_arrived(), "{version:?}: {error:?}");
        match server.handshake().await {
            Err(rustls::Error::AlertReceived(alert)) if reasons.contains(&alert) => {}
            other => panic!("{version:?}: {other:?}"),
        }
        assert_eq!(server.requests(), 0, "{version:?}");
    }
}

fn trusting(ca: &Ca) -> ReqwestClient {
    ReqwestClient::builder()
        .extra_ca_pem(ca.0.pem())
        .build()
        .unwrap()
}

/// A certificate authority; all have one name, and each its own key.
struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "phrase-auth test CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }
}

/// What a server's certificate says; by default all is well with it.
struct Certificate {
    host: Ipv4Addr,
    /// It is valid from the start of 2019 to the end of this one.
    last_year: i32,
}

impl Default for Certificate {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST,
            last_year: 2999,
        }
    }
}

impl Certificate {
    /// Signed by `ca`, for a server of one TLS version.
    fn config(&self, ca: &Ca, version: &'static SupportedProtocolVersion) -> ServerConfig {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(self.host))];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(self.last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &ca.0).unwrap();
        // Named, because the process has no default and needs none.
        ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.into()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap()
    }
}

/// TLS in front of a server that has a good token for everybody.
struct Server {
    origin: String,
    behind: Hostile,
    handshakes: UnboundedReceiver<Result<(), rustls::Error>>,
    door: JoinHandle<()>,
}

impl Server {
    async fn start(
        ca: &Ca,
        certificate: &Certificate,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(certificate.config(ca, version)));
        let behind = Hostile::start(|_| good("a.b.c", 3600)).await;
        let address = behind.origin().trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        let (report, handshakes) = unbounded_channel();
        let door = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let accepted = acceptor.accept(stream).await;
                let _ = report.send(match &accepted {
                    Ok(_) => Ok(()),
                    Err(error) => Err(reason(error)),
                });
                // Without a stream there is nothing that a request could be read from.
                if let Ok(mut stream) = accepted {
                    let mut behind = TcpStream::connect(&address).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
                }
            }
        });
        Self {
            origin,
            behind,
            handshakes,
            door,
        }
    }

    fn origin(&self) -> &str {
        &self.origin
    }

    /// How the next handshake went.
    async fn handshake(&mut self) -> Result<(), rustls::Error> {
        let next = tokio::time::timeout(Duration::from_secs(10), self.handshakes.recv());
        next.await.expect("nobody connected").unwrap()
    }

    /// The requests that were read, in whatever connection.
    fn requests(&self) -> usize {
        self.behind.requests()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.door.abort();
    }
}

/// What rustls says of a handshake that failed.
fn reason(error: &std::io::Error) -> rustls::Error {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .cloned()
        .unwrap_or_else(|| rustls::Error::General(error.to_string()))
}
