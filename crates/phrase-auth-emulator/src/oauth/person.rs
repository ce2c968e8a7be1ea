use std::fmt;

use http::Uri;

use super::page;
use super::refusal::Refusal;
use super::state::{Decision, Step};
use crate::host::Here;
use crate::seed::{SECOND_FACTOR_CODE, SeededUser};
use crate::tms::{Login, Wish};
use crate::world::World;
use crate::{AuthorizeError, Endpoint};

/// Who sits before the browser, for [`Emulator::authorize_as`](crate::Emulator::authorize_as): logs in, and allows what
/// is asked unless told to deny it.
///
/// ```
/// use phrase_auth_emulator::{Person, seed};
///
/// let administrator = Person::of(&seed::ADMIN_USER);
/// let careful = Person::of(&seed::PLAIN_USER).who_denies();
/// let own = Person::named("a user of the builder", "the password");
/// # let _ = (administrator, careful, own);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a person does nothing until `authorize_as`"]
pub struct Person {
    user_name: String,
    password: String,
    denies: bool,
}

impl Person {
    /// A user of [`seed`](crate::seed), with the password that belongs to the name, and with
    /// [`SECOND_FACTOR_CODE`] where a code is asked for.
    pub fn of(user: &SeededUser) -> Self {
        Self::named(user.user_name, user.password)
    }

    /// Anybody, with any password.
    pub fn named(user_name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            password: password.into(),
            denies: false,
        }
    }

    /// Presses the other button of the consent page.
    pub fn who_denies(mut self) -> Self {
        self.denies = true;
        self
    }

    /// Goes through the three pages of an authorization, without HTTP.
    pub(crate) fn authorize(&self, world: &World, url: &str) -> Result<String, AuthorizeError> {
        let query = query(url, world.here).ok_or(AuthorizeError::Elsewhere)?;
        let now = world.clock.now();
        let login = match world.oauth.begin(&query, &world.leniencies, now) {
            Ok(form) => form,
            Err(refusal) => return refused(refusal),
        };
        let typed = Login {
            wish: Wish {
                user_name: self.user_name.clone(),
                user_uid: None,
            },
            password: self.password.clone(),
            code: Some(SECOND_FACTOR_CODE.to_owned()),
        };
        let step = world.oauth.sign_in(&world.tms, &login.ticket, &typed, now);
        let consent = match step {
            Ok(Step::Consent(form)) => form,
            Ok(Step::Again(_, fault)) => {
                let (_, why) = page::told(&fault);
                return Err(AuthorizeError::Login { why });
            }
            Err(refusal) => return refused(refusal),
        };
        let decision = if self.denies {
            Decision::Deny
        } else {
            Decision::Allow
        };
        world
            .oauth
            .decide(&consent.ticket, decision, now)
            .or_else(refused)
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("denies", &self.denies)
            .finish_non_exhaustive()
    }
}

/// The query of a URL that leads to our authorize endpoint.
fn query(url: &str, here: Here) -> Option<String> {
    let url = url.parse::<Uri>().ok()?;
    let leads_here = url.scheme_str() == Some(here.scheme())
        && here.is(url.authority()?.as_str())
        && Endpoint::at(url.path()) == Endpoint::Authorize;
    leads_here.then(|| url.query().unwrap_or_default().to_owned())
}

fn refused(refusal: Refusal) -> Result<String, AuthorizeError> {
    match refusal {
        Refusal::Redirect { to, .. } => Ok(to),
        other => Err(AuthorizeError::Page { why: other.why() }),
    }
}
