use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, CachePolicy, Endpoints, HeaderFuture, Need, Revocation,
    Secret, Target, TokenCache,
};

use crate::builder::ApiTokenAuthBuilder;
use crate::credentials::Credentials;
use crate::login::{LastLogin, Login};
use crate::other_login::OtherLogin;
use crate::other_user::OtherUser;
use crate::tms::Tms;
use crate::who::WhoAmI;

/// An [`Authenticator`] over a TMS user name and password (reference section 5): logs in when a token
/// is needed, and hands out `Authorization: ApiToken …` meanwhile.
///
/// A token lives for 24 hours, or until that user logs out in the browser: then the API says 401, and
/// [`reject`](Authenticator::reject) leads to one new login. A password that was refused is not sent
/// again until it has changed or [`reset`](TokenCache::reset) is called, so that no account is locked.
///
/// Cloning is cheap, and clones share one token.
#[derive(Clone, Debug)]
pub struct ApiTokenAuth {
    cache: TokenCache,
    parts: Arc<Parts>,
}

/// What a further authenticator is made of, and what is asked beside the cache.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) tms: Arc<Tms>,
    pub(crate) policy: CachePolicy,
    pub(crate) last: LastLogin,
}

impl ApiTokenAuth {
    /// What a session's [`StoreKey`](phrase_auth_core::StoreKey) calls this scheme.
    pub const SCHEME: &'static str = "apitoken";

    /// With the usual transport and the usual numbers. Nothing is sent yet. Without the features
    /// `reqwest` and `rustls-no-provider` there is no usual transport: use [`builder`](Self::builder).
    ///
    /// `endpoints` is a [`DataCenter`](phrase_auth_core::DataCenter), or [`Endpoints`] with a URL of
    /// its own for TMS; there is no default data centre.
    ///
    /// ```no_run
    /// use phrase_auth_apitoken::{ApiTokenAuth, Authenticator, Credentials, DataCenter, SecretSource};
    ///
    /// # async fn example() -> Result<(), phrase_auth_apitoken::AuthError> {
    /// let password = SecretSource::file("/run/secrets/tms");
    /// let auth = ApiTokenAuth::new(Credentials::new("jane.doe", password), DataCenter::Eu)?;
    /// let header = auth.header().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `Config` for a user name, uid or password that is empty or has a control character in it, and
    /// if the base URL of TMS is not known.
    #[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
    pub fn new(
        credentials: Credentials,
        endpoints: impl Into<Endpoints>,
    ) -> Result<Self, AuthError> {
        Self::builder(credentials, endpoints).build()
    }

    /// Over a token that a login elsewhere has given. It is used until it is over or refused; then
    /// a header is [`LoginRequired`](phrase_auth_core::ErrorKind::LoginRequired), because there is no
    /// password here. With one, use [`ApiTokenAuthBuilder::token`].
    ///
    /// `expires` is what that login said, for instance by
    /// [`parse_expires`](crate::parse_expires); `None`, and anything later, counts as 24 hours from
    /// now. A token that does not live that long ends in a 401 earlier, which harms nothing.
    ///
    /// # Errors
    ///
    /// `Config` if the token is not visible ASCII, and if the base URL of TMS is not known.
    #[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
    pub fn from_token(
        token: impl Into<Secret>,
        expires: Option<SystemTime>,
        endpoints: impl Into<Endpoints>,
    ) -> Result<Self, AuthError> {
        Self::builder_from_token(token, expires, endpoints).build()
    }

    /// With a transport, a clock, numbers, an expected organization or a first token.
    pub fn builder(
        credentials: Credentials,
        endpoints: impl Into<Endpoints>,
    ) -> ApiTokenAuthBuilder {
        ApiTokenAuthBuilder::new(Some(credentials), endpoints.into())
    }

    /// As `from_token`, with a transport, a clock or numbers of the caller's choice.
    pub fn builder_from_token(
        token: impl Into<Secret>,
        expires: Option<SystemTime>,
        endpoints: impl Into<Endpoints>,
    ) -> ApiTokenAuthBuilder {
        ApiTokenAuthBuilder::new(None, endpoints.into()).token(token, expires)
    }

