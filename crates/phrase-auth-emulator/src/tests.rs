//! Over real sockets, with nothing but TCP on the client's side.

mod exchange;
mod handles;
mod limits;
mod protected;
mod wire;
