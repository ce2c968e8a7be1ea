#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod advice;
mod auth;
mod builder;
mod callback;
mod client;
mod client_auth;
#[cfg(feature = "browser")]
mod login;
mod pending;
mod query;
mod redirect;
mod refresh;
mod scope;
mod token_endpoint;
mod url;

#[cfg(test)]
mod tests;

pub use self::auth::OAuth2Auth;
pub use self::builder::OAuth2ClientBuilder;
pub use self::client::OAuth2Client;
pub use self::client_auth::ClientAuth;
#[cfg(feature = "browser")]
pub use self::login::{BrowserLogin, LoginNotice};
pub use self::pending::PendingAuthorization;

#[doc(inline)]
pub use phrase_auth_core::{
    Audience, AuthError, AuthHeader, Authenticator, BaseUrl, CachePolicy, DataCenter, Endpoints,
    ErrorKind, Fault, Generation, HeaderFuture, HeaderStyle, HttpClient, Limits, LockedEntry,
    MemoryStore, Need, Now, Product, Revocation, Runtime, Secret, SecretSource, Session,
    StaticAuth, StoreError, StoreKey, Target, Task, Token, TokenCache, TokenStore, TransportError,
};
#[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
#[doc(inline)]
pub use phrase_auth_reqwest::{ProxyPolicy, ReqwestClient, ReqwestClientBuilder};
