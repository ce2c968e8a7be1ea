use std::ffi::OsString;
use std::path::PathBuf;

use phrase_auth_core::{AuthError, ErrorKind, Product, Secret, SecretSource};

use super::{config, empty, named, text};

/// What the environment has to authenticate with.
#[derive(Debug)]
pub(crate) enum Credential {
    /// A Platform API token.
    ApiToken(Held),
    /// A TMS user.
    Tms {
        user_name: Held,
        password: Held,
        user_uid: Option<Held>,
    },
}

/// Where a value is, and the name of its variable.
#[derive(Debug)]
pub(crate) enum Held {
    /// In the variable, and now in memory.
    Value(&'static str, Secret),
    /// In a file, which has not been looked at yet.
    File(&'static str, PathBuf),
}

impl Credential {
    /// The credential that goes first, and a variable of another that is there too.
    ///
    /// # Errors
    ///
    /// `LoginRequired` if there is none; `Config` for half of one, and for a value that cannot be meant.
    pub(super) fn read(
        look_up: &impl Fn(&str) -> Option<OsString>,
    ) -> Result<(Self, Option<&'static str>), AuthError> {
        let user_name = Held::read(look_up, TMS_USERNAME, TMS_USERNAME_FILE);
        if let Some(api_token) = Held::read(look_up, API_TOKEN, API_TOKEN_FILE)? {
            // Whatever is wrong with it: it is not used.
            let other = user_name.map_or(Some(TMS_USERNAME), |held| Some(held?.name()));
            return Ok((Self::ApiToken(api_token), other));
        }
        let user_name = user_name?;
        let password = Held::read(look_up, TMS_PASSWORD, TMS_PASSWORD_FILE)?;
        let user_uid = Held::read(look_up, TMS_USER_UID, TMS_USER_UID_FILE)?;
        match (user_name, password) {
            (Some(user_name), Some(password)) => {
                let tms = Self::Tms {
                    user_name,
                    password,
                    user_uid,
                };
                Ok((tms, None))
            }
            (None, None) => match user_uid {
                Some(there) => Err(half(there.name(), [TMS_USERNAME, TMS_USERNAME_FILE])),
                None => Err(nothing()),
            },
            (Some(there), None) => Err(half(there.name(), [TMS_PASSWORD, TMS_PASSWORD_FILE])),
            (None, Some(there)) => Err(half(there.name(), [TMS_USERNAME, TMS_USERNAME_FILE])),
        }
    }

    /// Whether it is one for this product, which an option or a variable has named.
    ///
    /// # Errors
    ///
    /// `Config` if it is not.
    pub(super) fn fits(&self, product: Product, named_by: &str) -> Result<(), AuthError> {
        let (fits, what, hint) = match self {
            Self::ApiToken(_) => (
                product.application().is_some(),
                "takes no Platform API token",
                "name the product that the token was made for",
            ),
            Self::Tms { .. } => (
                product == Product::Tms,
                "takes no user name of TMS",
                "use tms, or a Platform API token that was made for the product",
            ),
        };
        if fits {
            return Ok(());
        }
        Err(config(format!("{named_by}: {product} {what}")).with_hint(hint))
    }
}

impl Held {
    fn read(
        look_up: &impl Fn(&str) -> Option<OsString>,
        variable: &'static str,
        file: &'static str,
    ) -> Result<Option<Self>, AuthError> {
        if let Some(path) = look_up(file) {
            if look_up(variable).is_some() {
                let what = format!("{variable} and {file} are both set");
                return Err(config(what).with_hint("unset one of them"));
            }
            if path.is_empty() {
                return Err(empty(file));
            }
            return Ok(Some(Self::File(file, path.into())));
        }
        let Some(value) = text(look_up, variable)? else {
            return Ok(None);
        };
        let value = Secret::new(value);
        let sound = SecretSource::value(value.clone()).check();
        sound.map_err(|error| named(variable, &error))?;
        Ok(Some(Self::Value(variable, value)))
    }

    /// The variable that it comes from.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Value(name, _) | Self::File(name, _) => name,
        }
    }

    /// The same as a source that is asked at each login.
    pub(crate) fn source(&self) -> SecretSource {
        match self {
            Self::Value(_, value) => SecretSource::value(value.clone()),
            Self::File(_, path) => SecretSource::file(path),
        }
    }
}

fn nothing() -> AuthError {
    AuthError::new(ErrorKind::LoginRequired, "there is no credential").with_hint(format!(
        "set {API_TOKEN_FILE} to the file that holds a Platform API token, or {API_TOKEN} to the token; \
         or {TMS_USERNAME} and {TMS_PASSWORD_FILE}"
    ))
}

fn half(there: &str, [missing, file]: [&str; 2]) -> AuthError {
    config(format!(
        "{there} is set, and neither {missing} nor {file} is"
    ))
    .with_hint(format!("set one of them, or unset {there}"))
}

/// The Platform API token itself.
pub(crate) const API_TOKEN: &str = "PHRASE_API_TOKEN";
/// The file that holds it.
pub(crate) const API_TOKEN_FILE: &str = "PHRASE_API_TOKEN_FILE";
/// The user name of TMS.
pub(crate) const TMS_USERNAME: &str = "PHRASE_TMS_USERNAME";
/// The file that holds it.
pub(crate) const TMS_USERNAME_FILE: &str = "PHRASE_TMS_USERNAME_FILE";
/// The password of that user.
pub(crate) const TMS_PASSWORD: &str = "PHRASE_TMS_PASSWORD";
/// The file that holds it.
pub(crate) const TMS_PASSWORD_FILE: &str = "PHRASE_TMS_PASSWORD_FILE";
/// Which of the user's accounts, if there are several.
pub(crate) const TMS_USER_UID: &str = "PHRASE_TMS_USER_UID";
/// The file that holds it.
pub(crate) const TMS_USER_UID_FILE: &str = "PHRASE_TMS_USER_UID_FILE";
