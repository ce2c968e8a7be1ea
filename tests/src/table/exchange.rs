use std::sync::Arc;

use phrase_auth_core::{MemoryStore, Product, StoreKey};
use phrase_auth_emulator::Emulator;
use phrase_auth_platform::PlatformAuth;

use super::held::Held;
use super::trial::{API_TOKEN, Trial};

pub(crate) async fn check(trial: Trial) {
    let bed = trial.bed(Emulator::builder()).await;
    let store = Arc::new(MemoryStore::new());
    let endpoints = bed.endpoints();
    let base = endpoints.base(Product::Tms).unwrap();
    let key = StoreKey::new(PlatformAuth::SCHEME, base, "jane").unwrap();
    let auth = PlatformAuth::builder(API_TOKEN, endpoints, Product::Tms)
        .http_client(bed.client())
        .runtime(bed.clock.clone())
        .policy(bed.policy())
        .store(store.clone(), key.clone())
        .build()
        .unwrap();
    let held = Held {
        auth: &auth,
        cache: auth.cache(),
        store,
        key,
    };
    held.check(&bed, async { auth.cache().reset() }).await;
}
