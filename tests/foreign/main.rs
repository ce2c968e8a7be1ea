//! Our client before a server that nobody here wrote, oidc-provider, and in a real browser, Chromium.
//!
//! `cargo xtask ci foreign` brings both, and says where they are in `PHRASE_FOREIGN_SCRIPTS` (the folder with
//! the scripts and what they need) and `PHRASE_FOREIGN_SHOTS` (where pictures of the pages go). It runs the
//! program `phrase-auth` too, in `PHRASE_FOREIGN_PROGRAM`.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod server;
#[cfg(test)]
mod two_processes;

fn main() {}
