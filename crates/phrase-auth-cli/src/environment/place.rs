use std::ffi::OsString;

use http::Uri;
use phrase_auth_core::{AuthError, BaseUrl, DataCenter, Endpoints, Product, Target};

use super::{config, named, parsed, text};
use crate::output;

/// Where Phrase is.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) region: DataCenter,
    pub(crate) endpoints: Endpoints,
    /// The origin of the emulator that every endpoint is re-pointed to.
    pub(crate) emulator: Option<String>,
}

impl Place {
    /// Reads the environment of this process. `region` is what the command line says, which goes first.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn of_process(region: Option<DataCenter>) -> Result<Self, AuthError> {
        Self::read(&|name: &str| std::env::var_os(name), region)
    }

    /// Reads an environment.
    ///
    /// # Errors
    ///
    /// `Config`, with the variable's name, if there is no region, or for anything that cannot be meant.
    pub(super) fn read(
        look_up: &impl Fn(&str) -> Option<OsString>,
        region: Option<DataCenter>,
    ) -> Result<Self, AuthError> {
        let region = match region {
            Some(region) => region,
            None => self::region(look_up)?.ok_or_else(|| {
                config(format!("{REGION} is not set")).with_hint(format!(
                    "set {REGION} to eu or us, where the account lives; `login` has --region too"
                ))
            })?,
        };
        let emulator = match text(look_up, EMULATOR)? {
            Some(url) => Some(origin(&url)?),
            None => None,
        };
        let endpoints = match &emulator {
            Some(origin) => phrase_auth_emulator::endpoints_at(origin, region)?,
            None => overridden(Endpoints::of(region), look_up)?,
        };
        Ok(Self {
            region,
            endpoints,
            emulator,
        })
    }

    /// Says on stderr that nothing of this reaches Phrase, if it is so.
    pub(crate) fn announce(&self) {
        if let Some(origin) = &self.emulator {
            output::note(&format!(
                "note: {EMULATOR} is set, all requests go to the emulator at {origin}"
            ));
        }
    }

    /// Whether an address that the command line gives may be used: beside an emulator, only one that leads there.
    ///
    /// # Errors
    ///
    /// `Config` if it may not.
    pub(crate) fn admits(&self, option: &str, url: &str) -> Result<(), AuthError> {
        let Some(origin) = &self.emulator else {
            return Ok(());
        };
        let leads_there = url
            .strip_prefix(origin.as_str())
            .is_some_and(|rest| rest.starts_with('/'));
        if leads_there {
            return Ok(());
        }
        let what = format!("{option} leads away from the emulator that {EMULATOR} names");
        Err(config(what).with_hint(format!("leave out {option}, or unset {EMULATOR}")))
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
            .with_hint("set it to http://127.0.0.1:PORT, or https with --tls, as `phrase-auth emulator run` says")
    };
    let base = BaseUrl::parse(url)
        .map_err(|error| wrong(error.message()))?
        .to_string();
    let uri: Uri = base.parse().map_err(|_| wrong("this is not a URL"))?;
    let target = Target::try_from(&uri)?;
    if !target.is_loopback() {
        return Err(wrong("an emulator is at a loopback address only"));
    }
    if target.path != "/" {
        return Err(wrong("the address of an emulator has no path"));
    }
    Ok(base)
}

/// `eu` or `us`.
pub(crate) const REGION: &str = "PHRASE_REGION";
/// The one switch for tests.
pub(crate) const EMULATOR: &str = "PHRASE_AUTH_EMULATOR";
pub(super) const IDM_BASE_URL: &str = "PHRASE_IDM_BASE_URL";
pub(super) const TMS_BASE_URL: &str = "PHRASE_TMS_BASE_URL";
pub(super) const STRINGS_BASE_URL: &str = "PHRASE_STRINGS_BASE_URL";
