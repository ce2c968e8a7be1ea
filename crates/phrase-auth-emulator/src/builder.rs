use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use phrase_auth_core::DataCenter;

use crate::admin::Snapshots;
use crate::api_tokens::ApiTokens;
use crate::door;
use crate::fault::Faults;
use crate::host::Here;
use crate::jwt::Mint;
use crate::leniency::Leniencies;
use crate::oauth::{Clients, OAuth, Terms};
use crate::server::{Listener, Server, Start};
use crate::tls::Tls;
use crate::tms::{Tms, Users};
use crate::world::{Limits, World};
use crate::{
    ApiToken, Application, Clock, Emulator, EmulatorError, ExpiresForm, Leniency, Log, OAuthClient,
    RefreshRotation, Seed, TmsUser,
};

/// What an emulator is started with; made by [`Emulator::builder`].
#[must_use = "a builder does nothing until `start`"]
pub struct EmulatorBuilder {
    port: u16,
    tls: bool,
    data_center: DataCenter,
    token_lifetime: Duration,
    session_lifetime: Duration,
    expires_form: ExpiresForm,
    latency: Duration,
    leniencies: Leniencies,
    starts_at: Option<SystemTime>,
    api_tokens: Vec<ApiToken>,
    tms_users: Vec<TmsUser>,
    oauth_clients: Vec<OAuthClient>,
    oauth_terms: Terms,
    oauth_issuer: bool,
    pub(crate) limits: Limits,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            tls: false,
            data_center: DataCenter::Eu,
            token_lifetime: TOKEN_LIFETIME,
            session_lifetime: SESSION_LIFETIME,
            expires_form: ExpiresForm::default(),
            latency: Duration::ZERO,
            leniencies: Leniencies::default(),
            starts_at: None,
            api_tokens: Vec::new(),
            tms_users: Vec::new(),
            oauth_clients: Vec::new(),
            oauth_terms: Terms {
                lifetime: ACCESS_TOKEN_LIFETIME,
                rotation: RefreshRotation::default(),
            },
            oauth_issuer: false,
            limits: Limits::default(),
        }
    }

    /// The port of 127.0.0.1 to listen on; by default 0, which takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Speaks HTTPS, with a certificate of a certificate authority of its own: [`Emulator::ca_pem`] is what a client
    /// has to believe. Both are made at the start.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// The data centre to play; by default [`DataCenter::Eu`].
    pub fn data_center(mut self, data_center: DataCenter) -> Self {
        self.data_center = data_center;
        self
    }

    /// How long a JWT lives by the emulator's clock; told to the client as `expires_in`, in whole seconds, cut.
    /// By default 14399 s, the documentation's sample (reference 3.2).
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// How long a TMS session lives by the emulator's clock; told to the client as `expires`, in whole seconds,
    /// rounded up. By default 24 hours (reference 5.5).
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self
    }

    /// How the times in a login response are written; by default [`ExpiresForm::Zulu`].
    pub fn expires_form(mut self, form: ExpiresForm) -> Self {
        self.expires_form = form;
        self
    }

    /// How long whatever hands out tokens thinks before it answers, in real time; by default not at all. That is the
    /// two token endpoints, login and loginOther; not the pages of the authorize endpoint.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Switches a strict rule off.
    pub fn leniency(mut self, leniency: Leniency) -> Self {
        self.leniencies.add(leniency);
        self
    }

    /// Where the emulator's clock starts, and is after [`Emulator::reset`]; cut to the whole second. By default the
    /// real time of the start.
    pub fn starts_at(mut self, time: SystemTime) -> Self {
        self.starts_at = Some(time);
        self
    }

    /// One more API token. Known again after [`Emulator::reset`].
    pub fn api_token(mut self, token: ApiToken) -> Self {
        self.api_tokens.push(token);
        self
    }

    /// One more TMS user. Known again after [`Emulator::reset`].
    pub fn tms_user(mut self, user: TmsUser) -> Self {
        self.tms_users.push(user);
        self
    }

    /// How long an OAuth access token lives by the emulator's clock; told to the client as `expires_in`, in whole
    /// seconds, cut. By default an hour, as a working client reports (reference 6.2).
    pub fn oauth_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.oauth_terms.lifetime = lifetime;
        self
    }

    /// What becomes of an OAuth refresh token that is used; by default [`RefreshRotation::Rotate`].
    pub fn refresh_rotation(mut self, rotation: RefreshRotation) -> Self {
        self.oauth_terms.rotation = rotation;
        self
    }

    /// Whether the answers of the authorize endpoint name their issuer in `iss` (RFC 9207): the emulator's base URL for
    /// TMS. By default they do not, as Phrase documents none.
    pub fn oauth_issuer(mut self, named: bool) -> Self {
        self.oauth_issuer = named;
        self
    }

    /// One more OAuth client. Kept across [`Emulator::reset`].
    pub fn oauth_client(mut self, client: OAuthClient) -> Self {
        self.oauth_clients.push(client);
        self
    }

    /// Takes all that a seed has: its users, API tokens and clients besides those that are there, its options in the
    /// place of those that are there.
    pub fn seed(self, seed: Seed) -> Self {
        seed.apply(self)
    }

    /// Starts the server. When this returns, it answers.
    ///
    /// It runs on a thread and a runtime of its own, so it needs none of the caller's, and a caller that blocks or
    /// pauses its runtime's time does not stop it.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::PortTaken`] names a port that somebody else holds; [`EmulatorError::ApiToken`] says what is
    /// wrong with a token of [`EmulatorBuilder::api_token`], [`EmulatorError::TmsUser`] with a user of
    /// [`EmulatorBuilder::tms_user`], [`EmulatorError::OAuthClient`] with a client of
    /// [`EmulatorBuilder::oauth_client`]. Nothing is left running.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        let (world, start) = self.begin()?;
        Ok(Emulator::new(world, start.wait().await?))
    }

    /// [`EmulatorBuilder::start`] for who has no runtime: it waits on the thread of the caller, for as long as a thread
    /// takes to start. Within a runtime it works as well.
    ///
    /// # Errors
    ///
    /// Those of [`EmulatorBuilder::start`].
    pub fn start_blocking(self) -> Result<Emulator, EmulatorError> {
        let (world, start) = self.begin()?;
        Ok(Emulator::new(world, start.wait_blocking()?))
    }

    /// The emulator without a server: its endpoints and its admin door as a router, for an axum server of one's own,
    /// and its handles. That server has to listen on [`EmulatorBuilder::port`] of 127.0.0.1; limits on connections and
    /// heads are its own. Faults that no HTTP server commits are answered 501 there, with an explanation.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::Router`] without a port, and with [`EmulatorBuilder::tls`], which is the server's; else those
    /// of [`EmulatorBuilder::start`] that are about seeds.
    pub fn router(self) -> Result<(Router, Emulator), EmulatorError> {
        if self.port == 0 || self.tls {
            return Err(EmulatorError::Router);
        }
        let port = self.port;
        let world = Arc::new(self.into_world(port)?);
        let router = door::router(Arc::clone(&world));
        Ok((router, Emulator::without_server(world)))
    }

    fn begin(self) -> Result<(Arc<World>, Start), EmulatorError> {
        let listener = Listener::bind(self.port)?;
        let port = listener.port();
        let world = Arc::new(self.into_world(port)?);
        let start = Server::start(listener, Arc::clone(&world))?;
        Ok((world, start))
    }

    fn into_world(self, port: u16) -> Result<World, EmulatorError> {
        let mut api_tokens = ApiTokens::new();
        for token in self.api_tokens {
            api_tokens.add(token)?;
        }
        let mut users = Users::new();
        for user in self.tms_users {
            users.add(user)?;
        }
        let mut clients = Clients::new();
        for client in self.oauth_clients {
            clients.add(client)?;
        }
        let here = Here {
            port,
            tls: self.tls,
        };
        let tms = format!("{}{}", here.origin(), Application::Tms.base_path());
        let issuer = self.oauth_issuer.then_some(tms);
        Ok(World {
            here,
            data_center: self.data_center,
            clock: Clock::starting_at(self.starts_at.unwrap_or_else(SystemTime::now)),
            log: Log::new(),
            mint: Mint::new(self.data_center)?,
            api_tokens: Mutex::new(api_tokens.clone()),
            api_tokens_at_start: api_tokens,
            tms: Tms::new(users, self.session_lifetime),
            oauth: OAuth::new(clients, issuer, self.oauth_terms),
            token_lifetime: self.token_lifetime,
            expires_form: self.expires_form,
            latency: self.latency,
            leniencies: self.leniencies,
            limits: self.limits,
            snapshots: Snapshots::default(),
            faults: Faults::new(self.tls),
            tls: self.tls.then(Tls::new).transpose()?,
        })
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("data_center", &self.data_center)
            .field("token_lifetime", &self.token_lifetime)
            .field("session_lifetime", &self.session_lifetime)
            .field("expires_form", &self.expires_form)
            .field("latency", &self.latency)
            .field("leniencies", &self.leniencies)
            .field("starts_at", &self.starts_at)
            .field("api_tokens", &self.api_tokens.len())
            .field("tms_users", &self.tms_users.len())
            .field("oauth_clients", &self.oauth_clients.len())
            .field("oauth_terms", &self.oauth_terms)
            .field("oauth_issuer", &self.oauth_issuer)
            .finish_non_exhaustive()
    }
}

/// The sample of the documentation: one second under four hours (reference 3.2).
const TOKEN_LIFETIME: Duration = Duration::from_secs(14_399);

/// Reference 5.5.
const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What a working client reports: about an hour (reference 6.2).
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);
