use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use phrase_auth_core::{
    AuthError, CachePolicy, Endpoints, ErrorKind, HeaderStyle, HttpClient, Product, Runtime,
    Secret, Session, StoreKey, Token, TokenCache, TokenStore, default_runtime,
};

use crate::auth::{ApiTokenAuth, Parts};
use crate::credentials::{Credentials, LoginVersion, name};
use crate::expected::Expected;
use crate::expires::lifetime;
use crate::login::{Granted, LastLogin};
use crate::password::PasswordLogin;
use crate::tms::Tms;
use crate::unproven::{Unproven, UnprovenSlot};

/// Options of an [`ApiTokenAuth`].
#[must_use = "a builder does nothing until it builds"]
pub struct ApiTokenAuthBuilder {
    credentials: Option<Credentials>,
    endpoints: Endpoints,
    version: LoginVersion,
    expected: Expected,
    client: Option<Arc<dyn HttpClient>>,
    runtime: Option<Arc<dyn Runtime>>,
    policy: Option<CachePolicy>,
    token: Option<(Secret, Option<SystemTime>)>,
    session: Option<Session>,
    store: Option<(Arc<dyn TokenStore>, StoreKey)>,
}

impl ApiTokenAuthBuilder {
    pub(crate) fn new(credentials: Option<Credentials>, endpoints: Endpoints) -> Self {
        Self {
            credentials,
            endpoints,
            version: LoginVersion::default(),
            expected: Expected::default(),
            client: None,
            runtime: None,
            policy: None,
            token: None,
            session: None,
            store: None,
        }
    }

    /// Which login call is made: [`LoginVersion::V3`] unless said otherwise. Nothing falls back.
    pub fn login_version(self, version: LoginVersion) -> Self {
        Self { version, ..self }
    }

    /// Makes a login an error, of the kind `Config`, if it lands at another account than this one,
    /// before its token is handed out. The error stands: a repeated login would land there again. An
    /// [adopted](Self::token) token is asked about before it is handed out, too.
    ///
    /// Costs no request, unless the login's answer does not name the user.
    pub fn expect_user(mut self, uid: impl Into<String>) -> Self {
        self.expected.user = Some(uid.into());
        self
    }

