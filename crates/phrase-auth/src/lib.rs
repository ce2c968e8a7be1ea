#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Prose for rustdoc: in the documentation of any choice of features, and in no program. As tests its examples
// want everything (rustdoc sets `doctest` beside `doc`), which is no reason for a label on the pages.
#[cfg(doc)]
#[cfg(any(
    not(doctest),
    all(feature = "full", feature = "reqwest", feature = "testing")
))]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod manual;

// The names that users type. A program that moves from here to one scheme's crate changes the path
// and nothing else.
#[doc(inline)]
pub use phrase_auth_core::{
    Audience, AuthError, AuthHeader, Authenticator, BaseUrl, CachePolicy, DataCenter, Endpoints,
    ErrorKind, Fault, Generation, HeaderFuture, HeaderStyle, HttpClient, Limits, LockedEntry,
    MemoryStore, Need, Now, Product, Revocation, Runtime, Secret, SecretSource, Session,
    StaticAuth, StoreError, StoreKey, Target, Task, Token, TokenCache, TokenStore, TransportError,
};

#[cfg(feature = "testing")]
#[doc(inline)]
pub use phrase_auth_core::testing;

#[cfg(feature = "apitoken")]
#[doc(inline)]
pub use phrase_auth_apitoken as apitoken;

#[cfg(feature = "oauth2")]
#[doc(inline)]
pub use phrase_auth_oauth2 as oauth2;

#[cfg(feature = "platform")]
#[doc(inline)]
pub use phrase_auth_platform as platform;
