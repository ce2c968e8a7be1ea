use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use phrase_auth_core::DataCenter;

use crate::jwt::Mint;
use crate::seed::Seeds;
use crate::server::{Listener, Server};
use crate::world::{Limits, World};
use crate::{Application, Clock, Emulator, EmulatorError, Log};

/// What an emulator is started with; made by [`Emulator::builder`].
#[must_use = "a builder does nothing until `start`"]
pub struct EmulatorBuilder {
    port: u16,
    data_center: DataCenter,
    token_lifetime: Duration,
    latency: Duration,
    api_tokens: Vec<(String, Application)>,
    pub(crate) limits: Limits,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            data_center: DataCenter::Eu,
            token_lifetime: TOKEN_LIFETIME,
            latency: Duration::ZERO,
            api_tokens: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// The port of 127.0.0.1 to listen on; by default 0, which takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
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

    /// How long the token endpoint thinks before it answers, in real time; by default not at all.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// One more good API token, made for an application. Kept across [`Emulator::reset`].
    pub fn api_token(mut self, value: impl Into<String>, product: Application) -> Self {
        self.api_tokens.push((value.into(), product));
        self
    }

    /// Starts the server. When this returns, it answers.
    ///
    /// It runs on a thread and a runtime of its own, so it needs none of the caller's, and a caller that blocks or
    /// pauses its runtime's time does not stop it.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::PortTaken`] names a port that somebody else holds; [`EmulatorError::ApiToken`] says what is
    /// wrong with a token of [`EmulatorBuilder::api_token`]. Nothing is left running.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        let mut seeds = Seeds::new();
        for (value, product) in self.api_tokens {
            seeds.add(value, product)?;
        }
        let listener = Listener::bind(self.port)?;
        let world = Arc::new(World {
            port: listener.port(),
            data_center: self.data_center,
            clock: Clock::starting_at(SystemTime::now()),
            log: Log::new(),
            mint: Mint::new(self.data_center)?,
            seeds,
            token_lifetime: self.token_lifetime,
            latency: self.latency,
            limits: self.limits,
        });
        let server = Server::start(listener, Arc::clone(&world)).await?;
        Ok(Emulator::new(world, server))
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("port", &self.port)
            .field("data_center", &self.data_center)
            .field("token_lifetime", &self.token_lifetime)
            .field("latency", &self.latency)
            .field("api_tokens", &self.api_tokens.len())
            .finish_non_exhaustive()
    }
}

/// The sample of the documentation: one second under four hours (reference 3.2).
const TOKEN_LIFETIME: Duration = Duration::from_secs(14_399);
