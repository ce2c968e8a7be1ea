//! A registry as cargo reaches it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::{Timestamp, fmt::rfc2822};
use xshell::Shell;

use crate::{cargo::Cargo, workspace::Member};

use super::{
    dist::Sources,
    sums::Sums,
    upload::{Answer, Registry},
};

/// How cargo is called to reach the registry.
pub(crate) struct Remote<'a> {
    pub(crate) sh: &'a Shell,
    /// A folder for what cargo builds and resolves meanwhile.
    pub(crate) dir: PathBuf,
    /// The registry's name, as cargo knows it.
    pub(crate) name: &'static str,
    /// Further arguments, and what is set in cargo's environment.
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(&'static str, String)>,
    /// What is uploaded: to a real registry a commit, or nothing.
    pub(crate) sources: Sources,
}

impl<'a> Remote<'a> {
    /// crates.io, with the user's own cargo and token.
    pub(crate) fn crates_io(sh: &'a Shell, dir: PathBuf) -> Self {
        Self {
            sh,
            dir,
            name: "crates-io",
            args: Vec::new(),
            env: Vec::new(),
            sources: Sources::Committed,
        }
    }

    pub(crate) fn cargo(&self, words: &str) -> Cargo {
        let mut cargo = Cargo::new(words);
        for arg in &self.args {
            cargo = cargo.arg(arg);
        }
        for (name, value) in &self.env {
            cargo = cargo.env(name, value);
        }
        cargo.building_in(&self.dir.join("build"))
    }

    /// `package` or `publish`. Nothing is built: that was done, of the same bytes.
    fn of(&self, words: &str, member: &Member) -> Cargo {
        let cargo = self
            .cargo(words)
            .words("--locked --no-verify --registry")
            .arg(self.name)
            .arg("-p")
            .arg(&member.name);
        match self.sources {
            Sources::Committed => cargo,
            Sources::AsTheyAre => cargo.arg("--allow-dirty"),
        }
    }
}

impl Registry for Remote<'_> {
    /// Lets cargo resolve a package that needs exactly this version: its lockfile has the checksum. (`cargo info` says
    /// whether there is such a version, but not of which bytes.)
    fn sum(&self, member: &Member) -> Result<Option<String>> {
        let dir = self.dir.join("probe");
        self.sh.remove_path(&dir)?;
        self.sh.write_file(dir.join("src/lib.rs"), "")?;
        self.sh.write_file(
            dir.join("Cargo.toml"),
            format!(
                "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 {} = {{ version = \"={}\", default-features = false }}\n\n[workspace]\n",
                member.name, member.version
            ),
        )?;
        let probe = self
            .cargo("generate-lockfile --quiet")
            .arg("--manifest-path")
            .arg(dir.join("Cargo.toml").to_string_lossy());
        let output = probe.on(self.sh).ignore_status().output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            if is_absent(&words, &member.name) {
                return Ok(None);
            }
            bail!("the registry cannot be asked for {}: {words}", member.name);
        }
        let lockfile = self.sh.read_file(dir.join("Cargo.lock"))?;
        let sums = super::stage::sums(&lockfile)?;
        let sum = sums.get(&(member.name.clone(), member.version.to_string()));
        let sum = sum.with_context(|| format!("cargo resolved no {}", member.name))?;
        Ok(Some(sum.clone()))
    }

    fn package(&self, member: &Member) -> Result<String> {
        self.of("package --quiet", member).on(self.sh).run()?;
        let sums = Sums::of(&self.dir.join("build/package"), &[member])?;
        Ok(sums.sum(member)?.to_owned())
    }

    fn publish(&self, member: &Member) -> Result<Answer> {
        let publish = self.of("publish", member);
        eprintln!("$ {publish}");
        let output = publish.on(self.sh).ignore_status().output()?;
        let words = String::from_utf8_lossy(&output.stderr);
        eprint!("{words}");
        Ok(match output.status.success() {
            true => Answer::Taken,
            false => answer(&words),
        })
    }
}

/// Whether cargo says that there is no such version; not that it was withdrawn, or that nobody could be asked.
fn is_absent(words: &str, name: &str) -> bool {
    let unknown = words.contains(&format!("no matching package named `{name}` found"));
    let others = words.contains("candidate versions found which didn't match");
    (unknown || others) && !words.contains("offline mode")
}

/// What the registry meant by what cargo printed.
fn answer(words: &str) -> Answer {
    if words.contains("already exists") || words.contains("already uploaded") {
        return Answer::Exists;
    }
    if words.contains("429 Too Many Requests") {
        return Answer::Later(moment(words));
    }
    Answer::Refused(words.trim().to_owned())
}

/// The date in "Please try again after Wed, 31 Dec 2025 12:09:00 GMT …".
fn moment(words: &str) -> Option<Timestamp> {
    let (_, rest) = words.split_once("try again after ")?;
    let (date, _) = rest.split_once(" GMT")?;
    rfc2822::DateTimeParser::new()
        .parse_timestamp(format!("{date} +0000"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_there_is_told_from_one_that_is_refused() {
        let index = "error: crate phrase-auth-core@0.1.0 already exists on crates.io index";
        assert_eq!(answer(index), Answer::Exists);
        let server = "error: failed to publish to registry at https://crates.io\n\nCaused by:\n  the remote server \
                      responded with an error (status 400 Bad Request): crate version `0.1.0` is already uploaded";
        assert_eq!(answer(server), Answer::Exists);
        let refused = "error: the remote server responded with an error: no such category";
        assert_eq!(answer(refused), Answer::Refused(refused.to_owned()));
    }

    #[test]
    fn a_limit_names_the_moment_when_it_is_over() {
        let words = "  the remote server responded with an error (status 429 Too Many Requests): You have published \
                     too many new crates in a short period of time. Please try again after Wed, 31 Dec 2025 12:09:00 \
                     GMT and see https://crates.io/docs/rate-limits for more details.";
        let moment = "2025-12-31T12:09:00Z".parse().unwrap();
        assert_eq!(answer(words), Answer::Later(Some(moment)));
        assert_eq!(answer("status 429 Too Many Requests"), Answer::Later(None));
    }

    #[test]
    fn what_is_not_there_is_told_from_a_registry_that_cannot_be_asked() {
        assert!(is_absent("error: no matching package named `a` found", "a"));
        let other = "error: failed to select a version for the requirement `a = \"=0.1.0\"`\ncandidate versions found \
                     which didn't match: 0.0.9";
        assert!(is_absent(other, "a"));
        let yanked = "error: failed to select a version for the requirement `a = \"=0.1.0\"`\n  version 0.1.0 is yanked";
        assert!(!is_absent(yanked, "a"));
        let offline =
            "error: no matching package named `a` found\nAs a reminder, you're using offline mode";
        assert!(!is_absent(offline, "a"));
        assert!(!is_absent(
            "error: no matching package named `b` found",
            "a"
        ));
        assert!(!is_absent(
            "error: failed to query replaced source registry",
            "a"
        ));
    }
}
