//! The workspace as cargo sees it: `cargo metadata`, read as plain JSON.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use semver::{Version, VersionReq};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::cargo::Cargo;

/// The licences, at the root and in each published crate.
pub(crate) const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Cargo's target directory, wherever the environment has put it.
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) version: Version,
    pub(crate) published: bool,
    /// As the manifest has them: of all kinds, for all systems, optional ones included.
    pub(crate) dependencies: Vec<Dependency>,
    /// Each feature with what it turns on, `default` included.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// What the manifest asks for; `*` if it names a path and no version.
    pub(crate) req: VersionReq,
    pub(crate) dev: bool,
}

#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// `lib`, `bin`, `test`, `bench`, …
    pub(crate) kind: String,
}

impl Workspace {
    pub(crate) fn read(sh: &Shell) -> Result<Self> {
        let json = Cargo::new("metadata --no-deps --format-version 1")
            .on(sh)
            .read()
            .context("cannot read the workspace; run this from inside the checkout")?;
        Self::from_metadata(&serde_json::from_str(&json)?)
    }

    fn from_metadata(metadata: &Value) -> Result<Self> {
        let packages = metadata["packages"]
            .as_array()
            .context("`cargo metadata` names no packages")?;
        Ok(Self {
            root: text(metadata, "workspace_root")?.into(),
            target: text(metadata, "target_directory")?.into(),
            members: packages
                .iter()
                .map(Member::from_metadata)
                .collect::<Result<_>>()?,
        })
    }

    pub(crate) fn published(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.published)
    }

    pub(crate) fn member(&self, name: &str) -> Result<&Member> {
        let found = self.members.iter().find(|member| member.name == name);
        found.with_context(|| format!("the workspace has no member `{name}`"))
    }

    /// The one version of everything that is published.
    pub(crate) fn version(&self) -> Result<&Version> {
        let first = self.published().next();
        let first = first.context("the workspace publishes nothing")?;
        Ok(&first.version)
    }

    /// A member's manifest, as one reads its path.
    pub(crate) fn manifest(&self, member: &Member) -> String {
        self.relative(&member.dir.join("Cargo.toml"))
    }

    /// A path as one reads it: from the root, with slashes.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}

impl Member {
    fn from_metadata(package: &Value) -> Result<Self> {
        let manifest = Path::new(text(package, "manifest_path")?);
        let features = package["features"].as_object().into_iter().flatten();
        let targets = package["targets"].as_array().into_iter().flatten();
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        Ok(Self {
            name: text(package, "name")?.to_owned(),
            dir: manifest
                .parent()
                .context("a manifest without a directory")?
                .to_owned(),
            version: text(package, "version")?.parse()?,
            // Cargo writes `publish = false` as an empty list of registries, and no key at all as null.
            published: package["publish"].is_null(),
            dependencies: dependencies
                .map(Dependency::from_metadata)
                .collect::<Result<_>>()?,
            features: features
                .map(|(name, enables)| (name.clone(), strings(enables)))
                .collect(),
            targets: targets.map(Target::from_metadata).collect::<Result<_>>()?,
        })
    }

    /// What users may choose: all features but `default`, which is only a choice of them.
    pub(crate) fn choices(&self) -> impl Iterator<Item = &str> {
        self.features
            .keys()
            .map(String::as_str)
            .filter(|name| *name != "default")
    }

    pub(crate) fn targets(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.targets
            .iter()
            .filter(move |target| target.kind == kind)
            .map(|target| target.name.as_str())
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Result<Self> {
        Ok(Self {
            name: text(dependency, "name")?.to_owned(),
            req: text(dependency, "req")?.parse()?,
            dev: dependency["kind"].as_str() == Some("dev"),
        })
    }
}

impl Target {
    fn from_metadata(target: &Value) -> Result<Self> {
        let kinds = strings(&target["kind"]);
        Ok(Self {
            name: text(target, "name")?.to_owned(),
            kind: kinds
                .into_iter()
                .next()
                .context("a target without a kind")?,
        })
    }
}

/// The files of the checkout, from its root: what git tracks, and what it will once it is added, so that no check has to
/// wait for the commit.
pub(crate) fn files(sh: &Shell) -> Result<Vec<String>> {
    let list = cmd!(sh, "git ls-files -z --cached --others --exclude-standard")
        .quiet()
        .read()
        .context("git says which files belong to the project; run this in a clone")?;
    let files = list.split('\0').filter(|file| !file.is_empty());
    Ok(files.map(str::to_owned).collect())
}

/// A member of what `cargo metadata` has written, or the error that names it.
pub(crate) fn text<'a>(object: &'a Value, key: &str) -> Result<&'a str> {
    object[key]
        .as_str()
        .with_context(|| format!("`cargo metadata` says nothing about `{key}`"))
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
impl Workspace {
    /// A workspace of one published crate with features and one unpublished without, for tests.
    pub(crate) fn sample() -> Self {
        Self::from_members(&[
            serde_json::json!({
                    "name": "a", "version": "0.1.0", "publish": null,
                    "manifest_path": "here/crates/a/Cargo.toml",
                    "features": { "default": ["x"], "x": [], "y": ["x", "dep:z"] },
                    "targets": [{ "name": "a", "kind": ["lib"] }],
            }),
            serde_json::json!({
                    "name": "phrase-auth-tests", "version": "0.1.0", "publish": [],
                    "manifest_path": "here/tests/Cargo.toml",
                    "features": {},
                    "targets": [{ "name": "hit", "kind": ["bench"] }, { "name": "herd", "kind": ["bench"] }],
            }),
        ])
    }

    /// A workspace of these packages, as `cargo metadata` would write them.
    pub(crate) fn from_members(packages: &[Value]) -> Self {
        Self::from_metadata(&serde_json::json!({
            "workspace_root": "here",
            "target_directory": "here/target",
            "packages": packages,
        }))
        .unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publish_false_is_what_tells_members_that_ship_from_the_rest() {
        let workspace = Workspace::sample();
        let published: Vec<_> = workspace.published().map(|member| &member.name).collect();
        assert_eq!(published, ["a"]);
    }

    #[test]
    fn default_is_no_choice_of_its_own() {
        let workspace = Workspace::sample();
        assert_eq!(
            workspace.member("a").unwrap().choices().collect::<Vec<_>>(),
            ["x", "y"]
        );
    }

    #[test]
    fn a_path_is_shown_from_the_root() {
        let workspace = Workspace::sample();
        assert_eq!(
            workspace.relative(Path::new("here/crates/a/Cargo.toml")),
            "crates/a/Cargo.toml"
        );
        assert_eq!(workspace.relative(Path::new("elsewhere")), "elsewhere");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Workspace::from_metadata(&serde_json::json!({ "packages": [] })).unwrap_err();
        assert!(error.to_string().contains("workspace_root"), "{error}");
        let error = Workspace::sample().member("b").unwrap_err();
        assert!(error.to_string().contains("`b`"), "{error}");
    }
}
