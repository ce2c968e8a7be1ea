use super::kind::FaultKind;
use crate::Endpoint;

/// A fault, and when it happens; made by [`fault`], and in force once [`Faults::add`](crate::Faults::add) has it.
///
/// By default it befalls every request that it fits, at any endpoint, for ever, and the request has no effect: it is as
/// if it had never arrived. A fault that changes the true answer needs one, so there the request takes effect.
#[derive(Clone, Debug)]
#[must_use = "a rule does nothing until `Faults::add`"]
pub struct FaultRule {
    pub(super) kind: FaultKind,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) skip: u64,
    pub(super) times: Option<u64>,
    pub(super) probability: f64,
    pub(super) takes_effect: bool,
}

/// A rule for this fault.
///
/// ```
/// use phrase_auth_emulator::{Emulator, Endpoint, FaultKind, fault};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::builder().start_blocking()?;
/// // The second and the third exchange are answered 503.
/// let rule = fault(FaultKind::status(503)).on(Endpoint::TokenExchange).skip(1).times(2);
/// emulator.faults().add(rule)?;
/// // Half of all logins are answered with half a body.
/// let rule = fault("close-in-body".parse()?).on(Endpoint::Login).probability(0.5);
/// emulator.faults().add(rule)?;
/// # Ok(())
/// # }
/// ```
pub fn fault(kind: FaultKind) -> FaultRule {
    FaultRule {
        kind,
        endpoint: None,
        skip: 0,
        times: None,
        probability: 1.0,
        takes_effect: false,
    }
}

impl FaultRule {
    /// Only requests to this endpoint.
    pub fn on(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Spares the first so many requests that it would befall.
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Happens so many times, and then never again.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// How likely it is each time, from 0, exclusive, to 1, which is the default. The draws are the same in every
    /// emulator, and begin anew with [`Emulator::reset`](crate::Emulator::reset).
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// The request takes effect, and then its answer goes wrong: a refresh token is used up, a session has started, and
    /// the client does not hear of it.
    pub fn takes_effect(mut self) -> Self {
        self.takes_effect = true;
        self
    }
}
