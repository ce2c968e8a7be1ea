use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::client::OAuthClient;
use crate::EmulatorError;
use crate::seed::{
    CONFIDENTIAL_CLIENT, NO_REFRESH_CLIENT, PKCE_CLIENT, PUBLIC_CLIENT, RAW_BASIC_CLIENT,
    TERSE_CLIENT,
};

/// The clients that an emulator knows, by id; ids are compared byte for byte.
#[derive(Clone)]
pub(crate) struct Clients(BTreeMap<String, Arc<OAuthClient>>);

impl Clients {
    pub(crate) fn new() -> Self {
        let native = |seeded| OAuthClient::seeded(seeded).any_loopback_port();
        let seeded = [
            native(&PUBLIC_CLIENT),
            native(&PKCE_CLIENT).requires_pkce(),
            native(&NO_REFRESH_CLIENT).without_refresh_tokens(),
            native(&TERSE_CLIENT).terse(),
            OAuthClient::seeded(&CONFIDENTIAL_CLIENT),
            OAuthClient::seeded(&RAW_BASIC_CLIENT).raw_basic(),
        ];
        let named = |client: OAuthClient| (client.id().to_owned(), Arc::new(client));
        Self(seeded.into_iter().map(named).collect())
    }

    pub(crate) fn add(&mut self, client: OAuthClient) -> Result<(), EmulatorError> {
        let known = self.0.contains_key(client.id());
        let flaw = client
            .flaw()
            .or(known.then_some("is known already, from the seeds or given twice"));
        if let Some(flaw) = flaw {
            return Err(EmulatorError::OAuthClient { flaw });
        }
        self.0.insert(client.id().to_owned(), Arc::new(client));
        Ok(())
    }

    /// Says whether there was one.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        self.0.remove(id).is_some()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &OAuthClient> {
        self.0.values().map(Arc::as_ref)
    }

    pub(super) fn named(&self, id: &str) -> Option<&Arc<OAuthClient>> {
        self.0.get(id)
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clients({})", self.0.len())
    }
}
