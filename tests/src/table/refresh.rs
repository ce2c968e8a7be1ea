use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{ErrorKind, MemoryStore, Session, TokenStore};
use phrase_auth_emulator::{Emulator, RefreshRotation};
use phrase_auth_oauth2::{ClientAuth, OAuth2Auth, OAuth2Client};

use super::held::Held;
use super::trial::{Bed, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Trial};

/// At a server with grace, where a refresh whose answer was lost can be repeated.
pub(crate) async fn check(trial: Trial) {
    let builder = Emulator::builder().refresh_rotation(RefreshRotation::Grace(GRACE));
    let bed = trial.bed(builder).await;
    let person = Person::logged_in(&bed, ClientAuth::Basic).await;
    let mend = async {
        // An administrator may mend what is forbidden, and all else takes a login.
        match bed.trial.expected.is_kind(ErrorKind::Forbidden) {
            true => person.auth.cache().reset(),
            false => person.log_in(&bed).await,
        }
    };
    person.held().check(&bed, mend).await;
}

/// Somebody who logs in with a browser, and whose session is in a store.
pub(crate) struct Person {
    pub(crate) oauth: OAuth2Client,
    pub(crate) auth: OAuth2Auth,
    pub(crate) store: Arc<MemoryStore>,
}

impl Person {
    fn new(bed: &Bed, proof: ClientAuth) -> Self {
        let oauth = OAuth2Client::builder(CLIENT_ID, bed.endpoints())
            .client_secret(CLIENT_SECRET, proof)
            .redirect_uri(REDIRECT_URI)
            .http_client(bed.client())
            .runtime(bed.clock.clone())
            .policy(bed.policy())
            .build()
            .unwrap();
        let store = Arc::new(MemoryStore::new());
        let shared: Arc<dyn TokenStore> = store.clone();
        let auth = OAuth2Auth::from_store(oauth.clone(), shared, USER).unwrap();
        Self { oauth, auth, store }
    }

    /// One who has a session already.
    pub(crate) async fn logged_in(bed: &Bed, proof: ClientAuth) -> Self {
        let person = Self::new(bed, proof);
        person.log_in(bed).await;
        person
    }

    pub(crate) fn held(&self) -> Held<'_> {
        Held {
            auth: &self.auth,
            cache: self.auth.cache(),
            store: self.store.clone(),
            key: self.oauth.key(USER).unwrap(),
        }
    }

    pub(crate) async fn log_in(&self, bed: &Bed) {
        let (url, pending) = self.oauth.begin().unwrap();
        let back = bed.emulator.authorize(&url).unwrap();
        let session = self.oauth.finish(pending, &back, USER).await.unwrap();
        self.adopt(session).await;
    }

    pub(crate) async fn adopt(&self, session: Session) {
        self.auth.cache().adopt(session).await.unwrap();
    }
}

pub(crate) const USER: &str = "jane";

/// Longer than any window.
const GRACE: Duration = Duration::from_secs(2 * 3600);
