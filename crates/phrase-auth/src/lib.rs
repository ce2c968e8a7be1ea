// The examples want every scheme, as tests (rustdoc sets `doctest` beside `doc`); whoever reads them wants no hidden
// lines about features, which a README would show.
#![cfg_attr(
    any(not(doctest), all(feature = "full", feature = "reqwest")),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Prose for rustdoc: in the documentation of any choice of features, and in no program. That its examples want
// everything is no reason for a label on the pages.
#[cfg(doc)]
#[cfg(any(
    not(doctest),
    all(feature = "full", feature = "reqwest", feature = "testing")
))]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod manual;

// The names that users type. A program that moves from here to one scheme's crate changes the path and nothing else,
// but for `testing`, which it takes from the core.
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
