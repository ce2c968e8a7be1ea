//! `cargo xtask ci minimal`: the published crates compile with the oldest versions that their manifests ask for.
//!
//! Our lockfile has newer ones, so a requirement that has become too low shows nowhere else; a user whose lockfile is old
//! meets it. It is done in a copy of the sources, with a lockfile of its own.

mod copy;

use anyhow::{Context, Result, bail};
use xshell::Shell;

use crate::{absent::Absent, cargo::Cargo, workspace::Workspace};

/// In the target folder: the copy, and what is built of it.
const HOME: &str = "minimal";

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let home = workspace.target.join(HOME);
    let sources = home.join("sources");
    let manifests_are_new = copy::refresh(sh, &sources)?;
    let _there = sh.push_dir(&sources);
    // What is locked stays, as the lockfile of the sources does, until a manifest asks for something else.
    if manifests_are_new || !sh.path_exists("Cargo.lock") {
        lock(sh)?;
    }
    run_online(sh, &Cargo::new("fetch --locked --quiet"))?;
    let mut check = Cargo::new("check --locked --quiet --all-features --target-dir")
        .arg(home.join("build").to_string_lossy());
    for member in workspace.published() {
        check = check.arg("-p").arg(&member.name);
    }
    check
        .run(sh)
        .context("it does not compile with the oldest versions")
}

/// The oldest version of each direct dependency, and the newest of what they in turn depend on: theirs is not ours to mend.
fn lock(sh: &Shell) -> Result<()> {
    sh.remove_path("Cargo.lock")?;
    let lock =
        Cargo::new("-Z direct-minimal-versions generate-lockfile").env("RUSTC_BOOTSTRAP", "1");
    run_online(sh, &lock)
}

/// Runs what needs the registry.
fn run_online(sh: &Shell, command: &Cargo) -> Result<()> {
    eprintln!("$ {command}");
    let output = command.on(sh).ignore_status().output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    if is_ours(&said) {
        bail!("the oldest versions do not go together");
    }
    let why = "the registry has to be asked for the oldest versions, and does not answer; is there a network?";
    Err(Absent::new(why).into())
}

/// Whether it is the manifests that cargo complains of, and not the way to the registry. Offline it finds versions
/// missing that are only not here.
fn is_ours(said: &str) -> bool {
    let complains =
        said.contains("failed to select a version") || said.contains("failed to parse manifest");
    complains && !said.contains("offline mode")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_that_cannot_be_met_is_a_fault_and_no_network_is_not() {
        assert!(is_ours(
            "error: failed to select a version for `http`.\n    ... required by package `a v0.1.0`"
        ));
        assert!(!is_ours(
            "error: failed to select a version for `http`\nAs a reminder, you're using offline mode (--offline)"
        ));
        assert!(!is_ours(
            "error: failed to get `http` as a dependency\n  Could not resolve host: index.crates.io"
        ));
    }
}
