use std::time::Duration;

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshRotation {
    /// It is over, and the answer brings another. Presented again, it takes everything with it that came of the same
    /// consent (RFC 9700, 4.14.2).
    #[default]
    Rotate,
    /// It stays good, and the answer brings none.
    Keep,
}

/// What tokens are issued on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) lifetime: Duration,
    pub(crate) rotation: RefreshRotation,
}
