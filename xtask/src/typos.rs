//! `cargo xtask ci typos`: misspelt words, in the sources as in the prose.
//!
//! The checker is a program of its own. From source it would be another 130 crates to build, so it comes ready made from
//! PyPI, into the target folder.

use std::{env::consts::EXE_SUFFIX, path::PathBuf};

use anyhow::{Result, bail, ensure};
use xshell::Shell;

use crate::{absent::Absent, workspace::Workspace};

/// Another version knows other words: what passes here has to pass there.
const VERSION: &str = "1.52.0";

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let program = find_or_install(sh, workspace)?;
    let list = sh.cmd(&program).arg("--files").quiet().read()?;
    ensure!(!list.trim().is_empty(), "it found no files to look at");
    let run = sh.cmd(&program).args(["--format", "brief"]).quiet();
    let status = run.ignore_status().output()?;
    print!("{}", String::from_utf8_lossy(&status.stdout));
    eprint!("{}", String::from_utf8_lossy(&status.stderr));
    match status.status.code() {
        Some(0) => Ok(()),
        Some(MISSPELT) => bail!("there are misspelt words"),
        _ => bail!("the checker itself went wrong; what it said is above"),
    }
}

/// How the program ends when it has found words.
const MISSPELT: i32 = 2;

/// The program of this version: as installed here before, from the system, or from PyPI.
fn find_or_install(sh: &Shell, workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join(format!("tools/typos-{VERSION}"));
    let program = folder.join(format!("bin/typos{EXE_SUFFIX}"));
    for candidate in [program.clone(), "typos".into()] {
        let version = sh.cmd(&candidate).arg("--version").quiet();
        if version
            .ignore_stderr()
            .read()
            .is_ok_and(|said| is_ours(&said))
        {
            return Ok(candidate);
        }
    }
    // What an installation that was broken off has left would pass for a whole one.
    sh.remove_path(&folder)?;
    eprintln!(
        "installing typos {VERSION} into {}",
        workspace.relative(&folder)
    );
    let pip = sh
        .cmd("python3")
        .args(["-m", "pip", "install", "--quiet", "--no-deps"]);
    let installed = pip
        .args([
            "--disable-pip-version-check",
            "--root-user-action=ignore",
            "--target",
        ])
        .arg(&folder)
        .arg(format!("typos=={VERSION}"))
        .quiet()
        .run();
    match installed {
        Ok(()) => Ok(program),
        Err(_) => Err(absent(sh).into()),
    }
}

/// What is missing, as far as one can tell.
fn absent(sh: &Shell) -> Absent {
    let runs = |args: &[&str]| {
        let probe = sh.cmd("python3").args(args).quiet();
        probe.ignore_stdout().ignore_stderr().run().is_ok()
    };
    let missing = if !runs(&["--version"]) {
        "there is no python3"
    } else if !runs(&["-m", "pip", "--version"]) {
        "python3 has no pip (Debian's package is python3-pip)"
    } else {
        "pip cannot fetch it; is there a network?"
    };
    Absent::new(format!(
        "typos {VERSION} is not here, and cannot be fetched from PyPI: {missing}"
    ))
}

/// It says `typos-cli 1.52.0`.
fn is_ours(said: &str) -> bool {
    said.split_whitespace().last() == Some(VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_version_will_do() {
        assert!(is_ours(&format!("typos-cli {VERSION}\n")));
        assert!(!is_ours(&format!("typos-cli {VERSION}0\n")));
        assert!(!is_ours(""));
    }

    #[test]
    fn every_exception_has_its_reason_above_it() {
        let text = include_str!("../../typos.toml");
        let words = text.split_once("[default.extend-words]\n").unwrap().1;
        for group in words.trim().split("\n\n") {
            assert!(group.starts_with("# "), "{group}");
        }
    }
}
