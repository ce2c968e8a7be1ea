//! `cargo xtask ci licences`: under which licences the packages come, from where, and which must not come at all.
//!
//! The lists are those of `deny.toml`; whoever has `cargo deny` can check them with it, and advisories besides.

mod expression;
mod policy;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use xshell::Shell;

use crate::{
    finding::{self, Finding},
    graph::{CRATES_IO, Graph, Package},
    workspace::{LICENCES, Member, Workspace},
};

use self::{expression::Expression, policy::Policy};

const POLICY: &str = "deny.toml";

/// Two majors of these do not understand each other: a type of the one is not a type of the other, and two TLS stacks
/// have two ideas of whom to trust.
const SINGLE: [&str; 3] = ["http", "hyper", "rustls"];

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let policy = Policy::parse(&sh.read_file(POLICY)?).context(POLICY)?;
    let graph = Graph::read(sh)?;
    let members: BTreeSet<_> = workspace
        .members
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    let mut findings = licences(&graph, &policy);
    findings.extend(sources(&graph, &members));
    findings.extend(bans(&graph, &policy));
    for member in workspace.published() {
        findings.extend(files(workspace, member, |path| sh.path_exists(path)));
    }
    finding::report(
        &findings,
        format!(
            "licences: {} packages, nothing to mend",
            graph.packages().count()
        ),
    )
}

/// Each package can be taken under licences of the list, and the list has no other.
fn licences(graph: &Graph, policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut named = BTreeSet::new();
    for package in graph.packages() {
        let Some(text) = &package.licence else {
            let mend = format!(
                "read its source, then do without it or ask its authors; it comes in by `{}`",
                package.way_in()
            );
            findings.push(Finding::new(package.spec(), "names no licence", mend));
            continue;
        };
        match Expression::parse(text) {
            Ok(expression) => {
                if !expression.is_met(&policy.licences) {
                    findings.push(Finding::new(
                        package.spec(),
                        format!("comes under `{text}`"),
                        not_allowed(package),
                    ));
                }
                named.extend(expression.names().into_iter().map(str::to_owned));
            }
            Err(error) => {
                let what = format!("its licence `{text}` is no SPDX expression: {error}");
                findings.push(Finding::new(package.spec(), what, not_allowed(package)));
            }
        }
    }
    for licence in policy.licences.difference(&named) {
        let what = format!("allows {licence}, which no package names");
        findings.push(Finding::new(
            POLICY,
            what,
            "take it out of [licenses] allow",
        ));
    }
    findings
}

fn not_allowed(package: &Package) -> String {
    format!(
        "do without it, or, if its terms suit those who use us, allow the licence in {POLICY}; it comes in by `{}`",
        package.way_in()
    )
}

/// Whatever is not ours comes from crates.io.
fn sources(graph: &Graph, members: &BTreeSet<&str>) -> Vec<Finding> {
    let stranger = |package: &&Package| match &package.source {
        Some(source) => source != CRATES_IO,
        None => !members.contains(package.name.as_str()),
    };
    let finding = |package: &Package| {
        let from = package
            .source
            .as_deref()
            .unwrap_or("a path outside the workspace");
        let mend = format!(
            "take a release from crates.io; it comes in by `{}`",
            package.way_in()
        );
        Finding::new(package.spec(), format!("comes from {from}"), mend)
    };
    graph.packages().filter(stranger).map(finding).collect()
}

fn bans(graph: &Graph, policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut majors = BTreeMap::<&str, BTreeMap<String, &Package>>::new();
    for package in graph.packages() {
        if policy.banned.contains(&package.name) {
            let mend = format!(
                "turn off the feature that wants it; it comes in by `{}`",
                package.way_in()
            );
            findings.push(Finding::new(
                package.spec(),
                format!("is banned in {POLICY}"),
                mend,
            ));
        }
        if SINGLE.contains(&package.name.as_str()) {
            let versions = majors.entry(&package.name).or_default();
            versions.insert(major(&package.version), package);
        }
    }
    for (name, versions) in majors {
        if versions.len() > 1 {
            let ways: Vec<_> = versions
                .values()
                .map(|package| format!("`{}`", package.way_in()))
                .collect();
            let what = format!("comes in {} incompatible versions", versions.len());
            let mend = format!("move to one of them: {}", ways.join(", "));
            findings.push(Finding::new(name, what, mend));
        }
    }
    findings
}

/// The part of a version that has to be equal for two to be compatible.
fn major(version: &str) -> String {
    let zeros = version.split('.').take_while(|part| *part == "0").count();
    version
        .split('.')
        .take(zeros.saturating_add(1))
        .collect::<Vec<_>>()
        .join(".")
}

/// Whoever downloads a crate downloads its licence.
fn files(
    workspace: &Workspace,
    member: &Member,
    is_there: impl Fn(&std::path::Path) -> bool,
) -> Vec<Finding> {
    let missing = LICENCES
        .iter()
        .filter(|file| !is_there(&member.dir.join(file)));
    missing
        .map(|file| {
            let link = format!("{}/{file}", workspace.relative(&member.dir));
            let mend = format!("ln -s ../../{file} {link}");
            Finding::new(link, "is missing", mend)
        })
        .collect()
}

#[cfg(test)]
mod tests;
