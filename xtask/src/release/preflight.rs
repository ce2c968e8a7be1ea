//! What stops a release before anything is built.

use anyhow::{Context, Result};
use semver::{Comparator, Op, Version, VersionReq};
use xshell::{Shell, cmd};

use crate::{
    changelog::{self, UNRELEASED},
    finding::Finding,
    workspace::{Dependency, Member, Workspace},
};

use super::{CHANGELOG, FILES, plan};

/// Where a release is published from.
const BRANCH: &str = "main";

/// What git and the disk say.
pub(crate) struct Facts {
    branch: String,
    /// Lines of `git status --porcelain`.
    changes: Vec<String>,
    tags: Vec<Version>,
    /// Whether the clone has no history, and so maybe not all tags.
    shallow: bool,
    /// Whether git knows who would tag.
    signs: bool,
    changelog: String,
    /// Files that every published crate must have and that are not there.
    missing: Vec<String>,
}

impl Facts {
    pub(crate) fn read(sh: &Shell, workspace: &Workspace) -> Result<Self> {
        let git = |command: xshell::Cmd<'_>| {
            let lines = command.quiet().read();
            lines.context(
                "a release is made from a clone: git has to be there and to know this folder",
            )
        };
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let missing = workspace.published().flat_map(|member| {
            FILES
                .iter()
                .map(|name| member.dir.join(name))
                .filter(|file| !file.exists())
                .map(|file| workspace.relative(&file))
        });
        Ok(Self {
            branch: git(cmd!(sh, "git branch --show-current"))?,
            changes: lines(git(cmd!(sh, "git status --porcelain"))?),
            tags: super::tags(sh)?,
            shallow: git(cmd!(sh, "git rev-parse --is-shallow-repository"))? == "true",
            signs: cmd!(sh, "git var GIT_COMMITTER_IDENT")
                .quiet()
                .ignore_stderr()
                .read()
                .is_ok(),
            changelog: sh.read_file(CHANGELOG)?,
            missing: missing.collect(),
        })
    }

    /// Everything that stands in the way. With `execute` also what only stands in the way of an upload.
    pub(crate) fn findings(&self, workspace: &Workspace, execute: bool) -> Result<Vec<Finding>> {
        let version = workspace.version()?;
        let mut findings = self.tree(execute);
        findings.extend(self.version(version));
        findings.extend(self.changelog(version));
        for member in workspace.published() {
            findings.extend(dependencies(workspace, member, version));
            if member.version != *version {
                findings.push(Finding::new(
                    workspace.manifest(member),
                    format!("has the version {}, the others {version}", member.version),
                    "`version.workspace = true`: all crates have one version",
                ));
            }
        }
        findings.extend(self.missing.iter().map(|file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            let mend = match name.starts_with("LICENSE") {
                true => format!("ln -s ../../{name} {file}"),
                false => "write it: it is the crate's page".to_owned(),
            };
            Finding::new(file, "is missing", mend)
        }));
        findings.extend(plan::order(workspace).err());
        Ok(findings)
    }

    fn tree(&self, execute: bool) -> Vec<Finding> {
        let mut findings: Vec<_> = self
            .changes
            .iter()
            .map(|line| {
                // Two letters and a space stand before the path.
                let file = line.get(3..).unwrap_or(line);
                Finding::new(
                    file,
                    "is not as it was committed",
                    "commit it, or put it back: what is released is a commit",
                )
            })
            .collect();
        if execute && self.branch != BRANCH {
            let branch = match self.branch.as_str() {
                "" => "no branch",
                branch => branch,
            };
            findings.push(Finding::new(
                ".git",
                format!("{branch} is checked out, not {BRANCH}"),
                format!("git switch {BRANCH}"),
            ));
        }
        if execute && self.shallow {
            findings.push(Finding::new(
                ".git",
                "is a shallow clone, and may lack the tags that say what is published",
                "git fetch --unshallow --tags",
            ));
        }
        if execute && !self.signs {
            findings.push(Finding::new(
                ".git",
                "git does not know who would make the tag",
                "git config user.name and user.email",
            ));
        }
        findings
    }

    fn version(&self, version: &Version) -> Option<Finding> {
        let newest = self.tags.iter().max()?;
        if version > newest {
            return None;
        }
        let what = match version == newest {
            true => format!("the version {version} exists: it has the tag v{version}"),
            false => format!("the version {version} is older than v{newest}, which has a tag"),
        };
        Some(Finding::new(
            "Cargo.toml",
            what,
            "cargo xtask bump patch (or minor, or major)",
        ))
    }

    fn changelog(&self, version: &Version) -> Vec<Finding> {
        let mut findings = Vec::new();
        let releases = changelog::releases(&self.changelog);
        let ours = releases
            .iter()
            .find(|release| release.version() == version.to_string());
        let bump = format!("`cargo xtask bump {version}` dates what is written under {UNRELEASED}");
        if let Some(left) = releases.iter().find(|release| release.title == UNRELEASED) {
            findings.push(Finding::new(
                format!("{CHANGELOG}:{}", left.line),
                format!("something is {UNRELEASED} that {version} would bring"),
                match ours {
                    // One heading for one version: bump would refuse a second.
                    Some(ours) => format!("put it under `## {}`", ours.title),
                    None => bump.clone(),
                },
            ));
        }
        match ours {
            None => findings.push(Finding::new(
                CHANGELOG,
                format!("has no text for {version}"),
                format!("write what users will notice; {bump}"),
            )),
            Some(release) if !release.has_text() => findings.push(Finding::new(
                format!("{CHANGELOG}:{}", release.line),
                format!("has no text for {version}, only its heading"),
                "write what users of each crate will notice",
            )),
            Some(release) if release.title == release.version() => findings.push(Finding::new(
                format!("{CHANGELOG}:{}", release.line),
                format!("{version} has no date"),
                format!("`cargo xtask bump {version}` puts it there"),
            )),
            Some(_) => {}
        }
        findings
    }
}

