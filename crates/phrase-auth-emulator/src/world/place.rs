use super::World;
use crate::Application;
use crate::tls::Tls;

/// Where everything is.
impl World {
    /// Without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        self.here.origin()
    }

    pub(crate) fn base_url(&self, application: Application) -> String {
        format!("{}{}", self.origin(), application.base_path())
    }

    pub(crate) fn idm_base_url(&self) -> String {
        format!("{}/idm", self.origin())
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
