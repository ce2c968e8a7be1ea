use super::World;
use crate::{EmulatorError, KnownClient, OAuthClient};

/// OAuth clients that come and go while the emulator runs.
impl World {
    pub(crate) fn add_client(&self, client: OAuthClient) -> Result<(), EmulatorError> {
        self.oauth.add_client(client)
    }

    pub(crate) fn remove_client(&self, client_id: &str) -> bool {
        self.oauth.remove_client(client_id)
    }

    pub(crate) fn clients(&self) -> Vec<KnownClient> {
        self.oauth.clients().all().map(KnownClient::from).collect()
    }
}
