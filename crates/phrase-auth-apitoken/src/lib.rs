#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod advice;
mod auth;
mod builder;
mod credentials;
mod expected;
mod expires;
mod json;
mod login;
mod other_login;
mod other_user;
mod password;
mod second_factor;
mod throttle;
mod tms;
mod unproven;
mod user;
mod who;

#[cfg(test)]
mod tests;

pub use self::auth::ApiTokenAuth;
pub use self::builder::ApiTokenAuthBuilder;
pub use self::credentials::{Credentials, LoginVersion};
pub use self::expires::parse_expires;
pub use self::login::Login;
pub use self::other_user::OtherUser;
pub use self::second_factor::{Challenge, SecondFactor};
pub use self::user::User;
pub use self::who::{Edition, Organization, WhoAmI, who_am_i};

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
