use std::collections::BTreeMap;

use super::World;
use crate::tls::Tls;
use crate::{Application, admin};

/// Where everything is.
impl World {
    /// Without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        self.here.origin()
    }

    pub(crate) fn base_url(&self, application: Application) -> String {
        format!("{}{}", self.origin(), application.base_path())
    }

    /// Of each product that is served, by its name, and of the identity service as `idm`.
    pub(crate) fn base_urls(&self) -> BTreeMap<&'static str, String> {
        let products = Application::ALL.iter();
        products
            .map(|product| (product.name(), self.base_url(*product)))
            .chain([("idm", self.idm_base_url())])
            .collect()
    }

    pub(crate) fn idm_base_url(&self) -> String {
        format!("{}/idm", self.origin())
    }

    pub(crate) fn admin_url(&self) -> String {
        format!("{}{}", self.origin(), admin::PREFIX)
    }

    pub(crate) fn env(&self) -> [(&'static str, String); 4] {
        [
            ("PHRASE_AUTH_EMULATOR", self.origin()),
            ("PHRASE_IDM_BASE_URL", self.idm_base_url()),
            ("PHRASE_TMS_BASE_URL", self.base_url(Application::Tms)),
            (
                "PHRASE_STRINGS_BASE_URL",
                self.base_url(Application::Strings),
            ),
        ]
    }

    pub(crate) fn ca_pem(&self) -> Option<String> {
        self.tls.as_ref().map(Tls::ca_pem)
    }
}
