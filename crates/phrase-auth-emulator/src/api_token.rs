use std::fmt;

use crate::Application;

/// An API token of one's own, for [`EmulatorBuilder::api_token`](crate::EmulatorBuilder::api_token) and
/// [`Emulator::add_api_token`](crate::Emulator::add_api_token). Good, unless told otherwise.
///
/// ```
/// use phrase_auth_emulator::{ApiToken, Application};
///
/// let good = ApiToken::new("my-token", Application::Strings);
/// let old = ApiToken::new("my-old-token", Application::Strings).expired();
/// # let _ = (good, old);
/// ```
#[derive(Clone)]
#[must_use = "an API token does nothing until an emulator gets it"]
pub struct ApiToken {
    pub(crate) value: String,
    pub(crate) application: Application,
    pub(crate) fate: ApiTokenFate,
}

/// What becomes of an API token at the exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ApiTokenFate {
    /// A JWT comes back.
    #[default]
    Good,
    /// It is past its 730 days: 400 `invalid_grant` (reference 1 and 3.3).
    Expired,
    /// Its owner deleted it: the same answer (reference 3.3).
    Deleted,
}

/// An API token as [`Emulator::api_tokens`](crate::Emulator::api_tokens) lists it. Its value can be compared, and not
/// be read.
#[derive(Clone)]
#[non_exhaustive]
pub struct KnownApiToken {
    value: String,
    /// The application that it was made for.
    pub application: Application,
    /// What becomes of it at the exchange.
    pub fate: ApiTokenFate,
}

impl ApiToken {
    /// A good one, made for an application. The value is visible ASCII.
    pub fn new(value: impl Into<String>, application: Application) -> Self {
        Self {
            value: value.into(),
            application,
            fate: ApiTokenFate::Good,
        }
    }

    /// Past its days, as [`seed::EXPIRED`](crate::seed::EXPIRED).
    pub fn expired(self) -> Self {
        self.with_fate(ApiTokenFate::Expired)
    }

    /// Deleted by its owner, as [`seed::DELETED`](crate::seed::DELETED).
    pub fn deleted(self) -> Self {
        self.with_fate(ApiTokenFate::Deleted)
    }

    pub(crate) fn with_fate(mut self, fate: ApiTokenFate) -> Self {
        self.fate = fate;
        self
    }

    /// Why no request could carry it.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        if self.value.is_empty() {
            Some("is empty")
        } else if !self.value.bytes().all(|byte| byte.is_ascii_graphic()) {
            Some("holds more than visible ASCII")
        } else {
            None
        }
    }
}

impl KnownApiToken {
    /// Whether it has this value.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        self.value == value
    }
}

impl From<&ApiToken> for KnownApiToken {
    fn from(token: &ApiToken) -> Self {
        Self {
            value: token.value.clone(),
            application: token.application,
            fate: token.fate,
        }
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToken")
            .field("application", &self.application)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for KnownApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownApiToken")
            .field("application", &self.application)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}
