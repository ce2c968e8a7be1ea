//! Edits of files, as text: what a person has written around a version stays as it is.

use anyhow::{Context, Result, ensure};
use semver::Version;
use xshell::{Shell, cmd};

use crate::{release::CHANGELOG, workspace::Workspace};

/// A file as it will be.
pub(super) struct Edit {
    file: String,
    text: String,
    count: usize,
}

impl Edit {
    /// What `change` makes of the file, and at how many places.
    pub(super) fn of(
        sh: &Shell,
        file: &str,
        change: impl FnOnce(&str) -> Result<(String, usize)>,
    ) -> Result<Self> {
        let (text, count) = change(&sh.read_file(file)?).with_context(|| file.to_owned())?;
        Ok(Self {
            file: file.to_owned(),
            text,
            count,
        })
    }

    pub(super) fn write(&self, sh: &Shell) -> Result<()> {
        sh.write_file(&self.file, &self.text)?;
        let places = if self.count == 1 { "place" } else { "places" };
        println!("{}: {} {places}", self.file, self.count);
        Ok(())
    }
}

/// The root manifest: the version of all crates, and what they ask of each other.
pub(super) fn manifest(sh: &Shell, workspace: &Workspace, new: &Version) -> Result<Edit> {
    let old = workspace.version()?;
    // Whatever has a library can be asked for.
    let asked = workspace
        .published()
        .filter(|member| member.targets("lib").next().is_some())
        .map(|member| member.name.as_str());
    let asked: Vec<_> = asked.collect();
    Edit::of(sh, "Cargo.toml", |text| {
        raise_manifest(text, old, new, &asked)
    })
}

fn raise_manifest(
    text: &str,
    old: &Version,
    new: &Version,
    asked: &[&str],
) -> Result<(String, usize)> {
    let (from, to) = (
        format!("version = \"{old}\""),
        format!("version = \"{new}\""),
    );
    let (mut own, mut requirements) = (0_usize, 0_usize);
    let mut raised = String::new();
    for line in text.split_inclusive('\n') {
        let name = line.split_once(" = {").map(|(name, _)| name);
        if line.trim_end() == from {
            own = own.saturating_add(1);
        } else if name.is_some_and(|name| asked.contains(&name)) && line.contains(&from) {
            requirements = requirements.saturating_add(1);
        } else {
            raised.push_str(line);
            continue;
        }
        raised.push_str(&line.replace(&from, &to));
    }
    ensure!(
        own == 1,
        "`{from}` has to stand there once, under [workspace.package], and stands there {own} times"
    );
    ensure!(
        requirements == asked.len(),
        "{requirements} of the {} crates that can be asked for have `{from}` in [workspace.dependencies]",
        asked.len()
    );
    Ok((raised, own.saturating_add(requirements)))
}

/// Everything that users copy: the snippets of the pages, and the consumers.
pub(super) fn requirements(sh: &Shell, workspace: &Workspace, new: &Version) -> Result<Vec<Edit>> {
    let names: Vec<_> = workspace
        .published()
        .map(|member| member.name.as_str())
        .collect();
    let (old, new) = (short(workspace.version()?), short(new));
    let files = cmd!(sh, "git ls-files *.md tests/consumers/*/Cargo.toml")
        .quiet()
        .read()?;
    let mut edits = Vec::new();
    for file in files.lines().filter(|file| *file != CHANGELOG) {
        let edit = Edit::of(sh, file, |text| {
            let (text, count) = raise_requirements(text, &names, &old, &new)?;
            // A page need not name a version, but these are there to.
            ensure!(
                count > 0 || (file.ends_with(".md") && file != "README.md"),
                "asks for none of our crates by `\"{old}\"`"
            );
            Ok((text, count))
        })?;
        if edit.count > 0 {
            edits.push(edit);
        }
    }
    Ok(edits)
}

/// A requirement as users write it: two numbers, so that it takes every patch.
fn short(version: &Version) -> String {
    format!("{}.{}", version.major, version.minor)
}

