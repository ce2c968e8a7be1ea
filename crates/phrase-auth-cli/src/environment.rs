use std::error::Error;
use std::ffi::OsString;

use phrase_auth_core::{AuthError, ErrorKind, Product};
use phrase_auth_emulator::seed;

mod credential;
mod held;
mod place;

pub(crate) use self::credential::{Credential, OAuthSession, takes_oauth};
pub(crate) use self::held::{
    API_TOKEN, Held, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REFRESH_TOKEN, TMS_PASSWORD,
    TMS_USER_UID, TMS_USERNAME, Variable,
};
pub(crate) use self::place::{EMULATOR, Place, REGION, region};

/// What the environment says about whom to be, and where.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) credential: Credential,
    /// A variable of each credential that is there too, and is not used.
    pub(crate) passed_over: Vec<&'static str>,
    pub(crate) product: Product,
    pub(crate) place: Place,
}

impl Environment {
    /// Reads the environment of this process. `product` is what the command line says, which goes first.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn of_process(product: Option<Product>) -> Result<Self, AuthError> {
        Self::read(|name| std::env::var_os(name), product)
    }

    /// Reads an environment. It looks at nothing else: no file, no clock, no network.
    ///
    /// # Errors
    ///
    /// `LoginRequired` if there is no credential; `Config`, with the variable's name and never the value of a secret,
    /// for anything that cannot be meant.
    fn read(
        look_up: impl Fn(&str) -> Option<OsString>,
        product: Option<Product>,
    ) -> Result<Self, AuthError> {
        let (credential, mut passed_over) = Credential::read(&look_up)?;
        let place = Place::read(&look_up, None)?;
        let (product, named_by) = wanted(&look_up, product)?;
        credential.fits(product, named_by)?;
        if place.endpoints.base(product).is_err() {
            let what = format!(
                "no address of {product} in data centre {} has been published",
                place.region
            );
            return Err(config(what).with_hint(format!("check {REGION} and {PRODUCT}")));
        }
        let user_of_exec = place.emulator.is_some()
            && look_up(TMS_USERNAME.name).is_some_and(|name| name == seed::PLAIN_USER.user_name);
        if user_of_exec {
            // `emulator exec` sets it beside a token, which is nobody's mistake.
            passed_over.retain(|name| *name != TMS_USERNAME.name);
        }
        Ok(Self {
            credential,
            passed_over,
            product,
            place,
        })
    }
}

/// The product that the command line names, or else the environment, or else TMS; and what has named it.
///
/// # Errors
///
/// `Config` for one that is not known.
pub(crate) fn wanted(
    look_up: &impl Fn(&str) -> Option<OsString>,
    product: Option<Product>,
) -> Result<(Product, &'static str), AuthError> {
    Ok(match product {
        Some(product) => (product, "--product"),
        None => (self::product(look_up)?.unwrap_or(Product::Tms), PRODUCT),
    })
}

/// The product that is set, if one is.
///
/// # Errors
///
/// `Config` for one that is not known.
pub(crate) fn product(
    look_up: &impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Product>, AuthError> {
    parsed(look_up, PRODUCT)
}

fn parsed<T: std::str::FromStr<Err = AuthError>>(
    look_up: &impl Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<T>, AuthError> {
    let value = text(look_up, name)?;
    value
        .map(|value| value.parse().map_err(|error| named(name, &error)))
        .transpose()
}

/// A variable as text. Set to nothing is an error: it is a mistake in a script more often than a wish.
fn text(
    look_up: &impl Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<String>, AuthError> {
    let Some(value) = look_up(name) else {
        return Ok(None);
    };
    let value = value
        .into_string()
        .map_err(|_| config(format!("{name} is not text")))?;
    if value.is_empty() {
        return Err(empty(name));
    }
    Ok(Some(value))
}

fn empty(name: &str) -> AuthError {
    config(format!("{name} is set, and empty"))
        .with_hint(format!("give {name} a value, or unset it"))
}

/// The same error, with the variable or the option that it is about.
pub(crate) fn named(name: &str, error: &AuthError) -> AuthError {
    let renamed = AuthError::new(error.kind(), format!("{name}: {}", error.message()));
    let renamed = match error.source() {
        Some(source) => renamed.with_source(source.to_string()),
        None => renamed,
    };
    match error.hint() {
        Some(hint) => renamed.with_hint(hint.to_owned()),
        None => renamed.with_hint(format!("check what {name} is set to")),
    }
}

fn config(what: String) -> AuthError {
    AuthError::new(ErrorKind::Config, what)
}

/// What the token was made for.
pub(crate) const PRODUCT: &str = "PHRASE_PRODUCT";

#[cfg(test)]
mod tests;
