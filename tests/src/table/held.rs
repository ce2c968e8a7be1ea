use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, MemoryStore, Need, Session, StoreKey, Token, TokenCache,
    TokenStore,
};

use super::expected::{Outcome, Quality};
use super::harmless::assert_harmless;
use super::trial::Bed;

/// An authenticator with a cache and a store.
pub(crate) struct Held<'a> {
    pub(crate) auth: &'a dyn Authenticator,
    pub(crate) cache: &'a TokenCache,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) key: StoreKey,
}

impl Held<'_> {
    /// A forced renewal, ill and healed. `person` is what a person does about a last word.
    pub(crate) async fn check(&self, bed: &Bed, person: impl Future<Output = ()>) {
        let name = &bed.trial.name;
        let before = self.auth.header().await.expect(name);
        let kept = self.saved().await;
        let begun = bed.requests();
        bed.fall_ill();
        let newer = Need::default().newer_than(before.generation());
        let result = bed.patiently(self.auth.obtain(newer)).await;
        let arrived = bed.requests_since(begun);
        assert_eq!(arrived, bed.requests_when_ill(), "{name}: {result:?}");
        bed.heal();

        let newest = match (bed.trial.expected.outcome, result) {
            (Outcome::Good(quality), Ok(header)) => {
                assert!(header.generation() > before.generation(), "{name}");
                self.assert_good(bed, quality, &header).await;
                header
            }
            (Outcome::Fails { kind, stands }, Err(error)) => {
                assert_eq!(error.kind(), kind, "{name}: {error}");
                assert_eq!(error.verdict().is_some(), stands, "{name}: {error}");
                self.assert_harmless(bed, &error).await;
                let peeked = self.auth.peek().expect(name);
                assert_eq!(peeked.value(), before.value(), "{name}: cached");
                self.assert_unchanged(name, &kept, error.needs_login())
                    .await;
                bed.wait();
                if stands {
                    let so_far = bed.requests();
                    let again = self.auth.obtain(newer).await.expect_err(name);
                    assert_eq!(again.kind(), kind, "{name}: {again}");
                    assert_eq!(bed.requests(), so_far, "{name}: sent again");
                    person.await;
                }
                before
            }
            (expected, result) => panic!("{name}: {expected:?}, and came to {result:?}"),
        };

        let so_far = bed.requests();
        let newer = Need::default().newer_than(newest.generation());
        let after = self.auth.obtain(newer).await;
        let after = after.unwrap_or_else(|error| panic!("{name}, healed: {error}"));
        assert!(bed.requests_since(so_far) <= 1, "{name}: one request heals");
        assert!(bed.takes(&after).await, "{name}, healed");
    }

    /// The API takes it as the table says, and it is in the cache, unless it is too short-lived, and in the store.
    async fn assert_good(&self, bed: &Bed, quality: Quality, header: &AuthHeader) {
        let name = &bed.trial.name;
        let taken = bed.takes(header).await;
        assert_eq!(taken, quality != Quality::Taken, "{name}");
        let peeked = self.auth.peek().expect(name);
        let is_kept = peeked.value() == header.value();
        assert_eq!(is_kept, quality != Quality::Once, "{name}: cached");
        let session = self.session().await;
        let saved = session.token().secret().expose();
        assert_eq!(saved, header.token(), "{name}: stored");
        match quality {
            Quality::Taken => assert!(self.auth.reject(header), "{name}"),
            Quality::Kept | Quality::Once => bed.wait(),
        }
    }

    async fn assert_harmless(&self, bed: &Bed, error: &AuthError) {
        let name = &bed.trial.name;
        let place = error.endpoint().expect(name);
        assert!(place.contains(&bed.emulator.url()), "{name}: {error}");
        let secrets = self.secrets().await;
        assert_harmless(
            name,
            error,
            &[&self.auth, self.cache, &self.store],
            &secrets,
        );
    }

    /// Byte for byte, but for the note that a session was refused, which is for all who share it.
    async fn assert_unchanged(&self, name: &str, kept: &Bytes, noted: bool) {
        let saved = self.saved().await;
        if !noted || !self.renews().await {
            assert_eq!(saved, *kept, "{name}: stored");
            return;
        }
        let kept = Session::from_secret_bytes(kept).unwrap();
        let session = self.session().await;
        let [old, new] = [kept.token(), session.token()];
        assert_eq!(old.secret().expose(), new.secret().expose(), "{name}");
        let refresh = |token: &Token| token.refresh().unwrap().expose().to_owned();
        assert_eq!(refresh(old), refresh(new), "{name}");
    }

    async fn renews(&self) -> bool {
        self.session().await.token().refresh().is_some()
    }

    pub(crate) async fn saved(&self) -> Bytes {
        self.session().await.to_secret_bytes()
    }

    pub(crate) async fn session(&self) -> Session {
        self.store.load(&self.key).await.unwrap().unwrap()
    }

    /// The tokens that are in the store.
    pub(crate) async fn secrets(&self) -> Vec<String> {
        let session = self.session().await;
        let token = session.token();
        let secrets = [Some(token.secret()), token.refresh()]
            .into_iter()
            .flatten();
        secrets.map(|secret| secret.expose().to_owned()).collect()
    }
}
