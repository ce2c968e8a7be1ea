use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::audience::BaseUrl;
use crate::error::AuthError;
use crate::product::Product;

/// Where Phrase keeps an account. Every account lives in one of them, and a token made in one is
/// refused by the other (reference section 2); there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataCenter {
    /// The European data centre.
    Eu,
    /// The data centre in the United States.
    Us,
}

/// The base URLs of one installation of Phrase: those of a data centre, or given one by one.
///
/// ```
/// use phrase_auth_core::{DataCenter, Endpoints, Product};
///
/// let mut endpoints = Endpoints::of(DataCenter::Eu);
/// assert_eq!(endpoints.base(Product::Tms)?.to_string(), "https://cloud.memsource.com/web");
///
/// // A dedicated host is never guessed: it is given.
/// endpoints = endpoints.with(Product::Tms, "https://tms.example.com/web")?;
/// # Ok::<(), phrase_auth_core::AuthError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Endpoints {
    data_center: Option<DataCenter>,
    idm: Option<BaseUrl>,
    products: BTreeMap<Product, BaseUrl>,
}

impl Endpoints {
    /// The published base URLs of a data centre (reference section 2).
    pub fn of(data_center: DataCenter) -> Self {
        let known = |url: &Option<&'static str>| url.and_then(|url| BaseUrl::parse(url).ok());
        let pick = |row: &[Option<&'static str>; 2]| match data_center {
            DataCenter::Eu => known(&row[0]),
            DataCenter::Us => known(&row[1]),
        };
        Self {
            data_center: Some(data_center),
            idm: pick(&IDM),
            products: BASES
                .iter()
                .filter_map(|(product, row)| Some((*product, pick(row)?)))
                .collect(),
        }
    }

    /// No URL at all, for a host that is not in the table: give those that are needed.
    pub fn custom() -> Self {
        Self {
            data_center: None,
            idm: None,
            products: BTreeMap::new(),
        }
    }

    /// The same endpoints with another base URL for one product.
    ///
    /// # Errors
    ///
    /// `Config` for a URL that breaks the rules of [`BaseUrl`].
    pub fn with(mut self, product: Product, base: &str) -> Result<Self, AuthError> {
        self.products.insert(product, BaseUrl::parse(base)?);
        Ok(self)
    }

    /// The same endpoints with another base URL for the identity management, where tokens are
    /// exchanged.
    ///
    /// # Errors
    ///
    /// `Config` for a URL that breaks the rules of [`BaseUrl`].
    pub fn with_idm(mut self, base: &str) -> Result<Self, AuthError> {
        self.idm = Some(BaseUrl::parse(base)?);
        Ok(self)
    }

    /// The base URL of a product.
    ///
    /// # Errors
    ///
    /// `Config` if none is known: it has to be given.
    pub fn base(&self, product: Product) -> Result<&BaseUrl, AuthError> {
        self.products.get(&product).ok_or_else(|| {
            AuthError::config(format!(
                "the base URL of {product} is not known{}",
                self.place()
            ))
            .with_hint("give it with Endpoints::with")
        })
    }

    /// The base URL of the identity management.
    ///
    /// # Errors
    ///
    /// `Config` if none is known: it has to be given.
    pub fn idm(&self) -> Result<&BaseUrl, AuthError> {
        self.idm.as_ref().ok_or_else(|| {
            AuthError::config("the base URL of the identity management is not known")
                .with_hint("give it with Endpoints::with_idm")
        })
    }

    /// The data centre, unless all is custom.
    pub fn data_center(&self) -> Option<DataCenter> {
        self.data_center
    }

    fn place(&self) -> String {
        self.data_center
            .map(|place| format!(" in data centre {place}"))
            .unwrap_or_default()
    }
}

impl From<DataCenter> for Endpoints {
    fn from(data_center: DataCenter) -> Self {
        Self::of(data_center)
    }
}

impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eu => "eu",
            Self::Us => "us",
        })
    }
}

impl FromStr for DataCenter {
    type Err = AuthError;

