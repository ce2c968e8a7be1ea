use std::time::Duration;

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshRotation {
    /// It is over, and the answer brings another. Presented again, it takes everything with it that came of the same
    /// consent (RFC 9700, 4.14.2).
    #[default]
    Rotate,
    /// As [`RefreshRotation::Rotate`], but from its first use on it is good for this long yet, by the emulator's clock,
    /// and brings another pair each time: for an answer that was lost. The pairs that it brought before stay good.
    /// Presented after that, it takes everything with it. No grace at all is the same as [`RefreshRotation::Rotate`].
    Grace(Duration),
    /// It is over, and the answer brings another. Presented again, it is refused, and nothing else happens: a server
    /// that does not notice reuse.
    RotateQuietly,
    /// It stays good, and the answer brings none.
    Keep,
}

/// What tokens are issued on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) lifetime: Duration,
    pub(crate) rotation: RefreshRotation,
}
