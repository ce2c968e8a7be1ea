use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use http::header::{ACCEPT, CONNECTION, HeaderMap, HeaderValue};
use phrase_auth_core::{AuthError, Target};

use crate::config::{Config, config};
use crate::proxy::ProxyPolicy;
use crate::tls::{self, Trust};

/// One configuration's clients: at most three, each made when the first request needs it, so that
/// a program that only talks to loopback needs no trust store.
pub(crate) struct Transport {
    config: Config,
    /// Plain `http` to loopback: trusts nobody, knows no proxy.
    loopback: Slot,
    /// `https`, straight.
    direct: Slot,
    /// `https`, through the policy's proxy.
    proxied: Slot,
}

/// A failure is not kept: a trust store may be installed later.
type Slot = Mutex<Option<reqwest::Client>>;

impl Transport {
    /// The process's transport of this configuration.
    pub(crate) fn shared(config: Config) -> Arc<Self> {
        static TRANSPORTS: Mutex<Vec<Weak<Transport>>> = Mutex::new(Vec::new());
        let mut transports = lock(&TRANSPORTS);
        transports.retain(|transport| transport.strong_count() > 0);
        let known = transports
            .iter()
            .filter_map(Weak::upgrade)
            .find(|transport| transport.config == config);
        if let Some(known) = known {
            return known;
        }
        let made = Arc::new(Self {
            config,
            loopback: Slot::default(),
            direct: Slot::default(),
            proxied: Slot::default(),
        });
        if transports.len() < MOST_SHARED {
            transports.push(Arc::downgrade(&made));
        }
        made
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The client for requests to `target`.
    ///
    /// # Errors
    ///
    /// `Config` if there is no TLS to be had for an `https` target.
    pub(crate) fn client(&self, target: Target<'_>) -> Result<reqwest::Client, AuthError> {
        let route = if target.scheme.eq_ignore_ascii_case("http") {
            Route::Loopback
        } else if stays_here(target) || self.config.proxy == ProxyPolicy::None {
            Route::Direct
        } else {
            Route::Proxied
        };
        let slot = match route {
            Route::Loopback => &self.loopback,
            Route::Direct => &self.direct,
            Route::Proxied => &self.proxied,
        };
        let mut slot = lock(slot);
        if let Some(client) = &*slot {
            return Ok(client.clone());
        }
        let client = self.make(route)?;
        *slot = Some(client.clone());
        Ok(client)
    }

    fn make(&self, route: Route) -> Result<reqwest::Client, AuthError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let builder = reqwest::Client::builder()
            .user_agent(self.config.user_agent.clone())
            .default_headers(headers)
            .connect_timeout(self.config.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            // What another crate of the program turns on in reqwest does not change this client.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_hickory_dns();
        let builder = match route {
            Route::Loopback | Route::Direct => builder.no_proxy(),
            Route::Proxied => self.config.proxy.apply(builder)?,
        };
        let trust = match route {
            Route::Loopback => Trust::Nobody,
            Route::Direct | Route::Proxied => Trust::Platform {
                extra: &self.config.extra_ca,
            },
        };
        tls::apply(builder, trust)?.build().map_err(|error| {
            config("the TLS client cannot be made")
                .with_hint(
                    "install the system's CA certificates (on Linux the package is called \
                     ca-certificates), or name them in SSL_CERT_FILE",
                )
                .with_source(crate::fault::chain(&error.without_url()))
        })
    }
}

#[derive(Clone, Copy)]
enum Route {
    Loopback,
    Direct,
    Proxied,
}

/// Whether the target is this machine: through a proxy it would be the proxy's.
fn stays_here(target: Target<'_>) -> bool {
    target.is_loopback() || target.host.eq_ignore_ascii_case("localhost")
}

/// A poisoned table or slot is as good as before: nothing in here is half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program has a handful; the bound keeps one that makes them up from slowing down everybody.
const MOST_SHARED: usize = 64;
