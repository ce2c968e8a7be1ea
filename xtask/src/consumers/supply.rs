//! Where consumers get our crates from: the sources, or the packages of a release.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::Shell;

use crate::{cargo::Cargo, workspace::Workspace};

use super::DIR;

/// What a consumer needs to be resolved and built.
pub(crate) struct Supply {
    /// A configuration of cargo that says where our crates are.
    pub(crate) config: PathBuf,
    /// Where the consumers are.
    pub(crate) dir: PathBuf,
    /// Where they are built.
    pub(crate) target: PathBuf,
    /// The program that starts the emulator.
    pub(crate) emulator: PathBuf,
    /// The lockfile to start from. Without one cargo takes the newest versions that it finds.
    pub(crate) lockfile: Option<PathBuf>,
    /// Cargo's home, if it must be another than the user's; then nothing is asked of a network either.
    pub(crate) home: Option<PathBuf>,
}

impl Supply {
    /// The crates as they stand in the checkout.
    pub(crate) fn sources(sh: &Shell, workspace: &Workspace) -> Result<Self> {
        let config = workspace.target.join("consumers-patch.toml");
        sh.write_file(&config, patch(workspace)?)?;
        Ok(Self {
            config,
            dir: workspace.root.join(DIR),
            target: workspace.target.join("consumers"),
            emulator: program(&workspace.target.join("debug"), "phrase-auth"),
            // From a copy of ours cargo takes the versions that the tests ran with, and drops what the consumer does
            // not use.
            lockfile: Some(workspace.root.join("Cargo.lock")),
            home: None,
        })
    }

    /// Whether the consumers are built from the sources, and not from packages.
    pub(crate) fn is_sources(&self) -> bool {
        self.home.is_none()
    }

    /// A cargo command with our crates in reach. `words` is the subcommand with its flags.
    pub(crate) fn cargo(&self, words: &str) -> Cargo {
        // Quiet, because cargo warns of every crate of ours that a consumer, rightly, has no use for.
        let cargo = Cargo::new("--quiet --config")
            .arg(self.config.to_string_lossy())
            .words(words);
        match &self.home {
            Some(home) => cargo
                .env("CARGO_HOME", home.to_string_lossy())
                .env("CARGO_BUILD_BUILD_DIR", self.target.to_string_lossy()),
            None => cargo,
        }
    }
}

/// A program that cargo has built into `dir`.
pub(crate) fn program(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// One absolute path per published crate, in the place of the registry.
fn patch(workspace: &Workspace) -> Result<String> {
    let mut text = "[patch.crates-io]\n".to_owned();
    for member in workspace.published() {
        // A JSON string is a TOML string too, backslashes of Windows included.
        let path = serde_json::to_string(&member.dir)?;
        text.push_str(&format!("{} = {{ path = {path} }}\n", member.name));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patch_replaces_each_published_crate_and_no_other() {
        let text = patch(&Workspace::sample()).unwrap();
        assert_eq!(
            text,
            "[patch.crates-io]\na = { path = \"here/crates/a\" }\n"
        );
        assert!(text.parse::<toml_edit::DocumentMut>().is_ok());
    }
}