fn raise_requirements(text: &str, names: &[&str], old: &str, new: &str) -> Result<(String, usize)> {
    let mut count = 0_usize;
    let mut raised = String::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let asks = line
            .trim_start()
            .split_once(" = ")
            .filter(|(name, value)| names.contains(name) && value.contains('"'));
        let Some((_, value)) = asks else {
            raised.push_str(line);
            continue;
        };
        let from = match value.contains("version = ") {
            true => format!("version = \"{old}\""),
            false => format!("= \"{old}\""),
        };
        ensure!(
            line.contains(&from),
            "line {} asks for another version than \"{old}\": {}",
            number.saturating_add(1),
            line.trim()
        );
        raised.push_str(&line.replace(&from, &from.replace(old, new)));
        count = count.saturating_add(1);
    }
    if old != new {
        let left = raised.lines().find(|line| asks_otherwise(line, names, old));
        ensure!(
            left.is_none(),
            "asks for \"{old}\" in a way that is not edited; write `name = \"{old}\"`: {}",
            left.unwrap_or_default().trim()
        );
    }
    Ok((raised, count))
}

/// Whether a line names one of ours with the old version, in whatever way.
fn asks_otherwise(line: &str, names: &[&str], old: &str) -> bool {
    let versions = [format!("\"{old}\""), format!("@{old}")];
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
    words.any(|word| names.contains(&word)) && versions.iter().any(|version| line.contains(version))
}

/// The text with the one place replaced; an error if there are none or more.
pub(super) fn replace_once(text: &str, from: &str, to: &str) -> Result<(String, usize)> {
    let count = text.matches(from).count();
    ensure!(
        count == 1,
        "`{}` has to stand there once, and stands there {count} times",
        from.trim_end()
    );
    Ok((text.replace(from, to), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\n\
        a = { path = \"crates/a\", version = \"0.1.0\" }\nb = { path = \"crates/b\", version = \"0.1.0\" }\n\
        itoa = { version = \"0.1.0\" }\n";

    fn manifest(text: &str, asked: &[&str]) -> Result<(String, usize), String> {
        let (old, new) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        raise_manifest(text, &old, &new, asked).map_err(|error| error.to_string())
    }

    #[test]
    fn the_root_manifest_is_raised_for_ours_and_for_nobody_else() {
        let (text, count) = manifest(MANIFEST, &["a", "b"]).unwrap();
        assert_eq!(count, 3);
        assert_eq!(text.matches("0.2.0").count(), 3);
        assert!(text.ends_with("itoa = { version = \"0.1.0\" }\n"), "{text}");
    }

    #[test]
    fn a_requirement_that_was_forgotten_stops_everything() {
        let error = manifest(MANIFEST, &["a", "b", "c"]).unwrap_err();
        assert!(error.starts_with("2 of the 3 crates"), "{error}");
        let twice = MANIFEST.replace("\n\n", "\nversion = \"0.1.0\"\n\n");
        let error = manifest(&twice, &["a", "b"]).unwrap_err();
        assert!(error.ends_with("stands there 2 times"), "{error}");
    }

    fn requirements(text: &str) -> Result<(String, usize), String> {
        raise_requirements(text, &["a", "a-b"], "0.1", "0.2").map_err(|error| error.to_string())
    }

    #[test]
    fn requirements_are_raised_in_both_ways_of_writing_them() {
        let text = "Take it:\n\na = \"0.1\"\na-b = { version = \"0.1\", features = [\"x\"] }\nitoa = \"0.1\"\n";
        let raised = "Take it:\n\na = \"0.2\"\na-b = { version = \"0.2\", features = [\"x\"] }\nitoa = \"0.1\"\n";
        assert_eq!(requirements(text).unwrap(), (raised.to_owned(), 2));
    }

    #[test]
    fn a_requirement_of_another_version_is_named_with_its_line() {
        let error = requirements("x\na = \"0.0\"\n").unwrap_err();
        assert_eq!(
            error,
            "line 2 asks for another version than \"0.1\": a = \"0.0\""
        );
    }

    #[test]
    fn a_requirement_that_is_written_in_another_way_is_not_forgotten() {
        for line in [
            "cargo add a-b@0.1",
            "a-b={version=\"0.1\"}",
            "a-b.version = \"0.1\"",
        ] {
            let error = requirements(&format!("x\n{line}\n")).unwrap_err();
            assert!(
                error.ends_with(&format!("`name = \"0.1\"`: {line}")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_path_is_no_requirement() {
        let text = "a = { workspace = true }\nlet a = 1;\n";
        assert_eq!(requirements(text).unwrap(), (text.to_owned(), 0));
    }
}
