use std::error::Error;
use std::ffi::OsString;

use http::Uri;
use phrase_auth_core::{AuthError, BaseUrl, DataCenter, Endpoints, ErrorKind, Product, Target};
use phrase_auth_emulator::seed;

mod credential;

pub(crate) use self::credential::{
    API_TOKEN, API_TOKEN_FILE, TMS_PASSWORD, TMS_PASSWORD_FILE, TMS_USER_UID, TMS_USER_UID_FILE,
    TMS_USERNAME, TMS_USERNAME_FILE,
};
pub(crate) use self::credential::{Credential, Held};

/// What the environment says about whom to be, and where.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) credential: Credential,
    /// The variable of a credential that is there too, and is not used.
    pub(crate) passed_over: Option<&'static str>,
    pub(crate) region: DataCenter,
    pub(crate) product: Product,
    pub(crate) endpoints: Endpoints,
    /// The origin of the emulator that every endpoint is re-pointed to.
    pub(crate) emulator: Option<String>,
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
        let (credential, passed_over) = Credential::read(&look_up)?;
        let region = region(&look_up)?.ok_or_else(|| {
            config(format!("{REGION} is not set"))
                .with_hint(format!("set {REGION} to eu or us, where the account lives"))
        })?;
        let (product, named_by) = match product {
            Some(product) => (product, "--product"),
            None => (self::product(&look_up)?.unwrap_or(Product::Tms), PRODUCT),
        };
        let emulator = match text(&look_up, EMULATOR)? {
            Some(url) => Some(origin(&url)?),
            None => None,
        };
        let endpoints = match &emulator {
            Some(origin) => phrase_auth_emulator::endpoints_at(origin, region)?,
            None => overridden(Endpoints::of(region), &look_up)?,
        };
        credential.fits(product, named_by)?;
        if endpoints.base(product).is_err() {
            let what =
                format!("no address of {product} in data centre {region} has been published");
            return Err(config(what).with_hint(format!("check {REGION} and {PRODUCT}")));
        }
        let user_of_exec = emulator.is_some()
            && look_up(TMS_USERNAME).is_some_and(|name| name == seed::PLAIN_USER.user_name);
        Ok(Self {
            credential,
            // `emulator exec` sets both, which is nobody's mistake.
            passed_over: passed_over.filter(|_| !user_of_exec),
            region,
            product,
            endpoints,
            emulator,
        })
    }
}

/// The region that is set, if one is.
///
/// # Errors
///
/// `Config` for one that is not known.
pub(crate) fn region(
    look_up: &impl Fn(&str) -> Option<OsString>,
) -> Result<Option<DataCenter>, AuthError> {
    parsed(look_up, REGION)
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

fn overridden(
    endpoints: Endpoints,
    look_up: &impl Fn(&str) -> Option<OsString>,
) -> Result<Endpoints, AuthError> {
    let mut endpoints = endpoints;
    if let Some(url) = text(look_up, IDM_BASE_URL)? {
        endpoints = endpoints
            .with_idm(&url)
            .map_err(|error| named(IDM_BASE_URL, &error))?;
    }
    for (name, product) in [
        (TMS_BASE_URL, Product::Tms),
        (STRINGS_BASE_URL, Product::Strings),
    ] {
        if let Some(url) = text(look_up, name)? {
            endpoints = endpoints
                .with(product, &url)
                .map_err(|error| named(name, &error))?;
        }
    }
    Ok(endpoints)
}

/// The origin of an emulator: loopback literals only, so that this variable can never lead a secret off the machine.
fn origin(url: &str) -> Result<String, AuthError> {
    let wrong = |what: &str| {
        config(format!("{EMULATOR}: {what}"))
            .with_hint("set it to http://127.0.0.1:PORT, as `phrase-auth emulator` says")
    };
    let base = BaseUrl::parse(url)
        .map_err(|error| wrong(error.message()))?
        .to_string();
    let uri: Uri = base.parse().map_err(|_| wrong("this is not a URL"))?;
    let target = Target::try_from(&uri)?;
    if target.scheme != "http" || !target.is_loopback() {
        return Err(wrong("an emulator is at http and a loopback address only"));
    }
    if target.path != "/" {
        return Err(wrong("the address of an emulator has no path"));
    }
    Ok(base)
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

/// The same error, with the variable that it is about.
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

/// `eu` or `us`.
pub(crate) const REGION: &str = "PHRASE_REGION";
/// What the token was made for.
pub(crate) const PRODUCT: &str = "PHRASE_PRODUCT";
/// The one switch for tests.
pub(crate) const EMULATOR: &str = "PHRASE_AUTH_EMULATOR";
const IDM_BASE_URL: &str = "PHRASE_IDM_BASE_URL";
const TMS_BASE_URL: &str = "PHRASE_TMS_BASE_URL";
const STRINGS_BASE_URL: &str = "PHRASE_STRINGS_BASE_URL";

#[cfg(test)]
mod tests;
