use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::EmulatorError;

/// The certificate authority of one emulator, and what its server shows. Its keys are drawn at the start and never
/// leave the process.
pub(crate) struct Tls {
    ca: CertifiedIssuer<'static, KeyPair>,
    sound: TlsAcceptor,
}

/// What is wrong with a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Expired,
    NotYetValid,
    OtherHost,
    UnknownCa,
    /// Of another key, under the name of the known one.
    SameNameCa,
    /// HTTP is spoken in its place.
    Plain,
    /// The connection ends in it.
    Close,
}

impl Tls {
    pub(crate) fn new() -> Result<Self, EmulatorError> {
        let ca = authority(CA_NAME).map_err(failed)?;
        let sound = acceptor(&ca, &Certificate::default()).map_err(failed)?;
        Ok(Self { ca, sound })
    }

    /// The certificate of the authority, as PEM: what a client has to believe.
    pub(crate) fn ca_pem(&self) -> String {
        self.ca.pem()
    }

    pub(crate) fn sound(&self) -> TlsAcceptor {
        self.sound.clone()
    }

    /// For a handshake that a client has to break off; `None` where there is none.
    pub(crate) fn flawed(&self, flaw: Flaw) -> Option<TlsAcceptor> {
        let sound = Certificate::default();
        let made = match flaw {
            Flaw::Expired => {
                let last_year = 2020;
                acceptor(&self.ca, &Certificate { last_year, ..sound })
            }
            Flaw::NotYetValid => {
                let first_year = 2999;
                acceptor(
                    &self.ca,
                    &Certificate {
                        first_year,
                        ..sound
                    },
                )
            }
            Flaw::OtherHost => acceptor(
                &self.ca,
                &Certificate {
                    ours: false,
                    ..sound
                },
            ),
            Flaw::UnknownCa => {
                authority("phrase-emulator unknown CA").and_then(|ca| acceptor(&ca, &sound))
            }
            Flaw::SameNameCa => authority(CA_NAME).and_then(|ca| acceptor(&ca, &sound)),
            Flaw::Plain | Flaw::Close => return None,
        };
        made.ok()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// What a certificate says; by default all is well with it.
struct Certificate {
    ours: bool,
    first_year: i32,
    last_year: i32,
}

impl Default for Certificate {
    fn default() -> Self {
        Self {
            ours: true,
            // In the system's time, which clients go by: the emulator's clock may be anywhere.
            first_year: 2019,
            last_year: 3000,
        }
    }
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn acceptor(
    ca: &CertifiedIssuer<'static, KeyPair>,
    certificate: &Certificate,
) -> Result<TlsAcceptor, rcgen::Error> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "phrase-emulator");
    params.subject_alt_names = if certificate.ours {
        vec![
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            SanType::DnsName("localhost".try_into()?),
        ]
    } else {
        vec![SanType::DnsName("elsewhere.invalid".try_into()?)]
    };
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = rcgen::date_time_ymd(certificate.first_year, 1, 1);
    params.not_after = rcgen::date_time_ymd(certificate.last_year, 12, 31);
    let key = KeyPair::generate()?;
    let signed = params.signed_by(&key, ca)?;
    let chain = vec![signed.into()];
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    // The provider is named, because the process may have another as its default, or none.
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|_| rcgen::Error::RemoteKeyError)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn failed(error: rcgen::Error) -> EmulatorError {
    EmulatorError::Start {
        source: io::Error::other(error),
    }
}

/// What a person finds who looks into the store of a browser.
const CA_NAME: &str = "phrase-emulator CA, worthless beyond this process";
