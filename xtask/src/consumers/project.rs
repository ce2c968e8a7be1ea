//! A consumer made ready to build: patched to the sources, with the workspace's own choice of versions.

use anyhow::{Context, Result};
use xshell::Shell;

use crate::{cargo::Cargo, workspace::Workspace};

use super::{DIR, Fixture, Tree};

pub(crate) struct Project {
    patch: String,
    manifest: String,
    offline: bool,
    tree: Tree,
}

impl Project {
    /// Resolves the consumer from the crates at hand, and only if some are missing by asking the registry.
    pub(crate) fn prepare(sh: &Shell, workspace: &Workspace, fixture: &Fixture) -> Result<Self> {
        let patch = workspace.target.join("consumers-patch.toml");
        sh.write_file(&patch, self::patch(workspace)?)?;
        // Without a lockfile cargo would take the newest versions of the day. From a copy of ours it takes those that
        // the tests ran with, and drops what the consumer does not use.
        sh.copy_file(
            workspace.root.join("Cargo.lock"),
            format!("{DIR}/{}/Cargo.lock", fixture.name),
        )?;

        let mut project = Self {
            patch: patch.to_string_lossy().into_owned(),
            manifest: format!("{DIR}/{}/Cargo.toml", fixture.name),
            offline: true,
            tree: Tree::parse(""),
        };
        let resolve = |project: &Self| {
            project
                .cargo("tree")
                .words("-e normal --prefix none --format {p}")
        };
        let lines = match resolve(&project).on(sh).ignore_stderr().read() {
            Ok(lines) => lines,
            Err(_) => {
                eprintln!(
                    "{}: not every crate is at hand, asking the registry",
                    fixture.name
                );
                project.offline = false;
                resolve(&project)
                    .on(sh)
                    .read()
                    .context("its dependencies cannot be resolved")?
            }
        };
        project.tree = Tree::parse(&lines);
        Ok(project)
    }

    /// Every package that the consumer is built from on this machine, build dependencies aside.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// A cargo command for the consumer. `words` is the subcommand with its flags.
    pub(crate) fn cargo(&self, words: &str) -> Cargo {
        // Quiet, because cargo warns of every crate of ours that a consumer, rightly, has no use for.
        let cargo = Cargo::new("--quiet --config")
            .arg(&self.patch)
            .words(words)
            .arg("--manifest-path")
            .arg(&self.manifest);
        if self.offline {
            cargo.arg("--offline")
        } else {
            cargo
        }
    }
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

    #[test]
    fn a_consumer_is_built_offline_unless_crates_are_missing() {
        let project = |offline| Project {
            patch: "patch.toml".to_owned(),
            manifest: "Cargo.toml".to_owned(),
            offline,
            tree: Tree::parse(""),
        };
        let offline =
            "cargo --quiet --config patch.toml build --manifest-path Cargo.toml --offline";
        assert_eq!(project(true).cargo("build").to_string(), offline);
        assert!(!project(false).cargo("build").has("--offline"));
    }
}
