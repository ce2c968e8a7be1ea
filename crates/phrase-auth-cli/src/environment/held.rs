use std::ffi::OsString;
use std::path::PathBuf;

use phrase_auth_core::{AuthError, Secret, SecretSource};

use super::{config, empty, named, text};

/// A variable, and the one for a file that holds the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
}

/// Where a value is, and the name of its variable.
#[derive(Debug)]
pub(crate) enum Held {
    /// In the variable, and now in memory.
    Value(&'static str, Secret),
    /// In a file, which has not been looked at yet.
    File(&'static str, PathBuf),
}

impl Variable {
    /// Which of the two is set, whatever to.
    pub(super) fn there(self, look_up: &impl Fn(&str) -> Option<OsString>) -> Option<&'static str> {
        let names = [self.name, self.file];
        names.into_iter().find(|name| look_up(name).is_some())
    }
}

impl Held {
    /// # Errors
    ///
    /// `Config`, with the variable's name, if both are set, and for a value that cannot be meant.
    pub(super) fn read(
        look_up: &impl Fn(&str) -> Option<OsString>,
        Variable { name, file }: Variable,
    ) -> Result<Option<Self>, AuthError> {
        if let Some(path) = look_up(file) {
            if look_up(name).is_some() {
                let what = format!("{name} and {file} are both set");
                return Err(config(what).with_hint("unset one of them"));
            }
            if path.is_empty() {
                return Err(empty(file));
            }
            return Ok(Some(Self::File(file, path.into())));
        }
        let Some(value) = text(look_up, name)? else {
            return Ok(None);
        };
        let value = Secret::new(value);
        let sound = SecretSource::value(value.clone()).check();
        sound.map_err(|error| named(name, &error))?;
        Ok(Some(Self::Value(name, value)))
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

/// The Platform API token itself.
pub(crate) const API_TOKEN: Variable = Variable {
    name: "PHRASE_API_TOKEN",
    file: "PHRASE_API_TOKEN_FILE",
};
/// Which application a person has logged in to.
pub(crate) const OAUTH_CLIENT_ID: Variable = Variable {
    name: "PHRASE_OAUTH_CLIENT_ID",
    file: "PHRASE_OAUTH_CLIENT_ID_FILE",
};
/// What that application proves itself with, if it was given anything.
pub(crate) const OAUTH_CLIENT_SECRET: Variable = Variable {
    name: "PHRASE_OAUTH_CLIENT_SECRET",
    file: "PHRASE_OAUTH_CLIENT_SECRET_FILE",
};
/// What the person's session is renewed with.
pub(crate) const OAUTH_REFRESH_TOKEN: Variable = Variable {
    name: "PHRASE_OAUTH_REFRESH_TOKEN",
    file: "PHRASE_OAUTH_REFRESH_TOKEN_FILE",
};
/// The user name of TMS.
pub(crate) const TMS_USERNAME: Variable = Variable {
    name: "PHRASE_TMS_USERNAME",
    file: "PHRASE_TMS_USERNAME_FILE",
};
/// The password of that user.
pub(crate) const TMS_PASSWORD: Variable = Variable {
    name: "PHRASE_TMS_PASSWORD",
    file: "PHRASE_TMS_PASSWORD_FILE",
};
/// Which of the user's accounts, if there are several.
pub(crate) const TMS_USER_UID: Variable = Variable {
    name: "PHRASE_TMS_USER_UID",
    file: "PHRASE_TMS_USER_UID_FILE",
};
