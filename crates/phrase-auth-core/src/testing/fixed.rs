use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use crate::audience::Target;
use crate::authenticator::{Authenticator, Need};
use crate::error::AuthError;
use crate::header::{AuthHeader, HeaderStyle, LoanedHeader};
use crate::secret::Secret;

/// An [`Authenticator`] that hands out one header for every target, and counts how often it is
/// refused.
#[derive(Debug)]
pub struct Fixed {
    header: LoanedHeader,
    rejections: AtomicUsize,
}

impl Fixed {
    /// `Authorization: Bearer {token}`, for ever.
    ///
    /// # Errors
    ///
    /// `Protocol` if the token may not stand in a header.
    pub fn bearer(token: &str) -> Result<Self, AuthError> {
        let header = LoanedHeader::new(&HeaderStyle::bearer(), &Secret::from(token), None)?;
        Ok(Self {
            header,
            rejections: AtomicUsize::new(0),
        })
    }

    /// How often [`reject`](Authenticator::reject) was called.
    pub fn rejections(&self) -> usize {
        self.rejections.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Authenticator for Fixed {
    fn peek(&self) -> Option<AuthHeader> {
        Some(self.header.lend())
    }

    async fn obtain(&self, _need: Need) -> Result<AuthHeader, AuthError> {
        Ok(self.header.lend())
    }

    /// Counts, and says `false`.
    fn reject(&self, _refused: &AuthHeader) -> bool {
        self.rejections.fetch_add(1, Ordering::SeqCst);
        false
    }

    fn covers(&self, _target: Target<'_>) -> bool {
        true
    }
}
