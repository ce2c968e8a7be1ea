use std::fmt;
use std::time::Duration;

use phrase_auth_core::AuthError;

use crate::client::ReqwestClient;
use crate::config::{CONNECT_TIMEOUT, Config, TIMEOUT, config, user_agent};
use crate::proxy::ProxyPolicy;
use crate::tls;
use crate::transport::Transport;

/// How a [`ReqwestClient`] connects, how long it waits, and whom it trusts.
///
/// What cannot be set, because a secret travels here: redirects, plain `http` beyond loopback, the
/// checking of certificates, the idle pool, compression.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct ReqwestClientBuilder {
    connect_timeout: Duration,
    timeout: Duration,
    proxy: ProxyPolicy,
    extra_ca: Vec<u8>,
    user_agent_prefix: String,
}

impl ReqwestClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TIMEOUT,
            proxy: ProxyPolicy::None,
            extra_ca: Vec::new(),
            user_agent_prefix: String::new(),
        }
    }

    /// The longest time until a connection stands, name lookup, proxy and TLS included; 10 seconds
    /// by default.
    pub fn connect_timeout(mut self, span: Duration) -> Self {
        self.connect_timeout = span;
        self
    }

    /// The longest time for a whole call, from name lookup to the last byte of the answer; 30
    /// seconds by default. A call's own `Limits::timeout` applies if it is shorter.
    pub fn timeout(mut self, span: Duration) -> Self {
        self.timeout = span;
        self
    }

    /// The proxy for `https`, if any; [`ProxyPolicy::None`] by default.
    pub fn proxy(mut self, policy: ProxyPolicy) -> Self {
        self.proxy = policy;
        self
    }

    /// Certificates (PEM, one or more) to trust beside the platform's. Each call adds some.
    ///
    /// Not supported on Android, where the first `https` call fails.
    pub fn extra_ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.extra_ca.extend_from_slice(pem.as_ref());
        // Two files put together must not run the last line of one into the first of the other;
        // and what was given, even if empty, must turn up at `build`.
        self.extra_ca.push(b'\n');
        self
    }

    /// The name of the calling program, which goes before ours in `User-Agent`.
    ///
    /// Visible ASCII and spaces, at most 256 characters. Empty for none.
    pub fn user_agent_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.user_agent_prefix = prefix.into();
        self
    }

    /// The client. Equal settings give clients that share one transport; nothing is connected to.
    ///
    /// # Errors
    ///
    /// `Config` for a timeout of zero, a proxy that is not an `http` or `https` URL, a PEM without
    /// a certificate or with one that is none, a prefix that may not stand in a header; and with
    /// the feature `rustls-no-provider` alone if no cryptography is installed.
    pub fn build(self) -> Result<ReqwestClient, AuthError> {
        if self.connect_timeout.is_zero() || self.timeout.is_zero() {
            return Err(config("a timeout of zero leaves no time for a call"));
        }
        tls::check_provider()?;
        self.proxy.check()?;
        if !self.extra_ca.is_empty() {
            tls::check_pem(&self.extra_ca)?;
        }
        let transport = Transport::shared(Config {
            connect_timeout: self.connect_timeout,
            proxy: self.proxy,
            extra_ca: self.extra_ca,
            user_agent: user_agent(&self.user_agent_prefix)?,
        });
        Ok(ReqwestClient::over(transport, self.timeout))
    }
}

impl fmt::Debug for ReqwestClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClientBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("proxy", &self.proxy)
            .field("extra_ca", &!self.extra_ca.is_empty())
            .field("user_agent_prefix", &self.user_agent_prefix)
            .finish()
    }
}
