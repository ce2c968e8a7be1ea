use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use phrase_auth_core::Product;

use crate::time;

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
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what the library does, step by step, against an emulator of Phrase: no account, no network
    Demo,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Emulator {
    /// Start it and stay until SIGINT or SIGTERM; the first line on stdout is JSON and says where it is
    Run(Run),
    /// Start it, run a command that is pointed at it, stop it, and exit as the command did
    Exec(Exec),
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The port of 127.0.0.1 to listen on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Write the port's number to this file once the emulator answers
    #[arg(long, value_name = "FILE")]
    pub(crate) port_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Exec {
    /// The command and its arguments, after `--`
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
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
Credentials come from the environment, never from the command line:
  PHRASE_API_TOKEN_FILE  a file that holds a Platform API token, or
  PHRASE_API_TOKEN       the token itself (other programs of yours can read it), or
  PHRASE_TMS_USERNAME    a user of TMS, with PHRASE_TMS_PASSWORD_FILE or
                         PHRASE_TMS_PASSWORD, and PHRASE_TMS_USER_UID if that
                         user has several accounts; each also as …_FILE
  PHRASE_REGION          eu or us; required
  PHRASE_PRODUCT         what the token was made for; tms if left out

Exit codes: 0 done, 1 bug or unclassified, 2 usage, 3 configuration, 4 authentication
required, 5 refused for good, 6 temporary, 7 a person is needed, 126 and 127 a command
of `emulator exec` that cannot be run or is not there, 130 and 143 after SIGINT and SIGTERM.";

#[cfg(test)]
mod tests {
    use clap::{ArgAction, Command, CommandFactory};

    use super::*;

    fn walk(command: &Command, path: &str, look: &mut impl FnMut(&str, &clap::Arg)) {
        let path = format!("{path} {}", command.get_name());
        for arg in command.get_arguments() {
            look(&path, arg);
        }
        for sub in command.get_subcommands() {
            walk(sub, &path, look);
        }
    }

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    /// The words that a value would be a secret after. `--token-file` names a file, and passes.
    fn asks_for_a_secret(name: &str) -> bool {
        let last = name.rsplit(['-', '_', ' ']).next().unwrap_or_default();
        [
            "token",
            "password",
            "passwd",
            "pass",
            "secret",
            "key",
            "code",
            "credential",
            "auth",
            "bearer",
            "jwt",
            "pat",
        ]
        .contains(&last.to_ascii_lowercase().as_str())
    }

    #[test]
    fn no_option_takes_a_secret_as_its_value() {
        let mut seen = Vec::new();
        walk(&Cli::command(), "", &mut |path, arg| {
            let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
            let shown = format!("{path} {}", arg.get_id());
            if takes_value {
                let long = arg
                    .get_all_aliases()
                    .unwrap_or_default()
                    .into_iter()
                    .chain(arg.get_long());
                let values = arg.get_value_names().unwrap_or_default().iter();
                let names = long
                    .chain(values.map(clap::builder::Str::as_str))
                    .chain([arg.get_id().as_str()]);
                for name in names {
                    assert!(!asks_for_a_secret(name), "{shown}: {name}");
                }
                let help = arg
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default()
                    .to_lowercase();
                for word in ["password", "secret", "credential", "api token"] {
                    assert!(!help.contains(word), "{shown}: {help}");
                }
                assert!(
                    !arg.is_positional() || arg.is_last_set(),
                    "{shown} is positional"
                );
            }
            seen.push(shown);
        });
        assert!(
            seen.iter()
                .any(|arg| arg == " phrase-auth emulator exec command"),
            "{seen:?}"
        );
        assert!(
            asks_for_a_secret("api-token")
                && asks_for_a_secret("PASSWORD")
                && !asks_for_a_secret("token-file")
        );
    }

    #[test]
    fn every_option_is_explained() {
        walk(&Cli::command(), "", &mut |path, arg| {
            assert!(arg.get_help().is_some(), "{path} {}", arg.get_id());
        });
    }

    #[test]
    fn the_products_that_the_help_lists_are_those_that_take_an_api_token() {
        let known: Vec<String> = Product::ALL
            .iter()
            .filter(|product| product.application().is_some())
            .map(|product| product.to_string())
            .collect();
        let mut help = String::new();
        walk(&Cli::command(), "", &mut |_, arg| {
            if arg.get_id() == "product" {
                help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            }
        });
        assert!(help.contains(&known.join(", ")), "{help}");
    }
}
