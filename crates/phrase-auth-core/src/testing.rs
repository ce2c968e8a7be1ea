//! A manual clock, and sources and clients that answer from a script: for tests of code that
//! authenticates, without a server, without waiting, and without chance.

mod client;
mod fixed;
mod manual;
mod source;

pub use self::client::ScriptedClient;
pub use self::fixed::Fixed;
pub use self::manual::ManualRuntime;
pub use self::source::ScriptedSource;
