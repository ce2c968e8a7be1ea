//! The program `phrase-auth`: a correct header for Phrase's APIs, from the command line.
//!
//! What scripts depend on, beside the commands themselves: the answer and nothing else is on stdout, everything for
//! people is on stderr, and the exit code tells what to do next.

use std::process::ExitCode;

mod cli;
mod client;
mod command;
mod environment;
mod exit;
mod file;
mod output;
mod refresh_file;
mod report;
mod rotation;
mod shell;
mod stop;
mod time;
mod usage;

fn main() -> ExitCode {
    let exit = match cli::parse() {
        Ok(cli) => command::run(cli),
        Err(refused) => usage::answer(&refused),
    };
    exit.into()
}
