use async_trait::async_trait;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, Endpoints, ErrorKind, HeaderFuture, Need, Product,
    SecretSource, Target, TokenCache,
};

use crate::builder::PlatformAuthBuilder;
use crate::exchange::Purpose;

/// An [`Authenticator`] over a Platform API token: exchanges it for a JWT (RFC 8693, reference
/// section 3) when one is needed, and hands out `Authorization: Bearer …` meanwhile.
///
/// Made for one [`Product`], because a Platform API token is made for one application of one
/// organization: the product decides header, base URL and audience. Cloning is cheap, and clones
/// share one token.
#[derive(Clone, Debug)]
pub struct PlatformAuth {
    cache: TokenCache,
    purpose: Purpose,
}

impl PlatformAuth {
    /// What a session's [`StoreKey`](phrase_auth_core::StoreKey) calls this scheme.
    pub const SCHEME: &'static str = "platform";

    /// With the usual transport and the usual numbers. Nothing is sent yet.
    ///
    /// `endpoints` is a [`DataCenter`](phrase_auth_core::DataCenter), or [`Endpoints`] with URLs of
    /// its own; there is no default data centre.
    ///
    /// ```no_run
    /// use phrase_auth_platform::{Authenticator, DataCenter, PlatformAuth, Product, SecretSource};
    ///
    /// # async fn example() -> Result<(), phrase_auth_platform::AuthError> {
    /// let token = SecretSource::file("/run/secrets/phrase");
    /// let auth = PlatformAuth::new(token, DataCenter::Eu, Product::Tms)?;
    /// let header = auth.header().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `Config` for an API token that is empty or has a control character in it, for a product
    /// whose base URL is not known, and for one that takes no Platform API token.
    #[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
    pub fn new(
        api_token: impl Into<SecretSource>,
        endpoints: impl Into<Endpoints>,
        product: Product,
    ) -> Result<Self, AuthError> {
        Self::builder(api_token, endpoints, product).build()
    }

    /// With a transport, a clock or numbers of the caller's choice.
    pub fn builder(
        api_token: impl Into<SecretSource>,
        endpoints: impl Into<Endpoints>,
        product: Product,
    ) -> PlatformAuthBuilder {
        PlatformAuthBuilder::new(api_token.into(), endpoints.into(), product)
    }

    pub(crate) fn from_parts(cache: TokenCache, purpose: Purpose) -> Self {
        Self { cache, purpose }
    }

    /// The cache inside: for [`reset`](TokenCache::reset) after the API token was replaced or
    /// restored, and [`logout`](TokenCache::logout).
    pub fn cache(&self) -> &TokenCache {
        &self.cache
    }

    /// What to tell a person when an API answers 401 to a fresh header, that is, when
    /// [`reject`](Authenticator::reject) has said `false`: the exchange works, so that the API
    /// token is good, but not for this application or not in this data centre (reference section
    /// 13, rows 17 and 18).
    pub fn explain_401(&self) -> AuthError {
        let Purpose { product, .. } = self.purpose;
        let message = format!("{product} refused a token that had just been issued");
        AuthError::new(ErrorKind::Refused, message).with_hint(self.purpose.hint())
    }
}

#[async_trait]
impl Authenticator for PlatformAuth {
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
