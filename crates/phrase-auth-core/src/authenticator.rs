use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;

use crate::audience::{Audience, Target};
use crate::error::{AuthError, ErrorKind};
use crate::header::{AuthHeader, Generation, HeaderStyle, LoanedHeader, check_token};
use crate::secret::Secret;

/// What applications hold: something that gives a header which is valid now.
///
/// One request goes like this: [`header`](Self::header), send; if the answer is 401,
/// [`reject`](Self::reject), and if that says `true`, `header` and the same request once more. A
/// 403 is about rights, not about the token: hand it on.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// The header, if there is a fresh one: wait-free, and without allocation once this thread has
    /// had one.
    fn peek(&self) -> Option<AuthHeader>;

    /// A header that is good enough for `need`, fetched if it must be: at most one fetch for this
    /// call, shared with all others that wait.
    ///
    /// # Errors
    ///
    /// Why there is none. The error of one fetch answers all who waited for it.
    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError>;

    /// Says that a server answered 401 to this header. `true`: take a new header and retry once;
    /// `false`: a new one would not help, hand the 401 on.
    #[must_use = "tells whether a retry makes sense"]
    fn reject(&self, refused: &AuthHeader) -> bool;

    /// May this credential be sent there?
    fn covers(&self, target: Target<'_>) -> bool;

    /// A header that is valid now: [`peek`](Self::peek), and [`obtain`](Self::obtain) only if that
    /// has nothing.
    #[inline]
    fn header(&self) -> HeaderFuture<'_> {
        match self.peek() {
            Some(header) => HeaderFuture(State::Ready(Some(header))),
            None => HeaderFuture(State::Waiting(self.obtain(Need::default()))),
        }
    }
}

/// What a header must be good for. The default is content with any that is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Need {
    /// How much longer the header should live. If even a new token does not live that long, it is
    /// handed out all the same.
    pub at_least: Duration,
    /// A header that will not do, nor any older one: a forced refresh.
    pub newer_than: Option<Generation>,
}

impl Need {
    /// This need, with a least remaining life.
    #[must_use]
    pub fn at_least(self, span: Duration) -> Self {
        Self {
            at_least: span,
            ..self
        }
    }

    /// This need, with a generation that will not do.
    #[must_use]
    pub fn newer_than(self, generation: Generation) -> Self {
        Self {
            newer_than: Some(generation),
            ..self
        }
    }
}

/// The future of [`Authenticator::header`]: ready at once, and without a box, if the header is
/// there.
#[must_use = "futures do nothing unless polled"]
pub struct HeaderFuture<'a>(State<'a>);

enum State<'a> {
    Ready(Option<AuthHeader>),
    Waiting(Pin<Box<dyn Future<Output = Result<AuthHeader, AuthError>> + Send + 'a>>),
}

impl Future for HeaderFuture<'_> {
    type Output = Result<AuthHeader, AuthError>;

    /// Once it is done it stays pending, as there is nothing left to wait for.
    // Part of every hit, and called from other crates.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Ready(header) => header
                .take()
                .map_or(Poll::Pending, |it| Poll::Ready(Ok(it))),
            State::Waiting(future) => {
                let result = future.as_mut().poll(context);
                if result.is_ready() {
                    self.0 = State::Ready(None);
                }
                result
            }
        }
    }
}

impl fmt::Debug for HeaderFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderFuture").finish_non_exhaustive()
    }
}

#[async_trait]
impl<T: Authenticator + ?Sized> Authenticator for Arc<T> {
    fn peek(&self) -> Option<AuthHeader> {
        (**self).peek()
    }

    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError> {
        (**self).obtain(need).await
    }

    fn reject(&self, refused: &AuthHeader) -> bool {
        (**self).reject(refused)
    }

    fn covers(&self, target: Target<'_>) -> bool {
        (**self).covers(target)
    }

    fn header(&self) -> HeaderFuture<'_> {
        (**self).header()
    }
}

#[async_trait]
impl<T: Authenticator + ?Sized> Authenticator for &T {
    fn peek(&self) -> Option<AuthHeader> {
        (**self).peek()
    }

