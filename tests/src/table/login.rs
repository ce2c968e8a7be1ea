use std::sync::Arc;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::{MemoryStore, Product, Runtime, StoreKey};
use phrase_auth_emulator::Emulator;

use super::held::Held;
use super::trial::{Bed, PASSWORD, Trial, USER_NAME};

pub(crate) async fn check(trial: Trial) {
    let bed = trial.bed(Emulator::builder()).await;
    let user = User::new(&bed, bed.clock.clone());
    let auth = &user.auth;
    let held = user.held();
    held.check(&bed, async { auth.cache().reset() }).await;
}

/// Somebody who logs in with a password, and whose token is in a store.
pub(crate) struct User {
    pub(crate) auth: ApiTokenAuth,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) key: StoreKey,
}

impl User {
    pub(crate) fn new(bed: &Bed, runtime: Arc<dyn Runtime>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let endpoints = bed.endpoints();
        let base = endpoints.base(Product::Tms).unwrap();
        let key = StoreKey::new(ApiTokenAuth::SCHEME, base, USER_NAME).unwrap();
        let credentials = Credentials::new(USER_NAME, PASSWORD);
        let auth = ApiTokenAuth::builder(credentials, endpoints)
            .http_client(bed.client())
            .runtime(runtime)
            .policy(bed.policy())
            .store(store.clone(), key.clone())
            .build()
            .unwrap();
        Self { auth, store, key }
    }

    pub(crate) fn held(&self) -> Held<'_> {
        Held {
            auth: &self.auth,
            cache: self.auth.cache(),
            store: self.store.clone(),
            key: self.key.clone(),
        }
    }
}
