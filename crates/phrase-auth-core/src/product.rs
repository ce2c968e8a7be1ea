use std::fmt;
use std::str::FromStr;

use http::HeaderName;

use crate::error::AuthError;
use crate::header::HeaderStyle;

/// What is called at Phrase: decides base URL, header and the application that a Platform API
/// token must have been made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Product {
    /// Phrase TMS, formerly Memsource.
    Tms,
    /// Phrase Strings, formerly PhraseApp.
    Strings,
    /// Phrase Language AI.
    LanguageAi,
    /// Phrase Connectors.
    Connectors,
    /// Phrase Studio.
    Studio,
    /// Phrase Orchestrator.
    Orchestrator,
    /// Phrase Quality Evaluator.
    QualityEvaluator,
    /// Phrase Control Hub, whose tokens are made for "Phrase Content Groups".
    ControlHub,
    /// User provisioning at the Platform; takes a SCIM token only.
    Scim,
}

impl Product {
    /// Every product, in the order of the reference.
    pub const ALL: &'static [Self] = &[
        Self::Tms,
        Self::Strings,
        Self::LanguageAi,
        Self::Connectors,
        Self::Studio,
        Self::Orchestrator,
        Self::QualityEvaluator,
        Self::ControlHub,
        Self::Scim,
    ];

    /// How the product expects a platform JWT, or a key of its own (reference sections 2 and 7).
    ///
    /// Studio reads `X-API-Key`. The documentation of Connectors prints `Authentication`, but
    /// Phrase's own client sends `Authorization`, and so do we; see [`HeaderStyle::under`].
    pub fn header_style(self) -> HeaderStyle {
        match self {
            Self::Studio => HeaderStyle::raw(HeaderName::from_static("x-api-key")),
            _ => HeaderStyle::bearer(),
        }
    }

    /// What the list of applications calls it when a Platform API token is made; `None` where a
    /// Platform API token does not fit.
    pub fn application(self) -> Option<&'static str> {
        match self {
            Self::Tms => Some("Phrase TMS"),
            Self::Strings => Some("Phrase Strings"),
            Self::LanguageAi => Some("Phrase Language AI"),
            Self::Connectors => Some("Phrase Connectors"),
            Self::Studio => Some("Phrase Studio"),
            Self::Orchestrator => Some("Phrase Orchestrator"),
            Self::QualityEvaluator => Some("Quality Evaluator"),
            Self::ControlHub => Some("Phrase Content Groups"),
            Self::Scim => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tms => "tms",
            Self::Strings => "strings",
            Self::LanguageAi => "language-ai",
            Self::Connectors => "connectors",
            Self::Studio => "studio",
            Self::Orchestrator => "orchestrator",
            Self::QualityEvaluator => "quality-evaluator",
            Self::ControlHub => "control-hub",
            Self::Scim => "scim",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Product {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        let found = Self::ALL
            .iter()
            .copied()
            .find(|product| product.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|product| product.name()).collect();
            AuthError::config("unknown product").with_hint(format!("one of {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_read_as_they_are_written() {
        for &product in Product::ALL {
            assert_eq!(product.to_string().parse::<Product>().unwrap(), product);
        }
        let error = "memsource".parse::<Product>().unwrap_err();
        assert!(
            error.hint().unwrap().contains("quality-evaluator"),
            "{error}"
        );
    }
}
