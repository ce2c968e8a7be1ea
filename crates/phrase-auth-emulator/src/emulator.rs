use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use phrase_auth_core::{AuthError, DataCenter, Endpoints};

use crate::server::Server;
use crate::world::World;
use crate::{
    ApiToken, Application, AuthorizeError, Clock, EmulatorBuilder, EmulatorError, Faults,
    IssuedTokens, KnownApiToken, KnownClient, KnownUser, Log, OAuthClient, Person, Snapshot,
    TmsUser, endpoints_at, seed,
};

/// A running emulator. Dropping it stops the server, ends its connections and frees its port before `drop` returns;
/// that takes a moment and waits for no client.
///
/// Owns its server's thread. Its handles ([`Clock`], [`Log`]) may be kept longer.
#[must_use = "the server stops when this is dropped"]
pub struct Emulator {
    world: Arc<World>,
    // Only held: its drop is the stop. None for a router in a server of somebody else.
    _server: Option<Server>,
}

impl Emulator {
    pub(crate) fn new(world: Arc<World>, server: Server) -> Self {
        Self {
            world,
            _server: Some(server),
        }
    }

    pub(crate) fn without_server(world: Arc<World>) -> Self {
        Self {
            world,
            _server: None,
        }
    }

    /// The options to start with.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    /// Starts on a free port, with every option as it is.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::Start`] and [`EmulatorError::Port`], if the machine has no thread or port left.
    pub async fn start() -> Result<Self, EmulatorError> {
        Self::builder().start().await
    }

