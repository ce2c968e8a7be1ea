//! TLS is rustls or none: what differs between the features is here.

use phrase_auth_core::AuthError;
// With both features reqwest brings its own cryptography, and nothing here has to look for one.
#[cfg(all(feature = "rustls", feature = "rustls-no-provider"))]
use rustls as _;

use crate::config::config;

/// Whose certificates are believed.
#[derive(Clone, Copy)]
pub(crate) enum Trust<'a> {
    /// Nobody's: for plain `http`.
    Nobody,
    /// The platform's, and those in this PEM, which may be empty.
    #[cfg_attr(
        not(any(feature = "rustls", feature = "rustls-no-provider")),
        expect(dead_code, reason = "without TLS there is nobody to believe them")
    )]
    Platform { extra: &'a [u8] },
}

/// # Errors
///
/// `Config` if the cryptography is for the program to bring and it has not: reqwest would panic.
pub(crate) fn check_provider() -> Result<(), AuthError> {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(config("no cryptography is installed for TLS").with_hint(
            "call `install_default` on a rustls CryptoProvider first, or turn on the feature \
             `rustls`",
        ));
    }
    Ok(())
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod imp {
    use reqwest::tls::Version;
    use reqwest::{Certificate, ClientBuilder};

    use super::{AuthError, Trust, config};

    pub(crate) fn apply(
        builder: ClientBuilder,
        trust: Trust<'_>,
    ) -> Result<ClientBuilder, AuthError> {
        let builder = builder
            // Whatever another crate of the program turns on in reqwest.
            .tls_backend_rustls()
            .tls_version_min(Version::TLS_1_2);
        Ok(match trust {
            Trust::Nobody => builder.tls_certs_only([]),
            Trust::Platform { extra: [] } => builder,
            Trust::Platform { extra } => builder.tls_certs_merge(certificates(extra)?),
        })
    }

    pub(crate) fn check_pem(pem: &[u8]) -> Result<(), AuthError> {
        // Only a client with nothing but these looks into them without a trust store.
        reqwest::Client::builder()
            .no_proxy()
            .tls_backend_rustls()
            .tls_certs_only(certificates(pem)?)
            .build()
            .map(drop)
            .map_err(|_| refused())
    }

    fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, AuthError> {
        let found = Certificate::from_pem_bundle(pem).map_err(|_| refused())?;
        if found.is_empty() {
            return Err(refused());
        }
        Ok(found)
    }

    fn refused() -> AuthError {
        config("the extra CA has no certificate in it, or one that cannot be read")
            .with_hint("give PEM: -----BEGIN CERTIFICATE----- …")
    }
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
mod imp {
    use reqwest::ClientBuilder;

    use super::{AuthError, Trust, config};

    pub(crate) fn apply(
        builder: ClientBuilder,
        trust: Trust<'_>,
    ) -> Result<ClientBuilder, AuthError> {
        match trust {
            Trust::Nobody => Ok(builder),
            Trust::Platform { .. } => Err(no_tls()),
        }
    }

    pub(crate) fn check_pem(_pem: &[u8]) -> Result<(), AuthError> {
        Err(no_tls())
    }

    fn no_tls() -> AuthError {
        config("this program was built without TLS")
            .with_hint("turn on the feature `rustls` of phrase-auth-reqwest")
    }
}

pub(crate) use self::imp::{apply, check_pem};
