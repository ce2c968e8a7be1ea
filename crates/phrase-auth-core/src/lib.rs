#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod audience;
mod authenticator;
mod cache;
mod endpoint;
mod error;
mod event;
mod header;
mod http;
mod policy;
mod product;
mod runtime;
mod secret;
mod session;
mod source;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
// Our own tests have it without the feature. In one condition with the other, the facade's page of it would be labelled
// with both.
#[cfg(all(test, feature = "tokio", not(feature = "testing")))]
pub mod testing;

pub use self::answer::{Call, Grant, TokenAnswer};
pub use self::audience::{Audience, BaseUrl, Target};
pub use self::authenticator::{Authenticator, HeaderFuture, Need, StaticAuth};
pub use self::cache::{TokenCache, TokenCacheBuilder};
pub use self::endpoint::{DataCenter, Endpoints};
pub use self::error::{AuthError, ErrorKind};
pub use self::header::{AuthHeader, Generation, HeaderStyle};
pub use self::http::{Fault, HttpClient, Limits, TransportError};
pub use self::policy::CachePolicy;
pub use self::product::Product;
#[cfg(feature = "tokio")]
pub use self::runtime::TokioRuntime;
pub use self::runtime::{Deadline, Now, Runtime, Task, caught, default_runtime, within};
pub use self::secret::{Secret, SecretId, SecretSource, wiped};
pub use self::session::Session;
pub use self::source::{Ask, FetchReason, Revocation, Token, TokenSource};
pub use self::store::{LockedEntry, MemoryStore, StoreError, StoreKey, TokenStore};
