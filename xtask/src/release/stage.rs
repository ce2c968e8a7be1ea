//! A local registry: a folder from which cargo resolves and unpacks like from crates.io, without asking anybody.
//!
//! It holds what the lockfile names, and nothing else, so that a build on it is the build that was tested.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use toml_edit::DocumentMut;
use xshell::Shell;

use crate::{cargo::Cargo, graph::CRATES_IO, workspace::Workspace};

/// A package of somebody else, as the index and the disk know it.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its line in the index.
    pub(crate) line: Value,
    /// The tarball, as cargo has downloaded it.
    pub(crate) file: PathBuf,
}

/// All packages of others in the lockfile, for every system.
pub(crate) fn packages(sh: &Shell, workspace: &Workspace) -> Result<Vec<Package>> {
    // A build has brought what this system needs; this asks nobody if all the rest is at hand too.
    Cargo::new("fetch --locked --quiet").run(sh)?;
    let metadata = Cargo::new("metadata --locked --offline --all-features --format-version 1")
        .on(sh)
        .read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let sums = sums(&sh.read_file(workspace.root.join("Cargo.lock"))?)?;
    let caches = caches(sh)?;
    let mut packages = Vec::new();
    let all = metadata.get("packages").and_then(Value::as_array);
    for package in all.into_iter().flatten() {
        if package["source"].is_null() {
            continue;
        }
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let (name, version) = (text("name"), text("version"));
        ensure!(
            package["source"] == CRATES_IO,
            "{name} {version} is from {}, and can be in no published crate",
            package["source"]
        );
        let sum = sums
            .get(&(name.clone(), version.clone()))
            .with_context(|| format!("Cargo.lock has no checksum for {name} {version}"))?;
        let tarball = format!("{name}-{version}.crate");
        let file = caches
            .iter()
            .map(|cache| cache.join(&tarball))
            .find(|file| file.exists())
            .with_context(|| format!("{tarball} is not at hand; run `cargo fetch --locked`"))?;
        packages.push(Package {
            line: line(package, sum),
            name,
            file,
        });
    }
    Ok(packages)
}

/// The folders in which cargo keeps tarballs, one for each registry or mirror of one.
fn caches(sh: &Shell) -> Result<Vec<PathBuf>> {
    let cache = cargo_home()?.join("registry/cache");
    Ok(sh.read_dir(cache).unwrap_or_default())
}

/// Where the user's cargo keeps what it has downloaded.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = env::home_dir().context("this system knows no home directory; set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

/// The checksums of a lockfile by name and version.
pub(crate) fn sums(lockfile: &str) -> Result<BTreeMap<(String, String), String>> {
    let lockfile: DocumentMut = lockfile.parse().context("Cargo.lock is no TOML")?;
    let packages = lockfile
        .get("package")
        .and_then(|packages| packages.as_array_of_tables())
        .context("Cargo.lock names no packages")?;
    let text = |table: &toml_edit::Table, key: &str| Some(table.get(key)?.as_str()?.to_owned());
    Ok(packages
        .iter()
        .filter_map(|table| {
            let key = (text(table, "name")?, text(table, "version")?);
            Some((key, text(table, "checksum")?))
        })
        .collect())
}

/// The line of the index, made of what `cargo metadata` says of a package; its format is in the chapter "Registry
/// Index" of cargo's book.
fn line(package: &Value, sum: &str) -> Value {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let dependency = |dependency: &Value| {
        let renamed = dependency["rename"].as_str();
        let name = &dependency["name"];
        json!({
            "name": renamed.map_or(name.clone(), Value::from),
            "package": renamed.map(|_| name),
            "req": dependency["req"],
            "features": dependency["features"],
            "optional": dependency["optional"],
            "default_features": dependency["uses_default_features"],
            "target": dependency["target"],
            "kind": dependency["kind"].as_str().unwrap_or("normal"),
            "registry": null,
        })
    };
    json!({
        "name": package["name"],
        "vers": package["version"],
        "deps": dependencies.map(dependency).collect::<Vec<_>>(),
        "features": {},
        "features2": package["features"],
        "cksum": sum,
        "yanked": false,
        "links": package["links"],
        "v": 2,
    })
}

/// Where the index keeps a crate's lines, below its root.
pub(crate) fn place(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let part = |range| name.get(range).unwrap_or_default();
    match name.len() {
        0..=2 => format!("{}/{name}", name.len()),
        3 => format!("3/{}/{name}", part(0..1)),
        _ => format!("{}/{}/{name}", part(0..2), part(2..4)),
    }
}

/// Writes a local registry of these packages to `dir`.
pub(crate) fn write(sh: &Shell, dir: &Path, packages: &[Package]) -> Result<()> {
    let mut index: BTreeMap<String, String> = BTreeMap::new();
    for package in packages {
        sh.copy_file(&package.file, dir)?;
        let lines = index.entry(place(&package.name)).or_default();
        lines.push_str(&format!("{}\n", package.line));
    }
    for (place, lines) in index {
        sh.write_file(dir.join("index").join(place), lines)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_index_is_made_of_what_metadata_says() {
        let package = json!({
            "name": "h2", "version": "0.4.1", "links": null,
            "features": { "default": ["std"], "std": ["dep:bytes"] },
            "dependencies": [
                {
                    "name": "bytes", "req": "^1", "kind": null, "rename": null, "optional": true,
                    "uses_default_features": false, "features": ["std"], "target": "cfg(unix)",
                },
                {
                    "name": "futures-core", "req": "^0.3", "kind": "dev", "rename": "futures", "optional": false,
                    "uses_default_features": true, "features": [], "target": null,
                },
            ],
        });
        let expected = json!({
            "name": "h2", "vers": "0.4.1", "cksum": "5f1b", "yanked": false, "links": null, "v": 2,
            "features": {},
            "features2": { "default": ["std"], "std": ["dep:bytes"] },
            "deps": [
                {
                    "name": "bytes", "package": null, "req": "^1", "kind": "normal", "optional": true,
                    "default_features": false, "features": ["std"], "target": "cfg(unix)", "registry": null,
                },
                {
                    "name": "futures", "package": "futures-core", "req": "^0.3", "kind": "dev", "optional": false,
                    "default_features": true, "features": [], "target": null, "registry": null,
                },
            ],
        });
        assert_eq!(line(&package, "5f1b"), expected);
    }

    #[test]
    fn the_index_keeps_short_names_by_their_length_and_others_by_their_first_letters() {
        let places = ["a", "h2", "url", "http", "phrase-auth", "RustyXML"].map(place);
        assert_eq!(
            places,
            [
                "1/a",
                "2/h2",
                "3/u/url",
                "ht/tp/http",
                "ph/ra/phrase-auth",
                "ru/st/rustyxml"
            ]
        );
    }

    #[test]
    fn checksums_are_read_by_name_and_version_and_our_own_crates_have_none() {
        let lockfile = "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n\
                        [[package]]\nname = \"h2\"\nversion = \"0.4.1\"\nchecksum = \"5f1b\"\n";
        let sums = sums(lockfile).unwrap();
        assert_eq!(sums[&("h2".to_owned(), "0.4.1".to_owned())], "5f1b");
        assert_eq!(sums.len(), 1);
        assert!(super::sums("").is_err());
    }
}
