//! The programs, each with its bars.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

use crate::workspace::Workspace;

use super::Tree;

/// One program and its bars.
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    /// The crate of ours that the program names in its manifest.
    way_in: &'static str,
    /// Every crate of ours that it may and must end up with.
    pub(crate) ours: &'static [&'static str],
    /// Packages of others that would mean that another scheme came along.
    without: &'static [&'static str],
    /// The most packages that the way in may bring with it.
    pub(crate) ceiling: usize,
    /// Whether it asks a token endpoint for its header.
    pub(crate) network: bool,
    /// Whether it needs crates that our lockfile does not have, so that it cannot be built from staged packages.
    pub(crate) sources_only: bool,
}

pub(crate) const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "only-core",
        way_in: "phrase-auth-core",
        ours: &["phrase-auth-core"],
        without: &["jsonwebtoken", "oauth2", "reqwest", "rustls"],
        ceiling: 23,
        network: false,
        sources_only: false,
    },
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
        sources_only: false,
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
        sources_only: false,
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
        sources_only: false,
    },
    Fixture {
        name: "facade-none",
        way_in: "phrase-auth",
        ours: &["phrase-auth", "phrase-auth-core"],
        without: &["jsonwebtoken", "oauth2", "reqwest", "rustls"],
        ceiling: 23,
        network: false,
        sources_only: false,
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
        sources_only: false,
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
        sources_only: false,
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
        sources_only: false,
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
        sources_only: false,
    },
    Fixture {
        name: "facade-no-default-features",
        way_in: "phrase-auth",
        ours: &["phrase-auth", "phrase-auth-apitoken", "phrase-auth-core"],
        without: &["jsonwebtoken", "oauth2", "reqwest", "rustls", "tokio"],
        ceiling: 25,
        network: false,
        sources_only: false,
    },
    Fixture {
        name: "own-http-client",
        way_in: "phrase-auth-platform",
        ours: &["phrase-auth-core", "phrase-auth-platform"],
        without: &["jsonwebtoken", "oauth2", "reqwest", "rustls"],
        ceiling: 30,
        network: true,
        sources_only: false,
    },
    Fixture {
        name: "crypto-both-backends",
        way_in: "phrase-auth",
        ours: &[
            "phrase-auth",
            "phrase-auth-apitoken",
            "phrase-auth-core",
            "phrase-auth-emulator",
            "phrase-auth-oauth2",
            "phrase-auth-platform",
            "phrase-auth-reqwest",
        ],
        without: &[],
        ceiling: 255,
        network: false,
        sources_only: true,
    },
];

impl Fixture {
    /// The number of packages in a tree besides the program and its way in.
    pub(crate) fn brings(&self, tree: &Tree) -> usize {
        tree.beside(&[self.name, self.way_in])
    }

    /// Holds a tree to the bars.
    pub(crate) fn judge(&self, tree: &Tree, workspace: &Workspace) -> Result<usize> {
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
        sources_only: false,
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
