use std::ffi::OsString;

use phrase_auth_core::{AuthError, ErrorKind, Product};

use super::config;
use super::held::{
    API_TOKEN, Held, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REFRESH_TOKEN, TMS_PASSWORD,
    TMS_USER_UID, TMS_USERNAME, Variable,
};

/// What the environment has to authenticate with.
#[derive(Debug)]
pub(crate) enum Credential {
    /// A Platform API token.
    ApiToken(Held),
    /// A session of OAuth 2.0.
    OAuth(OAuthSession),
    /// A TMS user.
    Tms {
        user_name: Held,
        password: Held,
        user_uid: Option<Held>,
    },
}

/// A session of OAuth 2.0, of which the refresh token alone is known.
#[derive(Debug)]
pub(crate) struct OAuthSession {
    pub(crate) client_id: Held,
    pub(crate) client_secret: Option<Held>,
    pub(crate) refresh_token: Held,
}

impl Credential {
    /// The credential that goes first, and a variable of each other one that is there too, whatever is wrong with it:
    /// it is not used.
    ///
    /// # Errors
    ///
    /// `LoginRequired` if there is none; `Config` for half of one, and for a value that cannot be meant.
    pub(super) fn read(
        look_up: &impl Fn(&str) -> Option<OsString>,
    ) -> Result<(Self, Vec<&'static str>), AuthError> {
        let there = |variable: Variable| variable.there(look_up);
        let oauth = there(OAUTH_REFRESH_TOKEN).or_else(|| there(OAUTH_CLIENT_ID));
        let tms = there(TMS_USERNAME);
        if let Some(api_token) = Held::read(look_up, API_TOKEN)? {
            let others = [oauth, tms].into_iter().flatten().collect();
            return Ok((Self::ApiToken(api_token), others));
        }
        if let Some(session) = OAuthSession::read(look_up)? {
            return Ok((Self::OAuth(session), tms.into_iter().collect()));
        }
        let tms = Self::tms(look_up)?.ok_or_else(nothing)?;
        Ok((tms, Vec::new()))
    }

    fn tms(look_up: &impl Fn(&str) -> Option<OsString>) -> Result<Option<Self>, AuthError> {
        let user_name = Held::read(look_up, TMS_USERNAME)?;
        let password = Held::read(look_up, TMS_PASSWORD)?;
        let user_uid = Held::read(look_up, TMS_USER_UID)?;
        match (user_name, password) {
            (Some(user_name), Some(password)) => Ok(Some(Self::Tms {
                user_name,
                password,
                user_uid,
            })),
            (None, None) => match user_uid {
                Some(there) => Err(half(&there, TMS_USERNAME)),
                None => Ok(None),
            },
            (Some(there), None) => Err(half(&there, TMS_PASSWORD)),
            (None, Some(there)) => Err(half(&there, TMS_USERNAME)),
        }
    }

    /// The variable that it is known by.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ApiToken(held) => held.name(),
            Self::OAuth(session) => session.refresh_token.name(),
            Self::Tms { user_name, .. } => user_name.name(),
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
            Self::OAuth(_) => return takes_oauth(product, named_by),
            Self::Tms { .. } => (
                product == Product::Tms,
                "takes no user name of TMS",
                FOR_TMS_ONLY,
            ),
        };
        if fits {
            return Ok(());
        }
        Err(config(format!("{named_by}: {product} {what}")).with_hint(hint))
    }
}

impl OAuthSession {
    fn read(look_up: &impl Fn(&str) -> Option<OsString>) -> Result<Option<Self>, AuthError> {
        let client_id = Held::read(look_up, OAUTH_CLIENT_ID)?;
        let client_secret = Held::read(look_up, OAUTH_CLIENT_SECRET)?;
        let refresh_token = Held::read(look_up, OAUTH_REFRESH_TOKEN)?;
        match (client_id, refresh_token) {
            (Some(client_id), Some(refresh_token)) => Ok(Some(Self {
                client_id,
                client_secret,
                refresh_token,
            })),
            (None, None) => match client_secret {
                Some(there) => Err(half(&there, OAUTH_CLIENT_ID)),
                None => Ok(None),
            },
            (Some(there), None) => Err(half(&there, OAUTH_REFRESH_TOKEN)),
            (None, Some(there)) => Err(half(&there, OAUTH_CLIENT_ID)),
        }
    }
}

/// Whether a login by OAuth 2.0 is one for this product, which an option or a variable has named.
///
/// # Errors
///
/// `Config` if it is not.
pub(crate) fn takes_oauth(product: Product, named_by: &str) -> Result<(), AuthError> {
    if product == Product::Tms {
        return Ok(());
    }
    let what = format!("{named_by}: {product} takes no session of OAuth 2.0");
    Err(config(what).with_hint(FOR_TMS_ONLY))
}

fn nothing() -> AuthError {
    AuthError::new(ErrorKind::LoginRequired, "there is no credential").with_hint(format!(
        "set {} to the file that holds a Platform API token, or {} to the token; or {} and {}; or {} and {}, \
         or log in with `phrase-auth login`",
        API_TOKEN.file,
        API_TOKEN.name,
        TMS_USERNAME.name,
        TMS_PASSWORD.file,
        OAUTH_CLIENT_ID.name,
        OAUTH_REFRESH_TOKEN.file,
    ))
}

fn half(there: &Held, Variable { name, file }: Variable) -> AuthError {
    let there = there.name();
    config(format!("{there} is set, and neither {name} nor {file} is"))
        .with_hint(format!("set one of them, or unset {there}"))
}

const FOR_TMS_ONLY: &str = "use tms, or a Platform API token that was made for the product";
