use std::error::Error;
use std::sync::Arc;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::testing::ManualRuntime;
use phrase_auth_core::{
    Audience, Endpoints, HttpClient, Product, Session, StoreKey, TokenCache, TokenStore,
};
use phrase_auth_oauth2::{OAuth2Auth, OAuth2Client};
use phrase_auth_platform::PlatformAuth;

use super::server::{Form, Server};
use super::store::Disk;

/// A scheme before a server of its own, on one clock with it.
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) clock: Arc<ManualRuntime>,
    pub(super) server: Server,
    pub(super) cache: TokenCache,
    pub(super) shared: Option<Shared>,
}

/// What a scheme with a store has beside.
pub(super) struct Shared {
    /// As another process has it.
    pub(super) other: TokenCache,
    pub(super) disk: Disk,
    pub(super) key: StoreKey,
}

/// Each is made when its turn comes.
type Make = fn() -> Result<Subject, Box<dyn Error>>;

impl Subject {
    /// Each scheme that there is, and the cache alone.
    pub(super) fn all() -> [Make; 4] {
        [Self::alone, Self::platform, Self::apitoken, Self::oauth2]
    }

    fn alone() -> Result<Self, Box<dyn Error>> {
        let (clock, server) = pair(Form::Source);
        let cache = TokenCache::builder(server.clone(), Audience::new(TMS)?)
            .runtime(clock.clone())
            .build();
        Ok(Self::of("the cache alone", clock, server, cache))
    }

    fn platform() -> Result<Self, Box<dyn Error>> {
        let (clock, server) = pair(Form::Exchange);
        let endpoints = Endpoints::custom().with_idm(IDM)?.with(Product::Tms, TMS)?;
        let auth = PlatformAuth::builder("an API token", endpoints, Product::Tms)
            .http_client(client(&server))
            .runtime(clock.clone())
            .build()?;
        Ok(Self::of("platform", clock, server, auth.cache().clone()))
    }

    fn apitoken() -> Result<Self, Box<dyn Error>> {
        let (clock, server) = pair(Form::Login);
        let endpoints = Endpoints::custom().with(Product::Tms, TMS)?;
        let auth = ApiTokenAuth::builder(Credentials::new("jane", "a password"), endpoints)
            .http_client(client(&server))
            .runtime(clock.clone())
            .build()?;
        Ok(Self::of("apitoken", clock, server, auth.cache().clone()))
    }

    fn oauth2() -> Result<Self, Box<dyn Error>> {
        let (clock, server) = pair(Form::Refresh);
        let endpoints = Endpoints::custom().with(Product::Tms, TMS)?;
        let oauth = OAuth2Client::builder("a-client", endpoints)
            .http_client(client(&server))
            .runtime(clock.clone())
            .build()?;
        let disk = Disk::default();
        let key = oauth.key("jane")?;
        let session = oauth.session_from_refresh_token(Server::refresh_token(0), "jane")?;
        let of = |oauth: &OAuth2Client| {
            let store: Arc<dyn TokenStore> = Arc::new(disk.clone());
            OAuth2Auth::from_store(oauth.clone(), store, "jane")
        };
        let (auth, other) = (of(&oauth)?, of(&oauth)?);
        let cache = adopting(auth.cache().clone(), session)?;
        Ok(Self {
            shared: Some(Shared {
                other: other.cache().clone(),
                disk,
                key,
            }),
            ..Self::of("oauth2, two over a store", clock, server, cache)
        })
    }

    fn of(
        name: &'static str,
        clock: Arc<ManualRuntime>,
        server: Server,
        cache: TokenCache,
    ) -> Self {
        Self {
            name,
            clock,
            server,
            cache,
            shared: None,
        }
    }
}

/// Nothing here takes time, so that a runtime of its own will do.
fn adopting(cache: TokenCache, session: Session) -> Result<TokenCache, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(cache.adopt(session))?;
    Ok(cache)
}

fn pair(form: Form) -> (Arc<ManualRuntime>, Server) {
    let clock = Arc::new(ManualRuntime::new());
    (Arc::clone(&clock), Server::new(form, clock))
}

fn client(server: &Server) -> Arc<dyn HttpClient> {
    Arc::new(server.clone())
}

/// Names that nobody has (RFC 2606 section 2): a request that got out would go nowhere.
const IDM: &str = "https://idm.example/idm";
const TMS: &str = "https://tms.example/web";
