use std::fmt;
use std::sync::Arc;

use phrase_auth_core::{
    AuthError, CachePolicy, Endpoints, ErrorKind, HttpClient, Product, Runtime, SecretSource,
    default_runtime,
};

use crate::client::{OAuth2Client, Parts};
use crate::client_auth::ClientAuth;
use crate::redirect::RedirectUri;
use crate::token_endpoint::TokenEndpoint;
use crate::{scope, url};

/// Options of an [`OAuth2Client`].
#[must_use = "a builder does nothing until it builds"]
pub struct OAuth2ClientBuilder {
    client_id: String,
    endpoints: Endpoints,
    secret: Option<(SecretSource, ClientAuth)>,
    redirect_uri: Option<String>,
    scope: Vec<String>,
    pkce: bool,
    authorize_url: Option<String>,
    token_url: Option<String>,
    issuer: Option<String>,
    always_issuer: bool,
    client: Option<Arc<dyn HttpClient>>,
    runtime: Option<Arc<dyn Runtime>>,
    policy: CachePolicy,
}

impl OAuth2ClientBuilder {
    pub(crate) fn new(client_id: String, endpoints: Endpoints) -> Self {
        Self {
            client_id,
            endpoints,
            secret: None,
            redirect_uri: None,
            scope: Vec::new(),
            pkce: true,
            authorize_url: None,
            token_url: None,
            issuer: None,
            always_issuer: false,
            client: None,
            runtime: None,
            policy: CachePolicy::default(),
        }
    }

    /// Where the browser is sent back to, exactly as it is registered: https, or http to a loopback
    /// literal. A browser login makes its own if there is none.
    pub fn redirect_uri(self, redirect_uri: impl Into<String>) -> Self {
        Self {
            redirect_uri: Some(redirect_uri.into()),
            ..self
        }
    }

    /// A secret, for a client that was given one, and how it is sent. Phrase documents none (reference
    /// section 6.1); without one the client is public, and sends its id alone.
    pub fn client_secret(self, secret: impl Into<SecretSource>, how: ClientAuth) -> Self {
        Self {
            secret: Some((secret.into(), how)),
            ..self
        }
    }

    /// One more word of scope. None is asked for by default, as Phrase documents (reference section 6.1).
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope.push(scope.into());
        self
    }

    /// Sends no code challenge. Whether TMS knows PKCE is not documented; a server that does not should
    /// ignore it (RFC 6749 section 3.1), so that this is for one that refuses it. Without PKCE whoever
    /// gets hold of a code of a public client can redeem it.
    pub fn without_pkce(self) -> Self {
        Self {
            pkce: false,
            ..self
        }
    }

    /// Another authorization endpoint than `/web/oauth/authorize` of the data centre: one working client uses
    /// `/internal/v1/oauth/authorize` (reference section 6.2). It may have a query.
    pub fn authorize_url(self, url: impl Into<String>) -> Self {
        Self {
            authorize_url: Some(url.into()),
            ..self
        }
    }

    /// Another token endpoint than `/web/oauth/token` of the data centre.
    pub fn token_url(self, url: impl Into<String>) -> Self {
        Self {
            token_url: Some(url.into()),
            ..self
        }
    }

    /// The issuer that a redirect has to name, if it names one (RFC 9207): compared byte for byte. Phrase's
    /// is not known, so that none is checked by default.
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        Self {
            issuer: Some(issuer.into()),
            ..self
        }
    }

    /// The issuer that every redirect has to name: for a server whose metadata promises that it does (RFC
    /// 9207 section 3).
    pub fn required_issuer(self, issuer: impl Into<String>) -> Self {
        Self {
            always_issuer: true,
            ..self.issuer(issuer)
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

    /// Numbers of the caches over this client, among them the deadline of a refresh, and of the redemption
    /// of a code.
    pub fn policy(self, policy: CachePolicy) -> Self {
        Self { policy, ..self }
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// `Config` for a client id, secret, scope or URL that cannot be one, if the base URL of TMS is not
    /// known, and if there is no transport.
    pub fn build(self) -> Result<OAuth2Client, AuthError> {
        check_client_id(&self.client_id)?;
        let is_raw = matches!(self.secret, Some((_, ClientAuth::RawBasic)));
        if is_raw && self.client_id.contains(':') {
            let what = "a client id with a colon cannot be sent as raw Basic";
            return Err(AuthError::new(ErrorKind::Config, what).with_hint("use ClientAuth::Basic"));
        }
        if let Some((secret, _)) = &self.secret {
            secret.check().map_err(|error| {
                let what = format!("the client secret cannot be used: {}", error.message());
                AuthError::new(ErrorKind::Config, what)
                    .with_hint("give the bare secret, in one line")
            })?;
        }
        for word in &self.scope {
            scope::check(word)?;
        }
        let base = self.endpoints.base(Product::Tms)?.clone();
        let authorize_url = match &self.authorize_url {
            Some(text) => url::endpoint("authorize URL", text)?,
            None => base.join("/oauth/authorize")?,
        };
        url::check_query("authorize URL", &authorize_url, &ASKED)?;
        let token_url = match &self.token_url {
            Some(text) => url::endpoint("token URL", text)?,
            None => base.join("/oauth/token")?,
        };
        let redirect = self.redirect_uri.as_deref().map(RedirectUri::parse);
        let endpoint = TokenEndpoint {
            client_id: self.client_id,
            secret: self.secret,
            authorize_url,
            token_url,
            client: self.client.map_or_else(default_client, Ok)?,
            runtime: self.runtime.unwrap_or_else(default_runtime),
        };
        Ok(OAuth2Client(Arc::new(Parts {
            endpoint,
            base,
            redirect: redirect.transpose()?,
            scope: self.scope,
            pkce: self.pkce,
            issuer: self.issuer,
            always_issuer: self.always_issuer,
            policy: self.policy,
        })))
    }
}

/// What is added to the query of the authorization endpoint.
const ASKED: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// RFC 6749 appendix A.1, and no spaces, which come from copying.
fn check_client_id(client_id: &str) -> Result<(), AuthError> {
    if !client_id.is_empty() && client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let what = "the client id is empty, or not visible ASCII";
    let hint = "it is shown in the settings of TMS, under Integrations, Registered OAuth Apps";
    Err(AuthError::new(ErrorKind::Config, what).with_hint(hint))
}

impl fmt::Debug for OAuth2ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2ClientBuilder")
            .field("client_id", &self.client_id)
            .field("endpoints", &self.endpoints)
            .field("secret", &self.secret)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope)
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
