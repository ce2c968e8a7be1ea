//! `cargo xtask consumers`: programs as a user would write them, built and run against the sources.
//!
//! Each asserts what no test inside the workspace can: which of our crates one way in pulls in, exactly, and how
//! many packages it brings in all.

mod project;
mod tree;

use std::{collections::BTreeSet, env::consts::EXE_SUFFIX, path::Path};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Cmd, Shell};

use crate::{cargo::Cargo, flags, workspace::Workspace};

pub(crate) use self::project::Project;
use self::tree::Tree;

/// Where the programs are, from the root.
pub(crate) const DIR: &str = "tests/consumers";

/// One program and its bars.
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    /// The crate of ours that the program names in its manifest.
    way_in: &'static str,
    /// Every crate of ours that it may and must end up with.
    ours: &'static [&'static str],
    /// Packages of others that would mean that another scheme came along.
    without: &'static [&'static str],
    /// The most packages that the way in may bring with it.
    pub(crate) ceiling: usize,
    /// Whether it asks a token endpoint for its header.
    network: bool,
}

pub(crate) const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "only-platform",
        way_in: "phrase-auth-platform",
        ours: &[
            "phrase-auth-core",
            "phrase-auth-platform",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken", "oauth2"],
        ceiling: 107,
        network: true,
    },
    Fixture {
        name: "only-apitoken",
        way_in: "phrase-auth-apitoken",
        ours: &[
            "phrase-auth-apitoken",
            "phrase-auth-core",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken", "oauth2"],
        ceiling: 107,
        network: true,
    },
    Fixture {
        name: "only-oauth2",
        way_in: "phrase-auth-oauth2",
        ours: &[
            "phrase-auth-core",
            "phrase-auth-oauth2",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken"],
        ceiling: 140,
        network: true,
    },
    Fixture {
        name: "facade-none",
        way_in: "phrase-auth",
        ours: &["phrase-auth", "phrase-auth-core"],
        without: &["jsonwebtoken", "oauth2", "reqwest", "rustls"],
        ceiling: 23,
        network: false,
    },
    Fixture {
        name: "facade-apitoken",
        way_in: "phrase-auth",
        ours: &[
            "phrase-auth",
            "phrase-auth-apitoken",
            "phrase-auth-core",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken", "oauth2"],
        ceiling: 107,
        network: true,
    },
    Fixture {
        name: "facade-platform",
        way_in: "phrase-auth",
        ours: &[
            "phrase-auth",
            "phrase-auth-core",
            "phrase-auth-platform",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken", "oauth2"],
        ceiling: 107,
        network: true,
    },
    Fixture {
        name: "facade-oauth2",
        way_in: "phrase-auth",
        ours: &[
            "phrase-auth",
            "phrase-auth-core",
            "phrase-auth-oauth2",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken"],
        ceiling: 141,
        network: true,
    },
    Fixture {
        name: "facade-full",
        way_in: "phrase-auth",
        ours: &[
            "phrase-auth",
            "phrase-auth-apitoken",
            "phrase-auth-core",
            "phrase-auth-oauth2",
            "phrase-auth-platform",
            "phrase-auth-reqwest",
        ],
        without: &["jsonwebtoken"],
        ceiling: 145,
        network: true,
    },
];

impl flags::Consumers {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        check(sh, workspace)
    }
}

/// Checks all programs; one that fails does not hide what is wrong with the next.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    Cargo::new("build --locked -p phrase-auth-cli").run(sh)?;
    let mut wrong = Vec::new();
    for fixture in FIXTURES {
        match fixture.check(sh, workspace) {
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

impl Fixture {
    /// The number of packages that the way in brings.
    fn check(&self, sh: &Shell, workspace: &Workspace) -> Result<usize> {
        let project = Project::prepare(sh, workspace, self)?;
        let packages = self.judge(project.tree(), workspace)?;
        let target = workspace.target.join("consumers");
        project
            .cargo("build")
            .arg("--target-dir")
            .arg(target.to_string_lossy())
            .run(sh)?;
        let answer = self
            .start(sh, workspace, &target)
            .read()
            .context("it was built, but does not run")?;
        ensure!(!answer.is_empty(), "it ran, but printed nothing");
        Ok(packages)
    }

    /// The number of packages in a tree besides the program and its way in.
    pub(crate) fn brings(&self, tree: &Tree) -> usize {
        tree.beside(&[self.name, self.way_in])
    }

    /// Holds a tree to the bars.
    fn judge(&self, tree: &Tree, workspace: &Workspace) -> Result<usize> {
        let found: BTreeSet<_> = tree
            .names()
            .filter(|name| workspace.member(name).is_ok())
            .collect();
        let wanted = self.ours.iter().copied().collect();
        if found != wanted {
            let list = |set: BTreeSet<&str>| set.into_iter().collect::<Vec<_>>().join(" ");
            bail!(
                "it pulls in `{}` of our crates, but must pull in exactly `{}`",
                list(found),
                list(wanted)
            );
        }
        if let Some(foreign) = tree.names().find(|name| self.without.contains(name)) {
            bail!("it pulls in {foreign}, which it has no use for");
        }
        let packages = self.brings(tree);
        ensure!(
            packages <= self.ceiling,
            "{} brings {packages} packages with it, but may bring at most {}",
            self.way_in,
            self.ceiling
        );
        Ok(packages)
    }

    /// The built program, beside the emulator if it needs a token endpoint.
    fn start<'a>(&self, sh: &'a Shell, workspace: &Workspace, target: &Path) -> Cmd<'a> {
        let program =
            |target: &Path, name| target.join("debug").join(format!("{name}{EXE_SUFFIX}"));
        let own = program(target, self.name);
        let mut cmd = if self.network {
            let emulator = program(&workspace.target, "phrase-auth");
            sh.cmd(emulator).args(["emulator", "exec", "--"]).arg(own)
        } else {
            sh.cmd(own)
        };
        // The maintainer's own credentials have no business in a test.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PHRASE_"))
        {
            cmd = cmd.env_remove(name);
        }
        cmd.env("PHRASE_REGION", "eu")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARS: Fixture = Fixture {
        name: "user",
        way_in: "a",
        ours: &["a"],
        without: &["oauth2"],
        ceiling: 2,
        network: false,
    };

    fn judge(lines: &str) -> Result<usize, String> {
        BARS.judge(&Tree::parse(lines), &Workspace::sample())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_user_and_its_way_in_do_not_count_as_brought_along() {
        assert_eq!(
            judge("user v0.0.0\na v0.1.0 (/somewhere)\nbytes v1.0.0\nhttp v1.0.0\n"),
            Ok(2)
        );
    }

    #[test]
    fn one_package_too_many_is_refused_with_the_bar() {
        let error =
            judge("user v0.0.0\na v0.1.0\nbytes v1.0.0\nhttp v1.0.0\nhttp v0.2.0\n").unwrap_err();
        assert_eq!(
            error,
            "a brings 3 packages with it, but may bring at most 2"
        );
    }

    #[test]
    fn another_crate_of_ours_is_refused_by_name() {
        let error = judge("user v0.0.0\na v0.1.0\nphrase-auth-tests v0.1.0\n").unwrap_err();
        assert!(
            error.contains("`a phrase-auth-tests`") && error.contains("exactly `a`"),
            "{error}"
        );
    }

    #[test]
    fn what_another_scheme_needs_is_refused_by_name() {
        let error = judge("user v0.0.0\na v0.1.0\noauth2 v5.0.0\n").unwrap_err();
        assert_eq!(error, "it pulls in oauth2, which it has no use for");
    }

    #[test]
    fn a_missing_crate_of_ours_is_refused_too() {
        assert!(
            judge("user v0.0.0\nbytes v1.0.0\n")
                .unwrap_err()
                .contains("pulls in ``")
        );
    }

    #[test]
    fn every_way_in_is_one_of_the_crates_it_must_pull_in() {
        for fixture in FIXTURES {
            assert!(fixture.ours.contains(&fixture.way_in), "{}", fixture.name);
            assert!(fixture.ours.is_sorted(), "{}", fixture.name);
        }
    }
}
