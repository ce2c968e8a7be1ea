//! The manual: what the items are for, page by page. Every example is compiled; most are run, against
//! the emulator.
//!
//! | page | answers |
//! |---|---|
//! | [Choosing a scheme][schemes] | Which credential for which product? What does each cost? Which crate, which features? |
//! | [Data centres and products][data_centres] | Which hosts are called? What if it is the wrong data centre? Where may a header be sent? |
//! | [Errors and what to do][errors] | What does each kind mean, who can mend it, and when is it worth another try? What does a 401 want? |
//! | [Testing with the emulator][self::testing] | How is all this tested without an account, without waiting, in any language? |
//! | [Security: promises and limits][security] | What is promised, what is not, and what is left to you? |
//! | [Migrating from hand-written code][migrating] | What takes the place of the login per request, the token in a global, the refresh by hand? |
//!
//! Facts about Phrase are from its documentation and from clients at work, as published up to the middle of
//! 2026; none was checked against the live service. What is not known is called so.

#![allow(
    unused_imports,
    reason = "the pages link to items by their names alone, which are looked up here"
)]

use crate::*;

#[cfg(feature = "apitoken")]
use crate::apitoken::*;
#[cfg(feature = "oauth2")]
use crate::oauth2::*;
#[cfg(feature = "platform")]
use crate::platform::*;
#[cfg(feature = "testing")]
use crate::testing::*;

// Without its feature, a name leads to the front page, which says what the features are.
#[cfg(not(feature = "platform"))]
use crate::{self as PlatformAuth};
#[cfg(not(feature = "oauth2"))]
use crate::{self as OAuth2Auth, self as OAuth2Client};
#[cfg(not(feature = "apitoken"))]
use crate::{self as ApiTokenAuth, self as Credentials, self as SecondFactor};
#[cfg(not(feature = "testing"))]
use crate::{self as Fixed, self as ManualRuntime, self as ScriptedClient, self as ScriptedSource};

#[doc = include_str!("manual/data_centres.md")]
pub mod data_centres {}

#[doc = include_str!("manual/errors.md")]
pub mod errors {}

#[doc = include_str!("manual/migrating.md")]
pub mod migrating {}

#[doc = include_str!("manual/schemes.md")]
pub mod schemes {}

#[doc = include_str!("manual/security.md")]
pub mod security {}

#[doc = include_str!("manual/testing.md")]
pub mod testing {}
