//! What is known, as a text writes it: TOML in a seed file, JSON at other doors. Each key is a method of the type that
//! it becomes.

use serde::Deserialize;

use crate::table::Table;
use crate::word::Word;
use crate::{ApiToken, ApiTokenFate, Application, OAuthClient, TmsUser};

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a user with its keys")]
pub(crate) struct UserShape {
    user_name: String,
    password: String,
    #[serde(default)]
    accounts: Vec<Table<AccountShape>>,
    #[serde(default)]
    needs_second_factor: bool,
    #[serde(default)]
    enforces_sso: bool,
    #[serde(default)]
    has_no_api: bool,
    #[serde(default)]
    locks: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an account with its keys")]
struct AccountShape {
    uid: String,
    organization_uid: String,
    role: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an API token with its keys")]
pub(crate) struct ApiTokenShape {
    value: String,
    application: Word<Application>,
    #[serde(default)]
    fate: Word<ApiTokenFate>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a client with its keys")]
pub(crate) struct ClientShape {
    client_id: String,
    client_secret: Option<String>,
    name: Option<String>,
    pub(super) redirect_uris: Vec<String>,
    #[serde(default)]
    any_loopback_port: bool,
    #[serde(default)]
    requires_pkce: bool,
    #[serde(default = "yes")]
    refresh_tokens: bool,
    #[serde(default)]
    terse: bool,
    #[serde(default)]
    raw_basic: bool,
}

impl From<UserShape> for TmsUser {
    fn from(shape: UserShape) -> Self {
        let mut user = Self::new(shape.user_name, shape.password);
        for Table(account) in shape.accounts {
            user = user.account(account.uid, account.organization_uid, account.role);
        }
        let rules: [Choice<Self>; 4] = [
            (shape.needs_second_factor, Self::needs_second_factor),
            (shape.enforces_sso, Self::enforces_sso),
            (shape.has_no_api, Self::has_no_api),
            (shape.locks, Self::locks),
        ];
        choose(user, rules)
    }
}

impl From<ApiTokenShape> for ApiToken {
    fn from(shape: ApiTokenShape) -> Self {
        Self::new(shape.value, shape.application.0).with_fate(shape.fate.0)
    }
}

impl From<ClientShape> for OAuthClient {
    fn from(shape: ClientShape) -> Self {
        let mut client = match shape.client_secret {
            Some(secret) => Self::confidential(shape.client_id, secret),
            None => Self::public(shape.client_id),
        };
        if let Some(name) = shape.name {
            client = client.name(name);
        }
        for uri in shape.redirect_uris {
            client = client.redirect_uri(uri);
        }
        let options: [Choice<Self>; 5] = [
            (shape.any_loopback_port, Self::any_loopback_port),
            (shape.requires_pkce, Self::requires_pkce),
            (!shape.refresh_tokens, Self::without_refresh_tokens),
            (shape.terse, Self::terse),
            (shape.raw_basic, Self::raw_basic),
        ];
        choose(client, options)
    }
}

/// Whether an option was chosen, and the method that it stands for.
type Choice<T> = (bool, fn(T) -> T);

fn choose<T, const N: usize>(it: T, options: [Choice<T>; N]) -> T {
    options
        .into_iter()
        .filter(|(chosen, _)| *chosen)
        .fold(it, |it, (_, option)| option(it))
}

fn yes() -> bool {
    true
}
