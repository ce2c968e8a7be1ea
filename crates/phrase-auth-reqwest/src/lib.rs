#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod builder;
mod client;
mod config;
mod exchange;
mod fault;
mod proxy;
mod runtime;
mod tls;
mod transport;

pub use self::builder::ReqwestClientBuilder;
pub use self::client::ReqwestClient;
pub use self::proxy::ProxyPolicy;

#[cfg(test)]
mod tests;