/// What is wrong with how a member asks for the others.
fn dependencies(workspace: &Workspace, member: &Member, version: &Version) -> Vec<Finding> {
    // One that is never published is the plan's to refuse.
    let ours = |dependency: &&Dependency| {
        let member = workspace.member(&dependency.name);
        member.is_ok_and(|member| member.published)
    };
    let wrong = |dependency: &Dependency| {
        let (name, req) = (&dependency.name, &dependency.req);
        let (what, mend) = if dependency.dev {
            (*req != VersionReq::STAR).then(|| {
                (
                    format!("the dev-dependency {name} has a version, and could not be packaged before {name} is up"),
                    format!("name only its path: {name} = {{ path = \"../{name}\" }}"),
                )
            })
        } else if is_pin(req) {
            Some((
                format!(
                    "pins {name} by `{req}`, so that no other version of {name} will ever do beside it"
                ),
                format!(
                    "write \"{version}\" in [workspace.dependencies] of Cargo.toml, without `=`"
                ),
            ))
        } else {
            (*req != caret(version)).then(|| {
                (
                    format!("asks for {name} `{req}`, and not for the {version} of this release"),
                    format!("write \"{version}\" in [workspace.dependencies] of Cargo.toml"),
                )
            })
        }?;
        Some(Finding::new(workspace.manifest(member), what, mend))
    };
    let dependencies = member.dependencies.iter();
    dependencies.filter(ours).filter_map(wrong).collect()
}

fn is_pin(req: &VersionReq) -> bool {
    req.comparators
        .iter()
        .any(|comparator| comparator.op == Op::Exact)
}

/// What `"1.2.3"` in a manifest means.
fn caret(version: &Version) -> VersionReq {
    let comparator = Comparator {
        op: Op::Caret,
        major: version.major,
        minor: Some(version.minor),
        patch: Some(version.patch),
        pre: version.pre.clone(),
    };
    VersionReq {
        comparators: vec![comparator],
    }
}

#[cfg(test)]
mod tests;
