//! A file for each command.

mod demo;
mod emulator;
mod header;
mod login;
mod token;
mod whoami;

use crate::cli::{Cli, Command, Emulator};
use crate::exit::Exit;
use crate::report::Report;
use crate::rotation::Rotation;
use crate::stop;

/// Runs the command, and tells what went wrong if anything did.
pub(crate) fn run(cli: Cli) -> Exit {
    // One thread: what waits here waits for one server, and the emulator has a thread of its own.
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let report = Report::new(Exit::CONFIGURATION, "the program cannot start its runtime");
            return report.with("cause", error.to_string()).tell();
        }
    };
    let exit = runtime.block_on(answer(cli)).unwrap_or_else(Report::tell);
    // Not waiting for a name that is still being looked up, when the time for it is over.
    runtime.shutdown_background();
    exit
}

async fn answer(cli: Cli) -> Result<Exit, Report> {
    let Cli {
        command,
        network,
        no_input,
    } = cli;
    let rotation = Rotation::default();
    match command {
        Command::Token(token) => {
            unless_stopped(token::run(token, &network, &rotation), &rotation).await
        }
        Command::Header(header) => {
            unless_stopped(header::run(header, &network, &rotation), &rotation).await
        }
        Command::Whoami(whoami) => {
            unless_stopped(whoami::run(whoami, &network, &rotation), &rotation).await
        }
        Command::Login(login) => {
            unless_stopped(login::run(*login, &network, no_input), &rotation).await
        }
        Command::Demo => unless_stopped(demo::run(), &rotation).await,
        Command::Emulator(Emulator::Run(run)) => emulator::run(run).await,
        Command::Emulator(Emulator::Exec(exec)) => emulator::exec(exec).await,
        Command::Emulator(Emulator::Faults(faults)) => {
            emulator::faults(&faults).map(|()| Exit::DONE)
        }
    }
}

/// A signal ends the command where it waits: what it holds is dropped, and the code is the signal's. Only a refresh
/// that is under way is waited for.
async fn unless_stopped(
    command: impl Future<Output = Result<(), Report>>,
    rotation: &Rotation,
) -> Result<Exit, Report> {
    let exit = tokio::select! {
        // Listening comes first: whoever has seen a line of the command may ask it to stop.
        biased;
        exit = stop::asked() => exit,
        done = command => return done.map(|()| Exit::DONE),
    };
    rotation.settle_soon().await;
    Ok(exit)
}
