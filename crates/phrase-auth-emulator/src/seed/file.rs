use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::{fmt, io};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::SeedError;
use super::options::Options;
use super::shape::{ApiTokenShape, ClientShape, UserShape};
use crate::api_tokens::ApiTokens;
use crate::flaw::{Flaw, Step};
use crate::oauth::{self, Clients};
use crate::table::Table;
use crate::tms::Users;
use crate::{ApiToken, EmulatorBuilder, EmulatorError, OAuthClient, TmsUser};

/// Users, API tokens, clients and options for [`EmulatorBuilder::seed`], as a text in TOML says them.
///
/// The crate's documentation has a whole example. One that exists can be used: everything in it was looked at.
#[derive(Clone)]
#[must_use = "a seed does nothing until the builder of an emulator gets it"]
pub struct Seed {
    users: Vec<TmsUser>,
    api_tokens: Vec<ApiToken>,
    clients: Vec<OAuthClient>,
    options: Options,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
struct Document {
    users: Vec<Table<UserShape>>,
    api_tokens: Vec<Table<ApiTokenShape>>,
    clients: Vec<Table<ClientShape>>,
    options: Table<Options>,
}

impl Seed {
    /// Reads a text. Every key is one of those that the crate's documentation lists.
    ///
    /// # Errors
    ///
    /// [`SeedError::Flawed`] names the line, the key and what would fit, for a text that is not TOML, a key that is
    /// unknown or missing, a value of the wrong kind, a name that is taken, by the text or by what every emulator
    /// knows, and what [`EmulatorBuilder::start`] would refuse.
    pub fn from_toml(text: &str) -> Result<Self, SeedError> {
        let flawed = |line, flaw| SeedError::Flawed {
            file: None,
            line,
            flaw,
        };
        let toml = toml::Deserializer::parse(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            flawed(line_at(text, start), error.message().to_owned())
        })?;
        serde_path_to_error::deserialize(toml)
            .map_err(Flaw::from)
            .and_then(Document::judged)
            .map_err(|flaw| flawed(line_of(text, flaw.path()), flaw.to_string()))
    }

    /// Reads a file, and keeps nothing of it open.
    ///
    /// # Errors
    ///
    /// [`SeedError::Unreadable`], and those of [`Seed::from_toml`] with the name of the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SeedError> {
        let path = path.as_ref();
        let text = read(path).map_err(|source| SeedError::Unreadable {
            file: path.to_owned(),
            source,
        })?;
        Self::from_toml(&text).map_err(|error| match error {
            SeedError::Flawed { line, flaw, .. } => SeedError::Flawed {
                file: Some(path.to_owned()),
                line,
                flaw,
            },
            unreadable => unreadable,
        })
    }

    pub(crate) fn apply(self, builder: EmulatorBuilder) -> EmulatorBuilder {
        let builder = self.options.apply(builder);
        let builder = self
            .users
            .into_iter()
            .fold(builder, EmulatorBuilder::tms_user);
        let builder = self
            .api_tokens
            .into_iter()
            .fold(builder, EmulatorBuilder::api_token);
        self.clients
            .into_iter()
            .fold(builder, EmulatorBuilder::oauth_client)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed")
            .field("users", &self.users.len())
            .field("api_tokens", &self.api_tokens.len())
            .field("clients", &self.clients.len())
            .field("options", &self.options)
            .finish()
    }
}

impl Document {
    /// Tries everything on what every emulator knows, as the start will.
    fn judged(self) -> Result<Seed, Flaw> {
        if let Some(flaw) = self.options.0.flaw() {
            return Err(flaw);
        }
        let (mut users, mut tokens, mut clients) = (Users::new(), ApiTokens::new(), Clients::new());
        for (index, client) in self.clients.iter().enumerate() {
            for (place, uri) in client.0.redirect_uris.iter().enumerate() {
                if let Some(flaw) = oauth::redirect_flaw(uri) {
                    let path = [
                        "clients".into(),
                        index.into(),
                        "redirect_uris".into(),
                        place.into(),
                    ];
                    return Err(Flaw::new(path, format!("the OAuth client {flaw}")));
                }
            }
        }
        Ok(Seed {
            users: each("users", self.users, |user: TmsUser| users.add(user))?,
            api_tokens: each("api_tokens", self.api_tokens, |token: ApiToken| {
                tokens.add(token)
            })?,
            clients: each("clients", self.clients, |client: OAuthClient| {
                clients.add(client)
            })?,
            options: self.options.0,
        })
    }
}

fn each<S, T: From<S> + Clone>(
    table: &str,
    shapes: Vec<Table<S>>,
    mut add: impl FnMut(T) -> Result<(), EmulatorError>,
) -> Result<Vec<T>, Flaw> {
    let judged = |(index, Table(shape)): (usize, Table<S>)| {
        let it = T::from(shape);
        match add(it.clone()) {
            Ok(()) => Ok(it),
            Err(error) => Err(Flaw::new([table.into(), index.into()], error.to_string())),
        }
    };
    shapes.into_iter().enumerate().map(judged).collect()
}

/// The whole of a file, which may be a device without an end.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = File::open(path)?;
    let limit = LARGEST.saturating_add(1);
    let read = file.take(limit).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read > LARGEST) {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

/// The line of what a path leads to, as far as it leads.
fn line_of(text: &str, path: &[Step]) -> usize {
    let Ok(document) = DeTable::parse(text) else {
        return 1;
    };
    let mut start = 0;
    let mut table = Some(document.get_ref());
    let mut array: Option<&[Spanned<DeValue<'_>>]> = None;
    for step in path {
        let found = match step {
            Step::Key(key) => table
                .and_then(|table| table.get_key_value(key.as_str()))
                .map(|(key, value)| (key.span(), value)),
            Step::Index(index) => array
                .and_then(|array| array.get(*index))
                .map(|value| (value.span(), value)),
        };
        let Some((span, value)) = found else {
            break;
        };
        start = span.start;
        table = value.get_ref().as_table();
        array = value.get_ref().as_array().map(|array| &**array);
    }
    line_at(text, start)
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    before
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        .saturating_add(1)
}

/// In bytes: thousands of users.
const LARGEST: u64 = 1024 * 1024;
