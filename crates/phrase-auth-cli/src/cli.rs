use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use phrase_auth_core::Product;

use crate::time;

mod emulator;
mod login;

pub(crate) use self::emulator::{Emulator, Exec, Faults, FaultsFormat, Run};
pub(crate) use self::login::Login;

/// Reads the command line of this process.
///
/// # Errors
///
/// Also for `--help` and `--version`, as clap does; [`usage::answer`](crate::usage::answer) tells them apart.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    Cli::try_parse()
}

/// A correct header for Phrase's APIs, from the command line.
#[derive(Debug, Parser)]
#[command(name = "phrase-auth", version, after_help = AFTER_HELP)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) network: Network,
    /// Ask nobody anything: nothing is read from stdin
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what the library does, step by step, against an emulator of Phrase: no account, no network
    Demo,
    /// Log in, and print the header for TMS; for a person with a browser
    Login(Box<Login>),
    /// Print a short-lived access token
    Token(Token),
    /// Print the whole header for a product's API
    Header(Header),
    /// Ask TMS whose credential this is
    Whoami(Whoami),
    /// Phrase's authentication endpoints on this machine, for tests
    #[command(subcommand)]
    Emulator(Emulator),
}

/// What concerns every call to a server.
#[derive(Args, Clone, Debug)]
pub(crate) struct Network {
    /// The longest that a call to the server may take, with its retries
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s", value_parser = time::span)]
    pub(crate) timeout: Duration,
    /// A file of further certificate authorities to believe, as PEM
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Token {
    /// How much longer it should live; a note on stderr says if even a new one does not
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = time::span)]
    pub(crate) min_ttl: Duration,
    /// Make a new one, whatever is kept (nothing is kept between calls yet, so each one is new)
    #[arg(long)]
    pub(crate) force_refresh: bool,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "raw")]
    pub(crate) output: TokenFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFormat {
    /// The bare value
    Raw,
    /// An object with the value, its product, region and end
    Json,
    /// `export` lines for a POSIX shell
    Env,
    /// `set -gx` lines for fish
    Fish,
    /// `$env:` lines for PowerShell
    Powershell,
    /// Lines for a .env file
    Dotenv,
}

#[derive(Args, Debug)]
pub(crate) struct Header {
    /// What is called: tms, strings, language-ai, connectors, studio, orchestrator, quality-evaluator, control-hub;
    /// PHRASE_PRODUCT if left out
    #[arg(long, value_parser = product)]
    pub(crate) product: Option<Product>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "raw")]
    pub(crate) output: HeaderFormat,
    /// Write to this file instead, which only its owner can read, and which is never seen half written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HeaderFormat {
    /// The line as it stands in a request
    Raw,
    /// An object with name, value, product, region and end
    Json,
    /// A line for `curl --config`
    Curl,
}

#[derive(Args, Debug)]
pub(crate) struct Whoami {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: WhoamiFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhoamiFormat {
    /// One line for people
    Text,
    /// An object with user, organization, edition and features
    Json,
}

/// Says nothing of the value: whatever is on a command line may be a secret that has lost its way.
fn product(text: &str) -> Result<Product, String> {
    let fits = |product: &Product| product.application().is_some();
    text.parse().ok().filter(fits).ok_or_else(|| {
        let known = Product::ALL.iter().copied().filter(fits);
        let known: Vec<String> = known.map(|product| product.to_string()).collect();
        format!("one of {}", known.join(", "))
    })
}

const AFTER_HELP: &str = "\
Credentials come from the environment, never from the command line. The first of
these that is there is used; each also as …_FILE, the name of a file that holds it:
  PHRASE_API_TOKEN_FILE  a file that holds a Platform API token, or
  PHRASE_API_TOKEN       the token itself (other programs of yours can read it)
  PHRASE_OAUTH_CLIENT_ID an application that a person has logged in to, with
                         PHRASE_OAUTH_REFRESH_TOKEN_FILE, whose content a new
                         refresh token replaces, and PHRASE_OAUTH_CLIENT_SECRET
                         if it was given one (sent as Basic)
  PHRASE_TMS_USERNAME    a user of TMS, with PHRASE_TMS_PASSWORD_FILE or
                         PHRASE_TMS_PASSWORD, and PHRASE_TMS_USER_UID if that
                         user has several accounts

  PHRASE_REGION          eu or us; required
  PHRASE_PRODUCT         what the token was made for; tms if left out

Exit codes: 0 done, 1 bug or unclassified, 2 usage, 3 configuration, 4 authentication
required, 5 refused for good, 6 temporary, 7 a person is needed, 126 and 127 a command
of `emulator exec` that cannot be run or is not there, 130 and 143 after SIGINT and SIGTERM.";

#[cfg(test)]
mod tests;
