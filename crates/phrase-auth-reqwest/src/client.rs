use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use phrase_auth_core::{AuthError, HttpClient, Limits, Target, TransportError};

use crate::builder::ReqwestClientBuilder;
use crate::config::{Config, TIMEOUT};
use crate::exchange::exchange;
use crate::fault::not_allowed;
use crate::runtime::within;
use crate::tls;
use crate::transport::Transport;

/// The hardened transport: one request, one whole answer, one connection of its own.
///
/// Cheap to clone; clones share the transport. It belongs to no runtime: one client may be used
/// from several, one after the other or at once. Between calls it holds no connection, no task and
/// no timer.
///
/// Per call: `https` only, or `http` to a loopback literal, checked before a name is looked up; no
/// redirect is followed and nothing is sent twice; everything ends within the smaller of
/// `Limits::timeout` and the builder's `timeout`; at most `Limits::max_body` bytes of body are read,
/// into a buffer that is wiped. `Accept: application/json`, `User-Agent` and `Connection: close` are
/// added unless the request has them.
#[derive(Clone)]
pub struct ReqwestClient {
    transport: Arc<Transport>,
    timeout: Duration,
}

impl ReqwestClient {
    /// The client of the default configuration: one transport for the whole process.
    ///
    /// # Errors
    ///
    /// `Config` with the feature `rustls-no-provider` alone, if no cryptography is installed yet.
    pub fn shared() -> Result<Self, AuthError> {
        static DEFAULT: OnceLock<Arc<Transport>> = OnceLock::new();
        tls::check_provider()?;
        let transport = DEFAULT.get_or_init(|| Transport::shared(Config::default()));
        Ok(Self::over(Arc::clone(transport), TIMEOUT))
    }

    /// A client with other settings than the default ones.
    pub fn builder() -> ReqwestClientBuilder {
        ReqwestClientBuilder::new()
    }

    /// Whether both use one and the same transport: so it is for equal settings but the timeout of
    /// the whole call, which costs no second one.
    ///
    /// Up to 64 configurations are shared at a time; beyond that each client has its own.
    #[must_use]
    pub fn same_transport(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.transport, &other.transport)
    }

    pub(crate) fn over(transport: Arc<Transport>, timeout: Duration) -> Self {
        Self { transport, timeout }
    }
}

#[async_trait]
impl HttpClient for ReqwestClient {
    /// Sends `request`, on the Tokio runtime of the calling task.
    ///
    /// # Errors
    ///
    /// - `NotAllowed`, and nothing was sent: an address that a secret may not go to, no Tokio
    ///   runtime or one without timers or I/O, no usable TLS (the source says which).
    /// - `Connect`, and nothing was sent: name, route, proxy, port or TLS.
    /// - `Timeout`: the server may have seen the request unless it was the connection that took
    ///   too long.
    /// - `TooLarge`: the body is longer than `limits.max_body`.
    /// - `Broken`: whatever else went wrong once there was a connection.
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let target = Target::try_from(request.uri()).map_err(not_allowed)?;
        if !target.is_confidential() {
            return Err(not_allowed(
                "plain http is for loopback addresses such as 127.0.0.1",
            ));
        }
        let client = self.transport.client(target).map_err(not_allowed)?;
        let span = limits.timeout.min(self.timeout);
        within(span, exchange(client, request, limits.max_body)).await
    }
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient")
            .field("timeout", &self.timeout)
            .field("config", self.transport.config())
            .finish()
    }
}