    fn from_str(text: &str) -> Result<Self, AuthError> {
        match text.to_ascii_lowercase().as_str() {
            "eu" => Ok(Self::Eu),
            "us" => Ok(Self::Us),
            _ => Err(AuthError::config("unknown data centre").with_hint("one of eu, us")),
        }
    }
}

/// EU and US, by product. What the reference marks unknown is left to the user, but for
/// Orchestrator in the US, where it recommends the analogy (section 13, row 8).
const BASES: [(Product, [Option<&str>; 2]); 9] = [
    (
        Product::Tms,
        [
            Some("https://cloud.memsource.com/web"),
            Some("https://us.cloud.memsource.com/web"),
        ],
    ),
    (
        Product::Strings,
        [
            Some("https://api.phrase.com/v2"),
            Some("https://api.us.app.phrase.com/v2"),
        ],
    ),
    (
        Product::LanguageAi,
        [
            Some("https://eu.phrase.com/smt/api"),
            Some("https://us.phrase.com/smt/api"),
        ],
    ),
    (
        Product::Connectors,
        [
            Some("https://eu.phrase.com/connectors"),
            Some("https://us.phrase.com/connectors"),
        ],
    ),
    (
        Product::Studio,
        [None, Some("https://api.studio.us.phrase.com/v1")],
    ),
    (
        Product::Orchestrator,
        [
            Some("https://eu.phrase.com/orchestrator/api/v1"),
            Some("https://us.phrase.com/orchestrator/api/v1"),
        ],
    ),
    (
        Product::QualityEvaluator,
        [
            Some("https://eu.phrase.com/quality-evaluator"),
            Some("https://us.phrase.com/quality-evaluator"),
        ],
    ),
    (
        Product::ControlHub,
        [
            Some("https://eu.phrase.com/control-hub"),
            Some("https://us.phrase.com/control-hub"),
        ],
    ),
    (
        Product::Scim,
        [
            Some("https://eu.phrase.com/idm/scim"),
            Some("https://us.phrase.com/idm/scim"),
        ],
    ),
];

const IDM: [Option<&str>; 2] = [
    Some("https://eu.phrase.com/idm"),
    Some("https://us.phrase.com/idm"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_url_of_the_table_is_a_sound_base_url() {
        let urls = BASES.iter().flat_map(|(_, row)| row).chain(&IDM).flatten();
        for url in urls {
            assert_eq!(BaseUrl::parse(url).unwrap().to_string(), *url);
        }
    }

    #[test]
    fn every_product_has_a_base_in_both_data_centres_but_studio_in_the_eu() {
        for &product in Product::ALL {
            assert!(
                Endpoints::of(DataCenter::Us).base(product).is_ok(),
                "{product}"
            );
            let eu = Endpoints::of(DataCenter::Eu);
            assert_eq!(
                eu.base(product).is_ok(),
                product != Product::Studio,
                "{product}"
            );
        }
    }

    #[test]
    fn what_is_not_known_must_be_given() {
        let error = Endpoints::of(DataCenter::Eu)
            .base(Product::Studio)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("studio") && error.hint().is_some());
        assert!(Endpoints::custom().idm().is_err());
        let given = Endpoints::of(DataCenter::Eu).with(Product::Studio, "https://s.example/v1");
        assert_eq!(
            given.unwrap().base(Product::Studio).unwrap().to_string(),
            "https://s.example/v1"
        );
    }

    #[test]
    fn one_override_leaves_the_other_urls_alone() {
        let endpoints = Endpoints::of(DataCenter::Us)
            .with_idm("http://127.0.0.1:9/idm")
            .unwrap();
        assert_eq!(
            endpoints.idm().unwrap().to_string(),
            "http://127.0.0.1:9/idm"
        );
        assert_eq!(
            endpoints.base(Product::Tms).unwrap().to_string(),
            "https://us.cloud.memsource.com/web"
        );
    }

    #[test]
    fn a_data_centre_is_named_in_either_case_or_refused() {
        assert_eq!("EU".parse::<DataCenter>().unwrap(), DataCenter::Eu);
        let error = "de".parse::<DataCenter>().unwrap_err();
        assert_eq!(error.hint(), Some("one of eu, us"));
    }
}
