use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use phrase_auth_core::{DataCenter, Product};

use super::HeaderFormat;
use crate::time;

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Login {
    /// How to log in
    #[arg(long, value_name = "SCHEME")]
    pub(crate) scheme: Scheme,
    /// Where the account lives: eu or us; PHRASE_REGION if left out
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(crate) region: Option<DataCenter>,
    /// What is called; only tms knows this scheme
    #[arg(long, value_parser = super::product)]
    pub(crate) product: Option<Product>,
    /// Another base URL of TMS than the published one
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The id of the application, from Settings, Integrations, Registered OAuth Apps in TMS
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,
    /// The file of what the application proves itself with, if it was given anything; sent as Basic
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// One word of scope to ask for; may be given several times, and is none by default
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// The port to listen on for the browser, or several with commas between, of which the first free one is taken; any
    /// free one if left out
    #[arg(long, value_name = "PORT", value_delimiter = ',')]
    pub(crate) port: Vec<u16>,
    /// The loopback address to listen on, if it is not that of the redirect URI
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) listen: Option<IpAddr>,
    /// Where the browser comes back to, as registered; http://127.0.0.1:PORT/callback if left out
    #[arg(long, value_name = "URI")]
    pub(crate) redirect_uri: Option<String>,
    /// Another page to log in at than /oauth/authorize below the base URL
    #[arg(long, value_name = "URL")]
    pub(crate) authorize_url: Option<String>,
    /// Another token endpoint than /oauth/token below the base URL
    #[arg(long, value_name = "URL")]
    pub(crate) token_url: Option<String>,
    /// Send no code challenge, to a server that refuses one
    #[arg(long)]
    pub(crate) no_pkce: bool,
    /// Open no browser; the address is printed on stderr in any case
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// The program that opens the address, which is its last argument; BROWSER if left out, or what the system has
    #[arg(long, value_name = "COMMAND", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) browser: Option<String>,
    /// How long the person may take
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = time::span)]
    pub(crate) login_timeout: Duration,
    /// Keep the whole session in this file, which only its owner can read; nothing is kept if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) session_file: Option<PathBuf>,
    /// How to print the header
    #[arg(short, long, value_name = "FORMAT", default_value = "raw")]
    pub(crate) output: HeaderFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheme {
    /// With a browser: OAuth 2.0, an authorization code and PKCE
    Oauth2,
}

/// Says nothing of the value, which may be a secret that has lost its way.
fn region(text: &str) -> Result<DataCenter, String> {
    text.parse().map_err(|_| "one of eu, us".to_owned())
}

fn address(text: &str) -> Result<IpAddr, String> {
    let address = text.parse().ok().filter(IpAddr::is_loopback);
    address.ok_or_else(|| "127.0.0.1 or ::1, or another loopback address".to_owned())
}

const AFTER_HELP: &str = "\
The address to open goes to stderr. Where the browser is on another machine, paste the
address at which it has arrived: it is read from stdin, unless --no-input,
PHRASE_AUTH_NO_INPUT or CI is set.
Before anything is printed, TMS is asked whether it takes the header. Nothing is kept
without --session-file.

Exit codes: 5 if the person or an administrator does not allow it, 7 if nobody has
finished the login in time; for the others see `phrase-auth --help`.";
