//! `cargo xtask consumers`: programs as a user would write them, built and run against the sources; a release runs them
//! against its packages.
//!
//! Each asserts what no test inside the workspace can: which of our crates one way in pulls in, exactly, and how
//! many packages it brings in all.

mod fixture;
mod project;
mod supply;
mod tree;

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, Shell};

use crate::{
    cargo::{Cargo, is_token},
    flags,
    workspace::Workspace,
};

use self::tree::Tree;
pub(crate) use self::{
    fixture::{FIXTURES, Fixture},
    project::Project,
    supply::{Supply, program},
};

/// Where the programs are, from the root.
pub(crate) const DIR: &str = "tests/consumers";

impl flags::Consumers {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        check(sh, workspace)
    }
}

/// All programs against the sources.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    Cargo::new("build --locked -p phrase-auth-cli").run(sh)?;
    run_all(sh, workspace, &Supply::sources(sh, workspace)?)
}

/// Builds and runs all programs; one that fails does not hide what is wrong with the next.
pub(crate) fn run_all(sh: &Shell, workspace: &Workspace, supply: &Supply) -> Result<()> {
    let mut wrong = Vec::new();
    for fixture in FIXTURES {
        if fixture.sources_only && !supply.is_sources() {
            println!("-- {}: against the sources only", fixture.name);
            continue;
        }
        match run(sh, workspace, supply, fixture) {
            Ok(packages) => println!(
                "ok {}: {} ({packages} packages)",
                fixture.name,
                fixture.ours.join(" ")
            ),
            Err(error) => wrong.push(format!("{}: {error:#}", fixture.name)),
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The number of packages that the way in brings.
fn run(sh: &Shell, workspace: &Workspace, supply: &Supply, fixture: &Fixture) -> Result<usize> {
    let project = Project::prepare(sh, supply, fixture)?;
    let packages = fixture.judge(project.tree(), workspace)?;
    project
        .cargo("build")
        .arg("--target-dir")
        .arg(supply.target.to_string_lossy())
        .run(sh)?;
    let answer = start(sh, supply, fixture)
        .read()
        .context("it was built, but does not run")?;
    ensure!(!answer.is_empty(), "it ran, but printed nothing");
    Ok(packages)
}

/// The built program, beside the emulator if it needs a token endpoint.
fn start<'a>(sh: &'a Shell, supply: &Supply, fixture: &Fixture) -> Cmd<'a> {
    let own = program(&supply.target.join("debug"), fixture.name);
    let mut cmd = if fixture.network {
        sh.cmd(&supply.emulator)
            .args(["emulator", "exec", "--"])
            .arg(own)
    } else {
        sh.cmd(own)
    };
    // The maintainer's own credentials have no business in a test.
    for (name, _) in std::env::vars_os() {
        let known = name.to_string_lossy();
        if known.starts_with("PHRASE_") || is_token(&known) {
            cmd = cmd.env_remove(&name);
        }
    }
    cmd.env("PHRASE_REGION", "eu")
}