    /// The origin, `http://127.0.0.1:PORT`, or `https` with [`EmulatorBuilder::tls`], without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.world.origin()
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.world.here.port
    }

    /// The data centre that it plays.
    #[must_use]
    pub fn data_center(&self) -> DataCenter {
        self.world.data_center
    }

    /// The base URL of an application's API, in the place of those of reference 2.
    #[must_use]
    pub fn base_url(&self, product: Application) -> String {
        self.world.base_url(product)
    }

    /// The base URL of the identity service; the token endpoint is `/oauth/token` below it (reference 3.1).
    #[must_use]
    pub fn idm_base_url(&self) -> String {
        self.world.idm_base_url()
    }

    /// All base URLs: of each product that is served, by [`Application::name`], and of the identity service as `idm`.
    #[must_use]
    pub fn base_urls(&self) -> BTreeMap<&'static str, String> {
        self.world.base_urls()
    }

    /// Where its admin door is, for a program that is not this one.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.world.admin_url()
    }

    /// Its endpoints, for an authenticator of the client library: [`endpoints_at`] its origin.
    ///
    /// # Errors
    ///
    /// None in practice: a loopback literal passes every rule on URLs.
    pub fn endpoints(&self) -> Result<Endpoints, AuthError> {
        endpoints_at(&self.url(), self.data_center())
    }

    /// The environment that points a program at this emulator: `PHRASE_AUTH_EMULATOR`, `PHRASE_IDM_BASE_URL`,
    /// `PHRASE_TMS_BASE_URL` and `PHRASE_STRINGS_BASE_URL`. No secret is among them.
    #[must_use]
    pub fn env(&self) -> Vec<(&'static str, String)> {
        self.world.env().into()
    }

    /// A handle to its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.world.clock.clone()
    }

    /// A handle to its request log.
    #[must_use]
    pub fn log(&self) -> Log {
        self.world.log.clone()
    }

    /// A handle to its faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.world.faults.clone()
    }

    /// The certificate of its certificate authority, as PEM, for clients to believe; `None` without
    /// [`EmulatorBuilder::tls`]. Its key never leaves the emulator, and is gone with it.
    #[must_use]
    pub fn ca_pem(&self) -> Option<String> {
        self.world.ca_pem()
    }

    /// Back to the state of the start: the clock is where it began, the log is empty, no fault rule is in force. No JWT
    /// issued, no TMS session started and nothing that OAuth gave so far is accepted any more, no page of an
    /// authorization leads on, no user is locked, wrong passwords, used codes and ended sessions are forgotten, and the
    /// first key signs again. API tokens, users and OAuth clients are those of the start: what was added to the running
    /// emulator goes, what was removed comes back. The port, the connections and every option stay.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Every JWT issued so far is answered 401 from now on; API tokens stay good, and the next exchange brings a JWT
    /// that is accepted. Phrase documents no such revocation (mark U of reference 3.4): it is how a test makes a
    /// fresh token refused. TMS sessions and what OAuth gave are not touched:
    /// [`Emulator::end_sessions`] and [`Emulator::revoke_oauth`] are for those.
    pub fn revoke_tokens(&self) {
        self.world.revoke_tokens();
    }

    /// As if this user had logged out in the browser (reference 5.5): every session of the user, whichever account it
    /// is of, is answered 401 from now on, and the next login brings one that is accepted. It says how many were
    /// running: none for a user that nobody knows.
    ///
    /// From then on a login response of this user has `lastInvalidateAllSessionsPerformed`; that the two belong
    /// together is our assumption (mark U of reference 5.2).
    pub fn end_sessions(&self, user_name: &str) -> usize {
        self.world.end_sessions(user_name)
    }

    /// One more user, from now on and until [`Emulator::reset`].
    ///
    /// # Errors
    ///
    /// [`EmulatorError::TmsUser`] says what is wrong with it; nothing has changed.
    pub fn add_user(&self, user: TmsUser) -> Result<(), EmulatorError> {
        self.world.add_user(user)
    }

    /// Takes a user away, also a seeded one, until [`Emulator::reset`]: logins are answered 401 from now on, sessions
    /// are over, and what the user allowed to applications is taken back. It says whether there was one.
    pub fn remove_user(&self, user_name: &str) -> bool {
        self.world.remove_user(user_name)
    }

    /// Every user that is known now, also the seeded ones, by name.
    #[must_use]
    pub fn users(&self) -> Vec<KnownUser> {
        self.world.users()
    }

    /// One more API token, from now on and until [`Emulator::reset`].
    ///
    /// # Errors
    ///
    /// [`EmulatorError::ApiToken`] says what is wrong with it; nothing has changed.
    pub fn add_api_token(&self, token: ApiToken) -> Result<(), EmulatorError> {
        self.world.add_api_token(token)
    }

    /// Takes an API token away, also a seeded one, until [`Emulator::reset`]: the exchange answers 400
    /// `invalid_grant` from now on, as for one that its owner deleted (reference 3.3). JWTs that were made of it stay
    /// good, our assumption. It says whether there was one.
    pub fn remove_api_token(&self, value: &str) -> bool {
        self.world.remove_api_token(value)
    }

    /// Every API token that is known now, also the seeded ones, by application.
    #[must_use]
    pub fn api_tokens(&self) -> Vec<KnownApiToken> {
        self.world.api_tokens()
    }

    /// The code that a user with a second factor, such as [`seed::TWO_FACTOR_USER`](crate::seed::TWO_FACTOR_USER),
    /// would read off a device now, by the emulator's clock: six digits (RFC 6238, SHA-1). It is good once for each
    /// user, for these 30 seconds and the next.
    #[must_use]
    pub fn second_factor_code(&self) -> String {
        self.world.second_factor_code()
    }

    /// Plays the person before the browser: [`seed::PLAIN_USER`] opens this authorize URL, logs in, and allows what the
    /// client asks. It gives back where the browser is sent, with `code` and `state`, and follows it nowhere.
    ///
    /// The pages do the same, over HTTP; here nothing travels, so nothing is in the log.
    ///
    /// A request with a fault that its client may be told of comes back as a redirect too, with `error` in the place of
    /// `code` (RFC 6749, 4.1.2.1).
    ///
    /// # Errors
    ///
    /// [`AuthorizeError::Page`] says what is wrong with a request that leads to an error page,
    /// [`AuthorizeError::Elsewhere`] is for a URL of something else.
    pub fn authorize(&self, url: &str) -> Result<String, AuthorizeError> {
        self.authorize_as(url, &Person::of(&seed::PLAIN_USER))
    }

    /// [`Emulator::authorize`] with another person, or one who denies it: then the redirect has `error=access_denied`.
    ///
    /// # Errors
    ///
    /// Those of [`Emulator::authorize`], and [`AuthorizeError::Login`] for a person whom the login page refuses.
    pub fn authorize_as(&self, url: &str, person: &Person) -> Result<String, AuthorizeError> {
        person.authorize(&self.world, url)
    }

    /// As if this user had taken back what was allowed to applications (our assumption: Phrase documents no way to,
    /// reference 6): from now on their codes and refresh tokens are answered `invalid_grant`, and their access tokens
    /// 401. It says of how many consents something was still good: none for a user that nobody knows.
    pub fn revoke_oauth(&self, user_name: &str) -> usize {
        self.world.revoke_oauth(user_name)
    }

    /// A JWT as the exchange gives for an API token of this application (reference 3.2), without a request.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::NoToken`].
    pub fn issue_jwt(&self, application: Application) -> Result<String, EmulatorError> {
        self.world.issue_jwt(application)
    }

    /// The token of a session of this user's first account, as a login gives it (reference 5.2), without a request. No
    /// password and no code is asked for, and neither single sign-on, nor an edition without API access, nor a lock
    /// stands in the way.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::UnknownName`] for a user that nobody knows, [`EmulatorError::NoToken`].
    pub fn issue_session(&self, user_name: &str) -> Result<String, EmulatorError> {
        self.world.issue_session(user_name)
    }

    /// Tokens as this OAuth client gets them when this user has allowed it (reference 6.1), without a request and
    /// without a scope.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::UnknownName`] for a client or a user that nobody knows, [`EmulatorError::NoToken`].
    pub fn issue_oauth(
        &self,
        client_id: &str,
        user_name: &str,
    ) -> Result<IssuedTokens, EmulatorError> {
        self.world.issue_oauth(client_id, user_name)
    }

    /// As if the time of this token were over, also for a clock that is set back. It says whether the token was good
    /// until then: `false` too for one that this emulator did not give.
    ///
    /// A JWT, the token of a TMS session and an OAuth access token are answered 401 from now on, a refresh token and a
    /// code `invalid_grant`. Whatever else came of the same consent stays good. API tokens are not meant.
    pub fn expire(&self, token: &str) -> bool {
        self.world.expire(token)
    }

    /// Takes this token back. It says whether the token was good until then: `false` too for one that this emulator did
    /// not give.
    ///
    /// Of a JWT or the token of a TMS session that ends just this one. A code, an access token or a refresh token of
    /// OAuth takes everything with it that came of the same consent (RFC 7009, 2.1), even if it was itself over
    /// already. API tokens are not meant.
    pub fn revoke(&self, token: &str) -> bool {
        self.world.revoke(token)
    }

    /// One more OAuth client, until [`Emulator::reset`].
    ///
    /// # Errors
    ///
    /// [`EmulatorError::OAuthClient`] says what is wrong with it; then nothing has changed.
    pub fn add_client(&self, client: OAuthClient) -> Result<(), EmulatorError> {
        self.world.add_client(client)
    }

    /// Forgets an OAuth client, of the start or not, until [`Emulator::reset`]. Its pages lead nowhere any more, its
    /// codes and tokens are revoked for good. It says whether there was one.
    pub fn remove_client(&self, client_id: &str) -> bool {
        self.world.remove_client(client_id)
    }

    /// The OAuth clients that are known now, by id.
    #[must_use]
    pub fn clients(&self) -> Vec<KnownClient> {
        self.world.clients()
    }

    /// Keeps everything that decides answers: clock, keys, which JWTs stand, API tokens, users, sessions and what is
    /// remembered of logins, OAuth clients, pages, codes and tokens. Not the log, which is what happened, and no
    /// option.
    ///
    /// Take it while no request is under way: it is not all of one instant.
    pub fn snapshot(&self) -> Snapshot {
        self.world.snapshot()
    }

    /// Back to a snapshot of this emulator. What was good then is good again, whatever became of it. What was given
    /// since is refused, as never given, and no JWT gets the number of another. The log stays.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::OtherSnapshot`] for one of another emulator; then nothing has changed.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), EmulatorError> {
        self.world.restore(snapshot)
    }

    /// The other key signs from now on, under the next [`Emulator::key_id`]. JWTs of the key before are answered 401,
    /// and the next exchange brings one that is accepted: a server that has thrown its old key away. Phrase documents
    /// neither keys nor their rotation (mark U of reference 3.4).
    pub fn rotate_keys(&self) {
        self.world.rotate_keys();
    }

    /// The `kid` of the JWTs that are issued now: `phrase-emulator-worthless-1` at the start, and one higher after each
    /// [`Emulator::rotate_keys`].
    #[must_use]
    pub fn key_id(&self) -> String {
        self.world.mint.key_id()
    }

    /// The public half of the key that signs the JWTs now, as PEM. Its other half is public too, in this crate's
    /// source: a signature by it proves nothing. There are two, which take turns.
    #[must_use]
    pub fn public_key_pem(&self) -> &'static str {
        self.world.mint.public_key_pem()
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url())
            .field("data_center", &self.world.data_center)
            .finish_non_exhaustive()
    }
}
