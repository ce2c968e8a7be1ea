use std::fmt;

use phrase_auth_core::{AuthError, DataCenter, Endpoints, Product};

/// An application of the platform that a token can be made for.
///
/// A platform API token, and the JWT that is made of it, belongs to exactly one of them (reference 1 and 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Application {
    /// Translation management; asks for `Authorization: Bearer` (reference 2).
    Tms,
    /// Software strings; asks for `Authorization: Bearer` and a `User-Agent` (reference 2 and 10.1).
    Strings,
    /// Workflows; asks for `Authorization: Bearer` (reference 2 and 7).
    Orchestrator,
    /// Connectors; takes `Authorization: Bearer`, and `Authentication: Bearer` as the documentation prints it
    /// (reference 7).
    Connectors,
    /// Studio; asks for the bare value in `X-API-Key` (reference 7).
    Studio,
}

impl Application {
    /// Every application that this emulator serves.
    pub const ALL: &'static [Self] = &[
        Self::Tms,
        Self::Strings,
        Self::Orchestrator,
        Self::Connectors,
        Self::Studio,
    ];

    /// The name in lower case: `tms`, `strings`, …; also the audience of the emulator's JWTs (our assumption,
    /// mark U of reference 3.4).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tms => "tms",
            Self::Strings => "strings",
            Self::Orchestrator => "orchestrator",
            Self::Connectors => "connectors",
            Self::Studio => "studio",
        }
    }

    /// The product of the client library that it belongs to.
    #[must_use]
    pub fn product(self) -> Product {
        match self {
            Self::Tms => Product::Tms,
            Self::Strings => Product::Strings,
            Self::Orchestrator => Product::Orchestrator,
            Self::Connectors => Product::Connectors,
            Self::Studio => Product::Studio,
        }
    }

    /// Where the application's base URL points, below the emulator's origin; as on the real hosts but for
    /// Studio (reference 2), which keeps base URLs of several products apart on one origin.
    pub(crate) fn base_path(self) -> &'static str {
        match self {
            Self::Tms => "/web",
            Self::Strings => "/v2",
            Self::Orchestrator => "/orchestrator/api/v1",
            Self::Connectors => "/connectors",
            Self::Studio => "/studio/v1",
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The endpoints of an emulator at `origin`, which may run in another process: the identity service and every product,
/// also those that it does not serve, so that nothing meant for it can reach a real host.
///
/// # Errors
///
/// `Config` for an origin that a secret may not be sent to.
pub fn endpoints_at(origin: &str, data_center: DataCenter) -> Result<Endpoints, AuthError> {
    let idm = Endpoints::of(data_center).with_idm(&format!("{origin}/idm"))?;
    Product::ALL.iter().try_fold(idm, |endpoints, &product| {
        let served = Application::ALL
            .iter()
            .find(|application| application.product() == product);
        let path = match served {
            Some(application) => application.base_path().to_owned(),
            None => format!("/not-served/{product}"),
        };
        endpoints.with(product, &format!("{origin}{path}"))
    })
}
