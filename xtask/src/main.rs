//! What the maintainers run: `cargo xtask ci` and its steps, `bench`, `bump`, `release`, `soak`.

mod absent;
mod api;
mod bench;
mod bump;
mod cargo;
mod changelog;
mod ci;
mod consumers;
mod docs;
mod finding;
mod flags;
mod foreign;
mod graph;
mod licences;
mod minimal;
mod msrv;
mod release;
mod soak;
mod table;
mod tidy;
mod typos;
mod workspace;

use std::process::ExitCode;

use xshell::Shell;

use crate::{
    flags::{Xtask, XtaskCmd},
    workspace::Workspace,
};

fn main() -> ExitCode {
    match run(Xtask::from_env_or_exit()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not as `main() -> Result` would: with RUST_BACKTRACE set it buries the message under a backtrace.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(xtask: Xtask) -> anyhow::Result<()> {
    let sh = Shell::new()?;
    let workspace = Workspace::read(&sh)?;
    // Every path in the commands is written as seen from the root.
    sh.change_dir(&workspace.root);

    match xtask.subcommand {
        XtaskCmd::Ci(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Tidy(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Api(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Consumers(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Bump(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Release(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Bench(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Soak(cmd) => cmd.run(&sh, &workspace),
    }
}
