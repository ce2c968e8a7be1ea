//! What the maintainers run: `cargo xtask ci`, `tidy`, `consumers`, `bench`, `soak`.

mod bench;
mod cargo;
mod ci;
mod consumers;
mod flags;
mod foreign;
mod soak;
mod table;
mod tidy;
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
        XtaskCmd::Consumers(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Bench(cmd) => cmd.run(&sh, &workspace),
        XtaskCmd::Soak(cmd) => cmd.run(&sh, &workspace),
    }
}
