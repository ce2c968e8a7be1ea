use std::fmt;
use std::sync::Arc;

use phrase_auth_core::{
    Audience, AuthError, CachePolicy, Endpoints, ErrorKind, HeaderStyle, HttpClient, Product,
    Runtime, SecretSource, Session, StoreKey, Token, TokenCache, TokenStore, default_runtime,
};

use crate::auth::PlatformAuth;
use crate::exchange::{Exchange, Purpose};

/// Options of a [`PlatformAuth`].
#[must_use = "a builder does nothing until it builds"]
pub struct PlatformAuthBuilder {
    api_token: SecretSource,
    endpoints: Endpoints,
    product: Product,
    client: Option<Arc<dyn HttpClient>>,
    runtime: Option<Arc<dyn Runtime>>,
    policy: CachePolicy,
    style: Option<HeaderStyle>,
    token: Option<Token>,
    session: Option<Session>,
    store: Option<(Arc<dyn TokenStore>, StoreKey)>,
}

impl PlatformAuthBuilder {
    pub(crate) fn new(api_token: SecretSource, endpoints: Endpoints, product: Product) -> Self {
        Self {
            api_token,
            endpoints,
            product,
            client: None,
            runtime: None,
            policy: CachePolicy::default(),
            style: None,
            token: None,
            session: None,
            store: None,
        }
    }

    /// The transport. Without one: the process-wide one over reqwest, if a feature brings it.
    pub fn http_client(self, client: Arc<dyn HttpClient>) -> Self {
        Self {
            client: Some(client),
            ..self
        }
    }

    /// Clocks, timers and tasks. Without one: Tokio.
    pub fn runtime(self, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime: Some(runtime),
            ..self
        }
    }

    /// Numbers of the cache, among them the deadline of an exchange with its retries.
    pub fn policy(self, policy: CachePolicy) -> Self {
        Self { policy, ..self }
    }

    /// Another header than the product's usual one.
    ///
    /// For Connectors, whose documentation and whose own client differ, and for Studio, where it
    /// is unknown whether the JWT goes under `X-API-Key`, as it does by default (reference section
    /// 7).
    pub fn header_style(self, style: HeaderStyle) -> Self {
        Self {
            style: Some(style),
            ..self
        }
    }

    /// A token to begin with, from an earlier exchange. Phrase advises against keeping JWTs on
    /// disk (reference section 3.5).
    pub fn token(self, token: Token) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// A session to begin with, as [`token`](Self::token); its life goes on where it was.
    pub fn session(self, session: Session) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    /// Keeps the JWT in a store, and shares it with whoever uses the same key there. The key is made
    /// for the scheme [`SCHEME`](PlatformAuth::SCHEME) and the product's base URL, and names whose API
    /// token it is: another one needs another key. Phrase advises against keeping JWTs on disk (reference section 3.5).
    pub fn store(self, store: Arc<dyn TokenStore>, key: StoreKey) -> Self {
        Self {
            store: Some((store, key)),
            ..self
        }
    }

    /// The authenticator. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// `Config`, as for `PlatformAuth::new`, if there is no transport, and for a session or key of
    /// another scheme or base URL.
    pub fn build(self) -> Result<PlatformAuth, AuthError> {
        self.api_token.check().map_err(|error| {
            let what = format!("the Platform API token cannot be used: {}", error.message());
            let hint = error
                .hint()
                .map_or(MAKE_ONE, |_| "give the bare token, in one line");
            AuthError::new(ErrorKind::Config, what).with_hint(hint)
        })?;
        let Some(application) = self.product.application() else {
            let what = format!("{} takes no Platform API token", self.product);
            let hint = "use StaticAuth with the product's own token";
            return Err(AuthError::new(ErrorKind::Config, what).with_hint(hint));
        };
        let base = self.endpoints.base(self.product)?.clone();
        let url = self.endpoints.idm()?.join("/oauth/token")?;
        let keys = [
            self.session.as_ref().map(Session::key),
            self.store.as_ref().map(|(_, key)| key),
        ];
        for key in keys.into_iter().flatten() {
            key.check(PlatformAuth::SCHEME, &base)?;
        }
        let purpose = Purpose {
            product: self.product,
            application,
            data_center: self.endpoints.data_center(),
        };
        let runtime = self.runtime.unwrap_or_else(default_runtime);
        let exchange = Exchange {
            api_token: self.api_token,
            url,
            purpose,
            style: self.style.unwrap_or_else(|| self.product.header_style()),
            client: self.client.map_or_else(default_client, Ok)?,
            runtime: Arc::clone(&runtime),
        };
        let cache = TokenCache::builder(exchange, Audience::from(base))
            .runtime(runtime)
            .policy(self.policy);
        let cache = match (self.session, self.token) {
            (Some(session), _) => cache.session(session),
            (None, Some(token)) => cache.token(token),
            (None, None) => cache,
        };
        let cache = match self.store {
            Some((store, key)) => cache.store(store, key),
            None => cache,
        };
        Ok(PlatformAuth::from_parts(cache.build(), purpose))
    }
}

impl fmt::Debug for PlatformAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformAuthBuilder")
            .field("api_token", &self.api_token)
            .field("endpoints", &self.endpoints)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}

#[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
fn default_client() -> Result<Arc<dyn HttpClient>, AuthError> {
    Ok(Arc::new(phrase_auth_reqwest::ReqwestClient::shared()?))
}

#[cfg(not(any(feature = "reqwest", feature = "rustls-no-provider")))]
fn default_client() -> Result<Arc<dyn HttpClient>, AuthError> {
    Err(AuthError::new(ErrorKind::Config, "there is no HTTP client")
        .with_hint("turn on the feature `reqwest`, or give the builder a client"))
}

const MAKE_ONE: &str =
    "make one in the Phrase Platform: profile, access tokens; its value is shown once";
