use aws_lc_rs::error::Unspecified;

/// Why an authorization ends before a decision.
pub(super) enum Refusal {
    /// Who asks, or where the answer would go, is not certain, or a page was not filled in as it stands there: the
    /// person is told, and nobody else (RFC 6749, 4.1.2.1).
    Page(&'static str),
    /// The application itself is told.
    Redirect { to: String, why: &'static str },
    /// The path takes this one.
    Method(&'static str),
    /// The ticket of a page was used, is too old, or never was.
    Stale,
    /// No randomness is to be had.
    Defect,
}

impl Refusal {
    /// A constant text: nothing that a client sent.
    pub(super) fn why(&self) -> &'static str {
        match self {
            Self::Page(why) | Self::Redirect { why, .. } => why,
            Self::Method("GET") => "this path takes GET only",
            Self::Method(_) => "this path takes POST only",
            Self::Stale => {
                "this page was used already, or is too old: please start again in the application"
            }
            Self::Defect => "the emulator could not draw a ticket: a defect of the emulator",
        }
    }

    /// Whether the client, or who posts in the place of a page, did something wrong. To come back to a page is human.
    pub(super) fn is_misuse(&self) -> bool {
        !matches!(self, Self::Stale)
    }
}

impl From<Unspecified> for Refusal {
    fn from(_: Unspecified) -> Self {
        Self::Defect
    }
}
