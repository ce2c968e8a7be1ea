//! A cargo command as a value: it can be listed, tested and printed before it runs.

use std::{borrow::Cow, fmt, path::Path};

use xshell::{Cmd, Shell};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cargo {
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
}

impl Cargo {
    /// From words as one would type them, without `cargo` itself; none of them may contain a space.
    pub(crate) fn new(words: &str) -> Self {
        Self {
            args: words.split_whitespace().map(str::to_owned).collect(),
            env: Vec::new(),
        }
    }

    /// One more argument, spaces and all.
    pub(crate) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// More words, as in `new`.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.args
            .extend(words.split_whitespace().map(str::to_owned));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Builds in this folder and leaves nothing elsewhere, whatever the user has configured.
    pub(crate) fn building_in(self, dir: &Path) -> Self {
        let dir = dir.to_string_lossy();
        self.env("CARGO_TARGET_DIR", dir.as_ref())
            .env("CARGO_BUILD_BUILD_DIR", dir.as_ref())
    }

    /// The arguments, for tests that hold all steps to one rule.
    #[cfg(test)]
    pub(crate) fn has(&self, arg: &str) -> bool {
        self.args.iter().any(|a| a == arg)
    }

    /// Ready to run in `sh`, silent about itself: whoever runs it prints `self` first.
    pub(crate) fn on<'a>(&self, sh: &'a Shell) -> Cmd<'a> {
        let mut cmd = sh.cmd("cargo").args(&self.args).quiet();
        for (name, value) in &self.env {
            cmd = cmd.env(name, value);
        }
        // Who uploads needs the token of the registry; build scripts, tests and consumers do not.
        let uploads = self.args.first().is_some_and(|word| word == "publish");
        without_our_own(cmd, uploads)
    }

    /// Prints the command, then runs it with its output on ours.
    pub(crate) fn run(&self, sh: &Shell) -> anyhow::Result<()> {
        eprintln!("$ {self}");
        Ok(self.on(sh).run()?)
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        write!(f, "cargo")?;
        self.args
            .iter()
            .try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

/// The command without what `cargo run` has told us about the xtask package, for which build scripts that watch it would
/// run anew whenever somebody changes between `cargo xtask ci` and plain cargo; and without tokens, unless it uploads.
pub(crate) fn without_our_own(mut cmd: Cmd<'_>, uploads: bool) -> Cmd<'_> {
    for (name, _) in std::env::vars_os() {
        let known = name.to_string_lossy();
        let package = known.starts_with("CARGO_PKG_") || known.starts_with("CARGO_MANIFEST_");
        if package || (is_token(&known) && !uploads) {
            cmd = cmd.env_remove(&name);
        }
    }
    cmd
}

/// Whether a variable of this name holds the token of a registry.
pub(crate) fn is_token(name: &str) -> bool {
    let registry = name.starts_with("CARGO_REGISTRY_") || name.starts_with("CARGO_REGISTRIES_");
    registry && name.ends_with("_TOKEN")
}

/// As a shell wants it, so that a printed command can be pasted.
fn quoted(word: &str) -> Cow<'_, str> {
    if word.is_empty() || word.contains([' ', '"', '\\', '{', '*']) {
        Cow::Owned(format!("'{word}'"))
    } else {
        Cow::Borrowed(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_upload_gets_the_token_of_a_registry() {
        assert!(is_token("CARGO_REGISTRY_TOKEN"));
        assert!(is_token("CARGO_REGISTRIES_OTHER_TOKEN"));
        assert!(!is_token("CARGO_REGISTRIES_OTHER_INDEX"));
    }

    #[test]
    fn a_printed_command_can_be_pasted_into_a_shell() {
        let command = Cargo::new("doc  --no-deps")
            .env("RUSTDOCFLAGS", "--cfg docsrs")
            .arg("{p}");
        assert_eq!(
            command.to_string(),
            "RUSTDOCFLAGS='--cfg docsrs' cargo doc --no-deps '{p}'"
        );
    }
}