    async fn obtain(&self, need: Need) -> Result<AuthHeader, AuthError> {
        (**self).obtain(need).await
    }

    fn reject(&self, refused: &AuthHeader) -> bool {
        (**self).reject(refused)
    }

    fn covers(&self, target: Target<'_>) -> bool {
        (**self).covers(target)
    }

    fn header(&self) -> HeaderFuture<'_> {
        (**self).header()
    }
}

/// A secret that is its own credential and never changes: a classic Strings token, a Studio key, a
/// SCIM token.
///
/// ```
/// use phrase_auth_core::{Audience, Authenticator, HeaderStyle, StaticAuth};
///
/// # async fn example() -> Result<(), phrase_auth_core::AuthError> {
/// let strings = Audience::new("https://api.phrase.com/v2")?;
/// let auth = StaticAuth::new(HeaderStyle::token(), "0123456789abcdef", strings)?;
/// assert_eq!(auth.header().await?.value(), "token 0123456789abcdef");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StaticAuth {
    header: LoanedHeader,
    audience: Audience,
}

impl StaticAuth {
    /// A credential for `audience`. One trailing line end is cut off.
    ///
    /// # Errors
    ///
    /// `Config` if the secret is empty, longer than 64 KiB, or not visible ASCII.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads better where it is called"
    )]
    pub fn new(
        style: HeaderStyle,
        secret: impl Into<Secret>,
        audience: Audience,
    ) -> Result<Self, AuthError> {
        let secret = Secret::from_user(secret.into())?;
        check_token(&secret, ErrorKind::Config, "the secret")?;
        Ok(Self {
            header: LoanedHeader::new(&style, &secret, None)?,
            audience,
        })
    }
}

#[async_trait]
impl Authenticator for StaticAuth {
    fn peek(&self) -> Option<AuthHeader> {
        Some(self.header.lend())
    }

    async fn obtain(&self, _need: Need) -> Result<AuthHeader, AuthError> {
        Ok(self.header.lend())
    }

    /// Always `false`: there is no other secret to try.
    fn reject(&self, _refused: &AuthHeader) -> bool {
        false
    }

    fn covers(&self, target: Target<'_>) -> bool {
        self.audience.covers(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings() -> Audience {
        Audience::new("https://api.phrase.com/v2").unwrap()
    }

    #[tokio::test]
    async fn a_static_secret_is_handed_out_and_a_rejection_changes_nothing() {
        let auth = StaticAuth::new(HeaderStyle::token(), "canary\n", strings()).unwrap();
        let header = auth.header().await.unwrap();
        assert_eq!(header.value(), "token canary");
        assert_eq!(header.expires_at(), None);
        assert!(!auth.reject(&header));
        assert_eq!(
            auth.header().await.unwrap().generation(),
            header.generation()
        );
        assert!(!format!("{auth:?}").contains("canary"));
    }

    #[test]
    fn a_secret_that_may_not_stand_in_a_header_is_a_configuration_error() {
        for bad in ["", "a b", "a\r\nX: 1", "é"] {
            let error = StaticAuth::new(HeaderStyle::token(), bad, strings()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{bad:?}");
        }
    }

    #[test]
    fn futures_and_handles_can_be_sent_and_shared() {
        fn sendable<T: Send>() {}
        fn shared<T: Send + Sync + 'static>() {}
        sendable::<HeaderFuture<'_>>();
        shared::<Arc<dyn Authenticator>>();
        shared::<StaticAuth>();
        shared::<AuthHeader>();
        shared::<AuthError>();
    }

    #[tokio::test]
    async fn an_arc_and_a_reference_are_authenticators_too() {
        async fn value(auth: impl Authenticator) -> String {
            auth.header().await.unwrap().token().to_owned()
        }
        let auth: Arc<dyn Authenticator> =
            Arc::new(StaticAuth::new(HeaderStyle::token(), "t", strings()).unwrap());
        assert_eq!(value(&auth).await, "t");
        assert_eq!(value(auth).await, "t");
    }
}