    /// Makes a login an error, of the kind `Config`, if it lands in another organization than this
    /// one, before its token is handed out. Costs one request more for each login (whoAmI), which is
    /// repeated without the login if it meets a passing fault.
    ///
    /// One person may have accounts in several organizations under one user name and password;
    /// without [`Credentials::user_uid`] the default account answers (reference section 5.5).
    pub fn expect_organization(mut self, uid: impl Into<String>) -> Self {
        self.expected.organization = Some(uid.into());
        self
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

    /// Numbers of the cache, among them the deadline of a login: 30 seconds unless said otherwise,
    /// and 5 minutes with a second factor, because a person has to find the code. Each request has
    /// 30 seconds at the most in any case.
    pub fn policy(self, policy: CachePolicy) -> Self {
        Self {
            policy: Some(policy),
            ..self
        }
    }

    /// A token to begin with, from an earlier login, and when it ends as that login said. `None`, and
    /// anything later, counts as 24 hours from now.
    pub fn token(self, token: impl Into<Secret>, expires: Option<SystemTime>) -> Self {
        Self {
            token: Some((token.into(), expires)),
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

    /// Keeps the token in a store, and shares it, and each login, with whoever uses the same key there.
    /// The key is made for the scheme [`SCHEME`](ApiTokenAuth::SCHEME) and the base URL of TMS.
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
    /// `Config`, as for `ApiTokenAuth::new` and `ApiTokenAuth::from_token`, if there is no transport,
    /// for a session or key of another scheme or base URL, for a store together with something to be
    /// expected, and for a user uid together with [`LoginVersion::V1`], which has no place for one.
    pub fn build(self) -> Result<ApiTokenAuth, AuthError> {
        self.check()?;
        let base = self.endpoints.base(Product::Tms)?;
        let runtime = self.runtime.unwrap_or_else(default_runtime);
        let client = self.client.map_or_else(default_client, Ok)?;
        let tms = Arc::new(Tms::new(base, self.version, client, Arc::clone(&runtime))?);
        let asks_a_person = (self.credentials.as_ref())
            .is_some_and(|credentials| credentials.second_factor.is_some());
        let policy = self.policy.unwrap_or_else(|| usual_policy(asks_a_person));
        let now = runtime.now();
        let keys = [
            self.session.as_ref().map(Session::key),
            self.store.as_ref().map(|(_, key)| key),
        ];
        for key in keys.into_iter().flatten() {
            key.check(ApiTokenAuth::SCHEME, base)?;
        }
        if self.store.is_some() && !self.expected.is_nothing() {
            let what = "what a store has cannot be held against an expected user or organization";
            return Err(AuthError::new(ErrorKind::Config, what).with_hint(
                "leave out the one or the other, or choose the account by its user uid",
            ));
        }
        // With something to be expected of it, a token is proven before it is handed out.
        let proven = self.expected.is_nothing();
        let adopted = match (&self.session, self.token) {
            (Some(session), _) => Some(rest_of(session, now.wall)).filter(|_| !proven),
            (None, Some((token, expires))) => Some(adopted(token, expires, now.wall)?),
            (None, None) => None,
        };
        let (first, unproven) = match adopted {
            Some(token) if !proven => {
                let unproven = Unproven {
                    stake: token.secret().id(),
                    granted: Granted { token, login: None },
                    since: now,
                };
                (None, UnprovenSlot::holding(unproven))
            }
            first => (first, UnprovenSlot::default()),
        };
        let last = LastLogin::default();
        let source = PasswordLogin {
            tms: Arc::clone(&tms),
            credentials: self.credentials,
            expected: self.expected,
            unproven,
            last: last.clone(),
        };
        let cache = TokenCache::builder(source, tms.audience())
            .runtime(runtime)
            .policy(policy.clone());
        let cache = match (self.session.filter(|_| proven), first) {
            (Some(session), _) => cache.session(session),
            (None, Some(token)) => cache.token(token),
            (None, None) => cache,
        };
        let cache = match self.store {
            Some((store, key)) => cache.store(store, key),
            None => cache,
        };
        let parts = Parts { tms, policy, last };
        Ok(ApiTokenAuth::from_parts(cache.build(), parts))
    }

    fn check(&self) -> Result<(), AuthError> {
        if let Some(credentials) = &self.credentials {
            credentials.check()?;
            if self.version == LoginVersion::V1 && credentials.user_uid.is_some() {
                let what = "the first version of the login cannot choose an account";
                return Err(AuthError::new(ErrorKind::Config, what)
                    .with_hint("leave out the user uid, or use LoginVersion::V3"));
            }
        }
        for (what, uid) in [
            ("expected user uid", &self.expected.user),
            ("expected organization uid", &self.expected.organization),
        ] {
            uid.as_deref().map_or(Ok(()), |uid| name(what, uid))?;
        }
        Ok(())
    }
}

/// A token from elsewhere.
fn adopted(
    token: Secret,
    expires: Option<SystemTime>,
    now: SystemTime,
) -> Result<Token, AuthError> {
    let life = lifetime(expires, now);
    let token = Secret::from_user(token)
        .and_then(|token| Token::new(token, HeaderStyle::api_token(), life));
    token.map_err(|error| {
        AuthError::new(ErrorKind::Config, error.message().to_owned())
            .with_hint("give the bare token, without the word ApiToken before it")
    })
}

/// A session's token with what is left of its life.
fn rest_of(session: &Session, now: SystemTime) -> Token {
    let left = session
        .expires_at()
        .and_then(|end| end.duration_since(now).ok());
    session
        .token()
        .clone()
        .with_lifetime(left.unwrap_or_default())
}

fn usual_policy(asks_a_person: bool) -> CachePolicy {
    let mut policy = CachePolicy::default();
    if asks_a_person {
        policy.deadline = TIME_FOR_A_PERSON;
    }
    policy
}

/// Long enough to find the telephone, unlock it and type six digits; as long as a login in the
/// browser.
const TIME_FOR_A_PERSON: Duration = Duration::from_secs(300);

impl fmt::Debug for ApiTokenAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiTokenAuthBuilder")
            .field("credentials", &self.credentials)
            .field("endpoints", &self.endpoints)
            .field("version", &self.version)
            .field("expected", &self.expected)
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
