//! `cargo xtask bump`: the only command that edits versions and dates the changelog.
//!
//! Every edit is counted, and nothing is written unless all of them came out as they must.

mod edit;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use semver::{BuildMetadata, Prerelease, Version};
use xshell::Shell;

use crate::{
    cargo::Cargo,
    changelog, flags,
    release::{self, CHANGELOG},
    workspace::Workspace,
};

use self::edit::Edit;

impl flags::Bump {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        let old = workspace.version()?;
        let tags = release::tags(sh)?;
        let new = next(old, &self.level, &tags)?;

        let mut edits = vec![
            edit::manifest(sh, workspace, &new)?,
            Edit::of(sh, CHANGELOG, |text| date(text, old, &new, &today()))?,
        ];
        edits.extend(edit::requirements(sh, workspace, &new)?);
        for edit in &edits {
            edit.write(sh)?;
        }
        Cargo::new("update --workspace --offline --quiet").run(sh)?;
        println!(
            "{old} -> {new}. Read `git diff`, then: git commit -am \"Release {new}\"; cargo xtask release"
        );
        Ok(())
    }
}

/// The version that is meant, if it may come after `old`.
fn next(old: &Version, level: &str, tags: &[Version]) -> Result<Version> {
    let next = |number: u64| number.checked_add(1).context("a version that high");
    let (major, minor, patch) = match level {
        "major" => (next(old.major)?, 0, 0),
        "minor" => (old.major, next(old.minor)?, 0),
        "patch" => (old.major, old.minor, next(old.patch)?),
        number => {
            let new: Version = number.parse().with_context(|| {
                format!("`{number}` is none of patch, minor, major, and no version like 1.2.3")
            })?;
            ensure!(
                new.pre == Prerelease::EMPTY && new.build == BuildMetadata::EMPTY,
                "`{new}` has more than three numbers, and what is published here has three"
            );
            (new.major, new.minor, new.patch)
        }
    };
    let new = Version::new(major, minor, patch);
    if let Some(tag) = tags.iter().max().filter(|tag| **tag >= new) {
        bail!("{new} does not come after v{tag}, which has a tag");
    }
    // The version itself may be named again as long as it is not out: that dates its text anew.
    ensure!(new >= *old, "{new} does not come after {old}");
    Ok(new)
}

/// Puts version and date over what the release brings: what is unreleased, or has this version already.
fn date(text: &str, old: &Version, new: &Version, today: &str) -> Result<(String, usize)> {
    let releases = changelog::releases(text);
    let first = releases.first().context("no release has a heading")?;
    let again = old == new && first.version() == new.to_string();
    ensure!(
        first.title == changelog::UNRELEASED || again,
        "the heading on top is `{}`; write what {new} brings under `## {}`",
        first.title,
        changelog::UNRELEASED,
    );
    ensure!(
        first.has_text(),
        "nothing stands under `## {}`; write what users of each crate will notice",
        first.title
    );
    let known = |release: &&changelog::Release<'_>| release.version() == new.to_string();
    if let Some(other) = releases.iter().skip(1).find(known) {
        bail!(
            "{new} has a heading already, on line {}; put what it brings there, under one heading",
            other.line
        );
    }
    edit::replace_once(
        text,
        &format!("## {}\n", first.title),
        &format!("## {new} - {today}\n"),
    )
}

/// The day by UTC.
fn today() -> String {
    Timestamp::now().strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn next_after(old: &str, level: &str, tags: &[&str]) -> Result<String, String> {
        let tags: Vec<_> = tags.iter().map(|tag| version(tag)).collect();
        match next(&version(old), level, &tags) {
            Ok(new) => Ok(new.to_string()),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    #[test]
    fn a_level_raises_its_number_and_drops_those_after_it() {
        let next = |level| next_after("1.2.3", level, &["1.2.3"]).unwrap();
        assert_eq!(
            ["patch", "minor", "major", "1.4.0"].map(next),
            ["1.2.4", "1.3.0", "2.0.0", "1.4.0"]
        );
    }

    #[test]
    fn a_version_that_is_not_out_may_be_named_again_and_one_that_is_out_may_not() {
        assert_eq!(next_after("0.1.0", "0.1.0", &[]).unwrap(), "0.1.0");
        let error = next_after("0.1.0", "0.1.0", &["0.1.0"]).unwrap_err();
        assert!(error.contains("does not come after v0.1.0"), "{error}");
        let error = next_after("0.1.1", "0.1.0", &[]).unwrap_err();
        assert!(error.contains("does not come after 0.1.1"), "{error}");
    }

    #[test]
    fn what_is_no_version_is_refused_with_what_could_be_said() {
        let error = next_after("0.1.0", "big", &[]).unwrap_err();
        assert!(
            error.contains("`big` is none of patch, minor, major"),
            "{error}"
        );
        assert!(next_after("0.1.0", "1.0.0-rc.1", &[]).is_err());
    }

    fn dated(text: &str, old: &str, new: &str) -> Result<String, String> {
        match date(text, &version(old), &version(new), "2025-12-31") {
            Ok((text, count)) => {
                assert_eq!(count, 1);
                Ok(text)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    const UNRELEASED: &str =
        "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2025-12-01\n\n- First.\n";

    #[test]
    fn what_was_unreleased_gets_its_version_and_its_day() {
        assert_eq!(
            dated(UNRELEASED, "0.1.0", "0.1.1").unwrap(),
            UNRELEASED.replace("Unreleased", "0.1.1 - 2025-12-31")
        );
    }

    #[test]
    fn a_version_that_is_named_again_is_dated_anew() {
        let text = "# Changelog\n\n## 0.1.0 - 2025-12-01\n\n- First.\n";
        assert_eq!(
            dated(text, "0.1.0", "0.1.0").unwrap(),
            text.replace("12-01", "12-31")
        );
        let error = dated(text, "0.1.0", "0.1.1").unwrap_err();
        assert!(
            error.contains("write what 0.1.1 brings under `## Unreleased`"),
            "{error}"
        );
    }

    #[test]
    fn a_release_that_brings_nothing_or_stands_there_twice_is_refused() {
        let error = dated(&UNRELEASED.replace("- New.", ""), "0.1.0", "0.1.1").unwrap_err();
        assert!(
            error.contains("nothing stands under `## Unreleased`"),
            "{error}"
        );
        let error = dated(UNRELEASED, "0.1.0", "0.1.0").unwrap_err();
        assert!(
            error.contains("0.1.0 has a heading already, on line 7"),
            "{error}"
        );
    }

    #[test]
    fn a_day_is_a_year_a_month_and_a_day() {
        let today = today();
        assert_eq!(today.len(), 10);
        assert_eq!(today.split('-').count(), 3);
    }
}
