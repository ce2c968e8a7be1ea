//! API tokens, TMS users and OAuth clients that every emulator knows from the start, and has back after
//! [`Emulator::reset`](crate::Emulator::reset).
//!
//! They are public, and no real system accepts them.

mod client;
mod error;
mod file;
mod options;
pub(crate) mod shape;
mod user;

pub use self::client::{
    CONFIDENTIAL_CLIENT, NO_REFRESH_CLIENT, PKCE_CLIENT, PUBLIC_CLIENT, RAW_BASIC_CLIENT,
    SeededClient, TERSE_CLIENT,
};
pub use self::error::SeedError;
pub use self::file::Seed;
pub use self::user::{
    ADMIN_USER, LOCKING_USER, MANY_ORGANIZATIONS_USER, NO_API_USER, PLAIN_USER, SECOND_FACTOR_CODE,
    SSO_USER, SeededAccount, SeededUser, TWO_FACTOR_USER,
};
pub(crate) use self::user::{ORGANIZATION, OTHER_ORGANIZATION};
use crate::Application;

/// A good API token, made for TMS.
pub const GOOD_TMS: &str = "phrase-emulator-good-tms";
/// A good API token, made for Strings.
pub const GOOD_STRINGS: &str = "phrase-emulator-good-strings";
/// A good API token, made for Orchestrator.
pub const GOOD_ORCHESTRATOR: &str = "phrase-emulator-good-orchestrator";
/// A good API token, made for Connectors.
pub const GOOD_CONNECTORS: &str = "phrase-emulator-good-connectors";
/// A good API token, made for Studio.
pub const GOOD_STUDIO: &str = "phrase-emulator-good-studio";
/// An API token past its 730 days: the exchange answers 400 `invalid_grant` (reference 1 and 3.3).
pub const EXPIRED: &str = "phrase-emulator-expired";
/// An API token that its owner deleted: the exchange answers 400 `invalid_grant`, as for an expired one
/// (reference 3.3).
pub const DELETED: &str = "phrase-emulator-deleted";
/// An API token made for Orchestrator, for callers of something else: the exchange succeeds, and any other
/// application answers 401 to its JWT (reference 3.4).
pub const OTHER_APPLICATION: &str = "phrase-emulator-other-application";

/// The good API token of an application.
#[must_use]
pub fn good(application: Application) -> &'static str {
    match application {
        Application::Tms => GOOD_TMS,
        Application::Strings => GOOD_STRINGS,
        Application::Orchestrator => GOOD_ORCHESTRATOR,
        Application::Connectors => GOOD_CONNECTORS,
        Application::Studio => GOOD_STUDIO,
    }
}
