//! Over real sockets, with nothing but TCP on the client's side.

mod admin;
mod doors;
mod exchange;
mod expectations;
mod expires;
mod faults;
mod handles;
mod leniency;
mod limits;
mod lock;
mod login;
mod login_other;
mod misuse;
mod oauth;
mod people;
mod protected;
mod second_factor;
mod secrets;
mod seed_file;
mod sessions;
mod snapshots;
mod start;
mod tls;
mod tokens;
mod users;
mod wire;
