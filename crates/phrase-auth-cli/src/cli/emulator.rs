use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Emulator {
    /// Start it and stay until SIGINT or SIGTERM; the first line on stdout is JSON and says where it is
    Run(Run),
    /// Start it, run a command that is pointed at it, stop it, and exit as the command did
    Exec(Exec),
    /// List every fault that it can be told to have, by name, and how to tell it
    Faults(Faults),
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The port of 127.0.0.1 to listen on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Write the port's number to this file once the emulator answers
    #[arg(long, value_name = "FILE")]
    pub(crate) port_file: Option<PathBuf>,
    /// A TOML file of further users, tokens, clients and options; its region goes before PHRASE_REGION
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// Speak HTTPS, with a certificate authority that is made at the start and gone at the end
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write the certificate of that authority to this file, as PEM, for programs to believe; with --tls only
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Exec {
    /// A TOML file of further users, tokens, clients and options; its region goes before PHRASE_REGION
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// The command and its arguments, after `--`
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct Faults {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: FaultsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultsFormat {
    /// A list for people
    Text,
    /// An object with name, description, changes_answer and of_handshake of each
    Json,
}
