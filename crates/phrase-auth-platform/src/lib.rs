#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod builder;
#[cfg(feature = "claims")]
mod claims;
mod exchange;
mod shape;

pub use self::auth::PlatformAuth;
pub use self::builder::PlatformAuthBuilder;
#[cfg(feature = "claims")]
pub use self::claims::{Claims, unverified_claims};

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
