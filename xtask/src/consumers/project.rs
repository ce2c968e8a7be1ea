//! A consumer made ready to build, with the versions of others that our own tests ran with.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::Shell;

use crate::cargo::Cargo;

use super::{Fixture, Tree, supply::Supply};

pub(crate) struct Project<'a> {
    supply: &'a Supply,
    manifest: PathBuf,
    offline: bool,
    tree: Tree,
}

impl<'a> Project<'a> {
    /// Resolves the consumer from the crates at hand, and only if some are missing by asking the registry.
    pub(crate) fn prepare(sh: &Shell, supply: &'a Supply, fixture: &Fixture) -> Result<Self> {
        let dir = supply.dir.join(fixture.name);
        sh.remove_path(dir.join("Cargo.lock"))?;
        if let Some(lockfile) = &supply.lockfile {
            sh.copy_file(lockfile, dir.join("Cargo.lock"))?;
        }
        let mut project = Self {
            supply,
            manifest: dir.join("Cargo.toml"),
            offline: true,
            tree: Tree::parse(""),
        };
        let resolve = |project: &Self| {
            project
                .cargo("tree")
                .words("-e normal --prefix none --format {p}")
        };
        let lines = match resolve(&project).on(sh).ignore_stderr().read() {
            Ok(lines) => lines,
            Err(_) => {
                if supply.is_sources() {
                    eprintln!(
                        "{}: not every crate is at hand, asking the registry",
                        fixture.name
                    );
                    project.offline = false;
                }
                resolve(&project)
                    .on(sh)
                    .read()
                    .context("its dependencies cannot be resolved")?
            }
        };
        project.tree = Tree::parse(&lines);
        Ok(project)
    }

    /// Every package that the consumer is built from on this machine, build dependencies aside.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// A cargo command for the consumer. `words` is the subcommand with its flags.
    pub(crate) fn cargo(&self, words: &str) -> Cargo {
        let cargo = self
            .supply
            .cargo(words)
            .arg("--manifest-path")
            .arg(self.manifest.to_string_lossy());
        if self.offline || !self.supply.is_sources() {
            cargo.arg("--offline")
        } else {
            cargo
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supply(home: Option<&str>) -> Supply {
        Supply {
            config: "patch.toml".into(),
            dir: "consumers".into(),
            target: "target".into(),
            emulator: "phrase-auth".into(),
            lockfile: None,
            home: home.map(PathBuf::from),
        }
    }

    fn build(supply: &Supply, offline: bool) -> Cargo {
        let project = Project {
            supply,
            manifest: "Cargo.toml".into(),
            offline,
            tree: Tree::parse(""),
        };
        project.cargo("build")
    }

    #[test]
    fn a_consumer_is_built_offline_unless_crates_are_missing() {
        let supply = supply(None);
        let offline =
            "cargo --quiet --config patch.toml build --manifest-path Cargo.toml --offline";
        assert_eq!(build(&supply, true).to_string(), offline);
        assert!(!build(&supply, false).has("--offline"));
    }

    #[test]
    fn from_the_packages_of_a_release_it_is_built_with_a_home_of_its_own_and_always_offline() {
        let command = build(&supply(Some("home")), false);
        assert!(command.to_string().ends_with("Cargo.toml --offline"));
        assert!(
            command.to_string().starts_with("CARGO_HOME=home "),
            "{command}"
        );
    }
}
