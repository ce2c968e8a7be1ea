use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::{CachePolicy, MemoryStore, Product, TokenCache, TokenStore};
use phrase_auth_emulator::{Emulator, EmulatorBuilder, Endpoint, RefreshRotation, seed};
use phrase_auth_oauth2::{OAuth2Auth, OAuth2Client};
use phrase_auth_platform::{PlatformAuth, ReqwestClient};

use super::tally::Tally;
use super::tap::Tap;

/// A scheme before an emulator of its own.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) emulator: Emulator,
    /// Where its tokens come from.
    pub(super) endpoint: Endpoint,
    /// What may go wrong with a token that was granted already.
    pub(super) loss: Loss,
    pub(super) tap: Arc<Tap>,
    /// One, or two over one store.
    pub(super) caches: Vec<TokenCache>,
    pub(super) client: ReqwestClient,
    pub(super) tally: Mutex<Tally>,
}

/// What becomes of a scheme that loses an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It asks once more.
    Harmless,
    /// It asks once more, but for an answer that says in another way that it was granted: it takes that for the last
    /// word, so that no account is locked.
    HarmlessIfLate,
    /// Its session is at an end, and so this does not happen here.
    Deadly,
}

impl World {
    pub(super) async fn all() -> Result<Vec<Arc<Self>>, Box<dyn Error>> {
        Ok(vec![
            Arc::new(Self::platform().await?),
            Arc::new(Self::apitoken().await?),
            Arc::new(Self::oauth2("oauth2", RefreshRotation::Rotate, Loss::Deadly).await?),
            Arc::new(Self::oauth2("oauth2, grace", GRACE, Loss::Harmless).await?),
        ])
    }

    async fn platform() -> Result<Self, Box<dyn Error>> {
        let (emulator, tap) = start(Emulator::builder().token_lifetime(LIFE)).await?;
        let auth = PlatformAuth::builder(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)
            .http_client(tap.clone())
            .policy(policy())
            .build()?;
        let caches = vec![auth.cache().clone()];
        let endpoint = Endpoint::TokenExchange;
        Self::of("platform", emulator, endpoint, Loss::Harmless, tap, caches)
    }

    async fn apitoken() -> Result<Self, Box<dyn Error>> {
        let (emulator, tap) = start(Emulator::builder().session_lifetime(SESSION)).await?;
        let user = seed::PLAIN_USER;
        for _ in 0..KEPT {
            emulator.issue_session(user.user_name)?;
        }
        let credentials = Credentials::new(user.user_name, user.password);
        let auth = ApiTokenAuth::builder(credentials, emulator.endpoints()?)
            .http_client(tap.clone())
            .policy(policy())
            .build()?;
        let caches = vec![auth.cache().clone()];
        let (endpoint, loss) = (Endpoint::Login, Loss::HarmlessIfLate);
        Self::of("apitoken", emulator, endpoint, loss, tap, caches)
    }

    async fn oauth2(
        name: &'static str,
        rotation: RefreshRotation,
        loss: Loss,
    ) -> Result<Self, Box<dyn Error>> {
        let builder = Emulator::builder()
            .oauth_token_lifetime(LIFE)
            .refresh_rotation(rotation);
        let (emulator, tap) = start(builder).await?;
        let (client, user) = (seed::PUBLIC_CLIENT, seed::PLAIN_USER);
        let issue = || emulator.issue_oauth(client.client_id, user.user_name);
        for _ in 0..KEPT {
            issue()?;
        }
        let oauth = OAuth2Client::builder(client.client_id, emulator.endpoints()?)
            .http_client(tap.clone())
            .policy(policy())
            .build()?;
        let login = issue()?.refresh_token.ok_or("no refresh token")?;
        let session = oauth.session_from_refresh_token(login, "jane")?;
        let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
        let of = || OAuth2Auth::from_store(oauth.clone(), Arc::clone(&store), "jane");
        let caches = vec![of()?.cache().clone(), of()?.cache().clone()];
        if let Some(first) = caches.first() {
            first.adopt(session).await?;
        }
        Self::of(name, emulator, Endpoint::OAuthToken, loss, tap, caches)
    }

    fn of(
        name: &'static str,
        emulator: Emulator,
        endpoint: Endpoint,
        loss: Loss,
        tap: Arc<Tap>,
        caches: Vec<TokenCache>,
    ) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            name,
            emulator,
            endpoint,
            loss,
            tap,
            caches,
            client: ReqwestClient::shared()?,
            tally: Mutex::default(),
        })
    }
}

async fn start(builder: EmulatorBuilder) -> Result<(Emulator, Arc<Tap>), Box<dyn Error>> {
    let tap = Tap::new(ReqwestClient::shared()?);
    Ok((builder.start().await?, Arc::new(tap)))
}

/// Short enough to live through hundreds of faults.
fn policy() -> CachePolicy {
    let mut policy = CachePolicy::default();
    policy.deadline = DEADLINE;
    policy.window_max = BACK_OFF;
    policy.retry_after_max = BACK_OFF;
    policy
}

/// Over after 950 ms, by the cache's margin.
const LIFE: Duration = Duration::from_secs(1);

/// The times of TMS are whole seconds: what is left of this when it arrives is between one second and two.
const SESSION: Duration = Duration::from_secs(2);

/// Longer than any fault lasts: a refresh token whose successor was lost brings it once more.
const GRACE: RefreshRotation = RefreshRotation::Grace(Duration::from_secs(60));

/// Of a fetch: much longer than anything takes here that is not held up on purpose.
pub(super) const DEADLINE: Duration = Duration::from_millis(1500);

/// The longest step of it.
pub(super) const BACK_OFF: Duration = Duration::from_secs(2);

/// An emulator remembers as many sessions and tokens: it is full from the start, so that it does not grow.
const KEPT: u32 = 10_000;