    pub(crate) fn from_parts(cache: TokenCache, parts: Parts) -> Self {
        Self {
            cache,
            parts: Arc::new(parts),
        }
    }

    /// The cache inside: for [`reset`](TokenCache::reset) after the password was changed back, a code
    /// is at hand, or an administrator has unlocked the account.
    pub fn cache(&self) -> &TokenCache {
        &self.cache
    }

    /// What the last login of this authenticator said besides its token: user, end. `None` before the
    /// first, and for an adopted token; a [`logout`](Self::logout) forgets it.
    pub fn last_login(&self) -> Option<Login> {
        self.parts.last.get()
    }

    /// Asks TMS who is logged in: one request, beside a login if there is no token yet, and after a
    /// 401 one more with a new header.
    ///
    /// # Errors
    ///
    /// As for [`who_am_i`](crate::who_am_i()).
    pub async fn who_am_i(&self) -> Result<WhoAmI, AuthError> {
        let timeout = self.parts.policy.deadline;
        self.parts.tms.question(timeout).about(&self.cache).await
    }

    /// Ends the token at TMS, and forgets it here in any case: no header is handed out until
    /// [`reset`](TokenCache::reset). A token that TMS has ended already is as good. Doing it twice does
    /// no harm. Whether other tokens of the same user end with it is not known (reference section 13).
    ///
    /// # Errors
    ///
    /// If TMS could not be told; the token is forgotten all the same.
    pub async fn logout(&self) -> Result<Revocation, AuthError> {
        let told = self.cache.logout().await;
        told.map_err(|error| error.with_hint(FORGOTTEN_HERE))
    }

    /// As another user, if this one is an administrator (`loginOther`, reference section 5.1): an
    /// authenticator of its own, with a token of its own, which logs in over this one. Nothing is sent
    /// yet.
    ///
    /// While the administrator has no header, the other one has none, for the same reason and as long;
    /// that costs no request of its own. What TMS refuses to the administrator (no right, no such user)
    /// stands until the other one's [`cache`](Self::cache) is reset. A [`logout`](Self::logout) of the
    /// one ends no token of the other.
    ///
    /// ```no_run
    /// # use phrase_auth_apitoken::{ApiTokenAuth, AuthError, Authenticator};
    /// # async fn example(admin: ApiTokenAuth) -> Result<(), AuthError> {
    /// let jane = admin.login_as("jane.doe")?;
    /// let header = jane.header().await?; // Authorization: ApiToken …, as Jane
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `Config` for a name or uid that is empty or has a control character in it.
    pub fn login_as(&self, user: impl Into<OtherUser>) -> Result<Self, AuthError> {
        let user = user.into();
        user.check()?;
        let Parts { tms, policy, .. } = &*self.parts;
        let last = LastLogin::default();
        let source = OtherLogin {
            tms: Arc::clone(tms),
            admin: self.clone(),
            user,
            last: last.clone(),
        };
        let cache = TokenCache::builder(source, tms.audience())
            .runtime(Arc::clone(&tms.runtime))
            .policy(policy.clone())
            .build();
        let parts = Parts {
            tms: Arc::clone(tms),
            policy: policy.clone(),
            last,
        };
        Ok(Self::from_parts(cache, parts))
    }
}

const FORGOTTEN_HERE: &str = "the token is forgotten here; at TMS it lives on until its end";

#[async_trait]
impl Authenticator for ApiTokenAuth {
    #[inline]
    fn peek(&self) -> Option<AuthHeader> {
        self.cache.peek()
    }

    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError> {
        self.cache.obtain(need).await
    }

    fn reject(&self, refused: &AuthHeader) -> bool {
        self.cache.reject(refused)
    }

    fn covers(&self, target: Target<'_>) -> bool {
        self.cache.covers(target)
    }

    #[inline]
    fn header(&self) -> HeaderFuture<'_> {
        self.cache.header()
    }
}
