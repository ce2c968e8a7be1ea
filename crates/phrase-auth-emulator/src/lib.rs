#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod admin;
mod answer;
mod api_token;
mod api_tokens;
mod application;
mod builder;
mod call;
mod clock;
mod credential;
mod door;
mod emulator;
mod endpoint;
mod error;
mod exchange;
mod fault;
pub mod fidelity;
mod flaw;
mod form;
mod host;
mod json;
mod jwt;
mod leniency;
mod log;
mod media;
mod moment;
mod oauth;
mod protected;
mod reply;
pub mod seed;
mod server;
mod shelf;
mod table;
mod tls;
mod tms;
mod wire;
mod word;
mod world;

#[cfg(test)]
mod tests;

pub use api_token::{ApiToken, ApiTokenFate, KnownApiToken};
pub use application::{Application, endpoints_at};
pub use builder::EmulatorBuilder;
pub use clock::Clock;
pub use emulator::Emulator;
pub use endpoint::{Endpoint, UnknownEndpoint};
pub use error::EmulatorError;
pub use fault::{FaultError, FaultKind, FaultRule, FaultStatus, Faults, fault};
pub use leniency::Leniency;
pub use log::{Expectation, Log, LogEntry, LogFilter, Miss, Unmet};
pub use oauth::{AuthorizeError, IssuedTokens, KnownClient, OAuthClient, Person, RefreshRotation};
pub use seed::{Seed, SeedError};
pub use tms::{ExpiresForm, KnownAccount, KnownUser, TmsUser};
pub use world::Snapshot;
