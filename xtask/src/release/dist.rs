//! The folder of a release, `target/dist`: the packages, a registry that holds them, and what is built from it.
//!
//! Cargo believes that a version never changes. Over what an earlier run has unpacked or built it would verify a crate
//! against another crate's sources of yesterday, so that the folder has a cargo home and a target of its own, and is
//! deleted first.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use toml_edit::DocumentMut;
use xshell::Shell;

use crate::{
    absent::Absent,
    cargo::Cargo,
    consumers::{self, Supply, program},
    workspace::{Member, Workspace},
};

use super::{
    stage,
    sums::{Sums, sha256},
};

pub(crate) struct Dist {
    pub(crate) dir: PathBuf,
}

/// What packages are made of.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sources {
    /// A commit, or nothing.
    Committed,
    /// Whatever lies there.
    AsTheyAre,
}

impl Dist {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self {
            dir: workspace.target.join("dist"),
        }
    }

    /// Makes the packages and builds every consumer from them alone. The folder has everything when this has gone well.
    pub(crate) fn prove(
        &self,
        sh: &Shell,
        workspace: &Workspace,
        plan: &[&Member],
        sources: Sources,
    ) -> Result<Sums> {
        // First, because it takes no time to find out that something is not at hand.
        let others = stage::packages(sh, workspace)?;
        let sums = self.pack(sh, plan, sources)?;
        self.stage(sh, &others, plan, &sums)?;
        self.install(sh)?;
        self.consume(sh, workspace)?;
        Ok(sums)
    }

    /// Packages the crates where nothing of an earlier run is left, and builds each from its package.
    fn pack(&self, sh: &Shell, plan: &[&Member], sources: Sources) -> Result<Sums> {
        self.clear(sh)?;
        self.furnish(sh)?;
        self.package(sh, plan, sources)?;
        Sums::of(&self.packages(), plan)
    }

    /// Deletes everything but the sums: they say what was proven last until something else is.
    fn clear(&self, sh: &Shell) -> Result<()> {
        sh.create_dir(&self.dir)?;
        for path in sh.read_dir(&self.dir)? {
            if path != self.sums() {
                sh.remove_path(path)?;
            }
        }
        Ok(())
    }

    /// Where cargo leaves packages, and unpacks them.
    pub(crate) fn packages(&self) -> PathBuf {
        self.dir.join("build/package")
    }

    /// Which bytes were proven.
    pub(crate) fn sums(&self) -> PathBuf {
        self.dir.join("SHA256SUMS")
    }

    fn home(&self) -> PathBuf {
        self.dir.join("home")
    }

    fn config(&self) -> PathBuf {
        self.dir.join("cargo.toml")
    }

    /// Our packages and all that they need, in the place of crates.io.
    ///
    /// Cargo unpacks a registry once for each path and version, in whatever home it has. So the path tells what is in
    /// it, and a program that is built on it with the user's own cargo never gets the sources of yesterday.
    fn stage(
        &self,
        sh: &Shell,
        others: &[stage::Package],
        plan: &[&Member],
        sums: &Sums,
    ) -> Result<()> {
        let content = sha256(sums.to_string().as_bytes());
        let name = format!("registry-{}", content.get(..12).unwrap_or(&content));
        let registry = self.dir.join(name);
        sh.create_dir(registry.join("index"))?;
        stage::write(sh, &registry, others)?;
        let index = self.packages().join("tmp-registry/index");
        for member in plan {
            let place = stage::place(&member.name);
            let line = sh
                .read_file(index.join(&place))
                .with_context(|| format!("cargo wrote no index for {}", member.name))?;
            sh.write_file(registry.join("index").join(&place), line)?;
            sh.copy_file(self.packages().join(tarball(member)), &registry)?;
        }
        let path = serde_json::to_string(&registry)?;
        sh.write_file(
            self.config(),
            format!(
                "[source.crates-io]\nreplace-with = \"staged\"\n\n[source.staged]\nlocal-registry = {path}\n"
            ),
        )?;
        eprintln!("{} packages of others staged", others.len());
        Ok(())
    }

    /// A home for cargo that has what the user's has downloaded, and nothing that was unpacked.
    fn furnish(&self, sh: &Shell) -> Result<()> {
        let home = stage::cargo_home()?;
        if let Some(mirror) = mirror(sh, &home) {
            let why = format!(
                "{} takes `{mirror}` for crates.io, and cargo packages crates that need each other over crates.io only; \
                 use a CARGO_HOME without that, and run `cargo fetch --locked` in it",
                home.join("config.toml").display()
            );
            return Err(Absent::new(why).into());
        }
        let registry = self.home().join("registry");
        // Cargo rewrites the index in place; packages it only reads.
        copy(&home.join("registry/index"), &registry.join("index"), false)
            .and_then(|()| copy(&home.join("registry/cache"), &registry.join("cache"), true))
            .context("nothing is downloaded yet; run `cargo fetch --locked` once, with a network")
    }

    /// A cargo command that builds here, from what is in this folder, whatever else the user has configured.
    fn cargo(&self, words: &str) -> Cargo {
        Cargo::new(words)
            .env("CARGO_HOME", self.home().to_string_lossy())
            .env("CARGO_REGISTRY_DEFAULT", "crates-io")
            .building_in(&self.dir.join("build"))
    }

    /// Packages the crates, and builds each from its package with all features.
    fn package(&self, sh: &Shell, plan: &[&Member], sources: Sources) -> Result<()> {
        // Not from the staged registry: cargo lays a registry of its own over crates.io only where that is itself.
        let mut package =
            self.cargo("package --quiet --offline --locked --all-features --registry crates-io");
        if sources == Sources::AsTheyAre {
            package = package.arg("--allow-dirty");
        }
        for member in plan {
            package = package.arg("-p").arg(&member.name);
        }
        package.run(sh)
    }

    /// Installs the program as a stranger would.
    fn install(&self, sh: &Shell) -> Result<()> {
        self.cargo("install --quiet --offline --locked --debug --no-track phrase-auth-cli")
            .arg("--config")
            .arg(self.config().to_string_lossy())
            .arg("--root")
            .arg(self.dir.to_string_lossy())
            .run(sh)
    }

    /// Builds and runs the consumers, which know the registry only.
    fn consume(&self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        let dir = self.dir.join("consumers");
        for fixture in consumers::FIXTURES {
            let from = workspace.root.join(consumers::DIR).join(fixture.name);
            let to = dir.join(fixture.name);
            sh.create_dir(to.join("src"))?;
            sh.copy_file(from.join("Cargo.toml"), &to)?;
            sh.copy_file(from.join("src/main.rs"), to.join("src"))?;
        }
        let supply = Supply {
            config: self.config(),
            dir,
            target: self.dir.join("build"),
            emulator: program(&self.dir.join("bin"), "phrase-auth"),
            lockfile: None,
            home: Some(self.home()),
        };
        consumers::run_all(sh, workspace, &supply)
    }
}

/// Every file below `from` also below `to`; with `link` the same file, where the disk can do that.
fn copy(from: &Path, to: &Path, link: bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to, link)?;
        } else if !link || fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// What the user's cargo takes for crates.io, if it is not crates.io.
fn mirror(sh: &Shell, home: &Path) -> Option<String> {
    let config = sh.read_file(home.join("config.toml")).ok()?;
    let config: DocumentMut = config.parse().ok()?;
    let source = config.get("source")?.get("crates-io")?;
    Some(source.get("replace-with")?.as_str()?.to_owned())
}

/// What cargo calls a crate's package.
pub(crate) fn tarball(member: &Member) -> String {
    format!("{}-{}.crate", member.name, member.version)
}

/// The files of an unpacked package, from its root, with slashes.
pub(crate) fn files(package: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut open = vec![package.to_owned()];
    while let Some(dir) = open.pop() {
        let entries = fs::read_dir(&dir).with_context(|| format!("no folder {}", dir.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(file) = path.strip_prefix(package) {
                files.push(file.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
