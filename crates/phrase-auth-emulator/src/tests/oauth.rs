//! The OAuth 2.0 of TMS.

mod bearer;
mod browser;
mod client;
mod code;
mod decision;
mod leniency;
mod pages;
mod person;
mod pkce;
mod redirect;
mod refresh;
mod request;
mod rotation;
mod run_time;
mod secrets;
mod state;
mod tickets;
mod token;
mod wire;
