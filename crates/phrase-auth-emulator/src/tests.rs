//! Over real sockets, with nothing but TCP on the client's side.

mod doors;
mod exchange;
mod expires;
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
mod tokens;
mod users;
mod wire;
