//! Every package behind the workspace, with all features and for all targets: the whole of `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::Shell;

use crate::{cargo::Cargo, workspace::text};

/// The only place that packages may come from, as cargo writes it.
pub(crate) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Debug)]
pub(crate) struct Graph {
    /// By the identifier that cargo gives them.
    packages: BTreeMap<String, Package>,
}

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Of the manifest, as it stands there.
    pub(crate) licence: Option<String>,
    pub(crate) rust_version: Option<String>,
    /// Where it was fetched from; nothing for a package that lies here.
    pub(crate) source: Option<String>,
    /// Identifiers of what it is compiled with; what only its tests need is not among them.
    needs: Vec<String>,
}

impl Graph {
    pub(crate) fn read(sh: &Shell) -> Result<Self> {
        let json = Cargo::new("metadata --locked --all-features --format-version 1")
            .on(sh)
            .read()?;
        Self::from_metadata(&serde_json::from_str(&json)?)
    }

    pub(crate) fn from_metadata(metadata: &Value) -> Result<Self> {
        let mut packages = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let (id, package) = Package::from_metadata(package)?;
            packages.insert(id, package);
        }
        for node in metadata.pointer("/resolve/nodes").map_or(&[][..], list) {
            let package = packages
                .get_mut(text(node, "id")?)
                .context("a node without a package")?;
            for dependency in list(&node["deps"]) {
                // Cargo writes a normal dependency as one of no kind.
                let kinds = list(&dependency["dep_kinds"]);
                if kinds.iter().any(|kind| kind["kind"] != "dev") {
                    package.needs.push(text(dependency, "pkg")?.to_owned());
                }
            }
        }
        Ok(Self { packages })
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    /// The members of these names and all that they are compiled with, at any distance.
    pub(crate) fn behind<'a>(&'a self, names: &[&str]) -> Vec<&'a Package> {
        let is_asked =
            |package: &Package| package.source.is_none() && names.contains(&package.name.as_str());
        let mut open: Vec<_> = self
            .packages
            .iter()
            .filter(|(_, it)| is_asked(it))
            .map(|(id, _)| id)
            .collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            if let Some(package) = self.packages.get(id)
                && seen.insert(id)
            {
                found.push(package);
                open.extend(&package.needs);
            }
        }
        found.sort_by_key(|package| (&package.name, &package.version));
        found
    }
}

impl Package {
    fn from_metadata(package: &Value) -> Result<(String, Self)> {
        let maybe = |key: &str| package[key].as_str().map(str::to_owned);
        Ok((
            text(package, "id")?.to_owned(),
            Self {
                name: text(package, "name")?.to_owned(),
                version: text(package, "version")?.to_owned(),
                licence: maybe("license"),
                rust_version: maybe("rust_version"),
                source: maybe("source"),
                needs: Vec::new(),
            },
        ))
    }

    /// As cargo wants it where there may be several versions.
    pub(crate) fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The command that shows who wants it.
    pub(crate) fn way_in(&self) -> String {
        format!(
            "cargo tree --workspace --all-features --target all -i {}",
            self.spec()
        )
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
impl Graph {
    /// Packages of some names, with what else they say, and without edges; for tests.
    pub(crate) fn sample(packages: &[(&str, &str, Value)]) -> Self {
        let package = |(name, version, more): &(&str, &str, Value)| {
            let mut package = more.clone();
            package["id"] = format!("{name}@{version}").into();
            package["name"] = (*name).into();
            package["version"] = (*version).into();
            package
        };
        let packages: Vec<_> = packages.iter().map(package).collect();
        Self::from_metadata(&serde_json::json!({ "packages": packages })).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(id: &str, source: Option<&str>) -> Value {
        serde_json::json!({ "id": id, "name": id, "version": "1.0.0", "source": source })
    }

    fn need(id: &str, kinds: &[Option<&str>]) -> Value {
        let kinds: Vec<_> = kinds
            .iter()
            .map(|kind| serde_json::json!({ "kind": kind }))
            .collect();
        serde_json::json!({ "pkg": id, "dep_kinds": kinds })
    }

    #[test]
    fn behind_a_member_is_what_it_is_compiled_with_and_not_what_its_tests_need() {
        let graph = Graph::from_metadata(&serde_json::json!({
            "packages": [
                package("ours", None), package("normal", Some("r")), package("build", Some("r")),
                package("deep", Some("r")), package("dev", Some("r")), package("both", Some("r")),
            ],
            "resolve": { "nodes": [
                { "id": "ours", "deps": [
                    need("normal", &[None]), need("build", &[Some("build")]), need("dev", &[Some("dev")]),
                    need("both", &[Some("dev"), None]),
                ] },
                { "id": "normal", "deps": [need("deep", &[None])] },
                { "id": "deep", "deps": [need("normal", &[None])] },
            ] },
        }))
        .unwrap();
        let names: Vec<_> = graph
            .behind(&["ours"])
            .into_iter()
            .map(|it| &it.name)
            .collect();
        assert_eq!(names, ["both", "build", "deep", "normal", "ours"]);
    }

    #[test]
    fn a_package_of_the_registry_that_is_named_like_a_member_is_not_asked_for() {
        let graph =
            Graph::from_metadata(&serde_json::json!({ "packages": [package("ours", Some("r"))] }))
                .unwrap();
        assert!(graph.behind(&["ours"]).is_empty());
    }
}
