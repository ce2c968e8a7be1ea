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
use xshell::Shell;

use crate::{
    cargo::Cargo,
    consumers::{self, Supply, program},
    workspace::{Member, Workspace},
};

use super::{stage, sums::Sums};

pub(crate) struct Dist {
    pub(crate) dir: PathBuf,
}

/// Whether packages may be made of what is not committed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tree {
    Clean,
    Dirty,
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
        tree: Tree,
    ) -> Result<Sums> {
        sh.remove_path(&self.dir)?;
        self.stage_others(sh, workspace)?;
        self.furnish(sh)?;
        self.package(sh, plan, tree)?;
        self.stage_ours(sh, plan)?;
        let sums = Sums::of(&self.packages(), plan)?;
        self.install(sh)?;
        self.consume(sh, workspace)?;
        Ok(sums)
    }

    /// Where cargo leaves packages, and unpacks them.
    pub(crate) fn packages(&self) -> PathBuf {
        self.dir.join("build/package")
    }

    /// Which bytes were proven.
    pub(crate) fn sums(&self) -> PathBuf {
        self.dir.join("SHA256SUMS")
    }

    fn registry(&self) -> PathBuf {
        self.dir.join("registry")
    }

    fn home(&self) -> PathBuf {
        self.dir.join("home")
    }

    fn config(&self) -> PathBuf {
        self.dir.join("cargo.toml")
    }

    /// Everything that our crates need, in the place of crates.io.
    fn stage_others(&self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        let packages = stage::packages(sh, workspace)?;
        sh.create_dir(self.registry().join("index"))?;
        stage::write(sh, &self.registry(), &packages)?;
        let registry = serde_json::to_string(&self.registry())?;
        sh.write_file(
            self.config(),
            format!(
                "[source.crates-io]\nreplace-with = \"staged\"\n\n[source.staged]\nlocal-registry = {registry}\n"
            ),
        )?;
        eprintln!("{} packages of others staged", packages.len());
        Ok(())
    }

    /// A home for cargo that shares with the user's what is downloaded, and nothing that was unpacked.
    fn furnish(&self, sh: &Shell) -> Result<()> {
        let (home, registry) = (stage::cargo_home()?, self.home().join("registry"));
        link(&home.join("registry/cache"), &registry.join("cache"))
            .and_then(|()| link(&home.join("registry/index"), &registry.join("index")))
            .context(
                "nothing is downloaded yet; run `cargo fetch --locked` once, with a network",
            )?;
        // It may say through which mirror the user's cargo downloads; whoever packages needs the same.
        for name in ["config.toml", "config"] {
            if home.join(name).exists() {
                sh.copy_file(home.join(name), self.home())?;
            }
        }
        Ok(())
    }

    /// A cargo command that builds here, from what is in this folder.
    fn cargo(&self, words: &str) -> Cargo {
        Cargo::new(words)
            .env("CARGO_HOME", self.home().to_string_lossy())
            .env("CARGO_TARGET_DIR", self.dir.join("build").to_string_lossy())
    }

    /// Packages the crates, and builds each from its package with all features.
    fn package(&self, sh: &Shell, plan: &[&Member], tree: Tree) -> Result<()> {
        // Not from the staged registry: cargo lays a registry of its own over crates.io only where that is itself.
        let mut package =
            self.cargo("package --quiet --offline --locked --all-features --registry crates-io");
        if tree == Tree::Dirty {
            package = package.arg("--allow-dirty");
        }
        for member in plan {
            package = package.arg("-p").arg(&member.name);
        }
        package.run(sh)
    }

    /// Puts our packages beside the others, with the lines of the index that cargo has written for them.
    fn stage_ours(&self, sh: &Shell, plan: &[&Member]) -> Result<()> {
        let index = self.packages().join("tmp-registry/index");
        for member in plan {
            let place = stage::place(&member.name);
            let lines = sh
                .read_file(index.join(&place))
                .with_context(|| format!("cargo wrote no index for {}", member.name))?;
            sh.write_file(self.registry().join("index").join(&place), lines)?;
            sh.copy_file(self.packages().join(tarball(member)), self.registry())?;
        }
        Ok(())
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

/// Every file below `from` also below `to`: the same file where the disk can do that, else a copy.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            link(&from, &to)?;
        } else if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
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
