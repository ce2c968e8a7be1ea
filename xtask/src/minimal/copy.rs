//! A copy of the sources that is made once and then kept up: what has not changed keeps its date, so that cargo does not
//! build it again.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use xshell::Shell;

use crate::workspace;

/// The files of the copy, beside it: what is here and no longer in the sources has to go.
const LIST: &str = "../files";

/// Says whether a manifest is another than before.
pub(super) fn refresh(sh: &Shell, folder: &Path) -> Result<bool> {
    let list = workspace::files(sh)?;
    // The lockfile of the copy is its own.
    let is_source = |file: &&str| *file != "Cargo.lock" && sh.path_exists(file);
    let files: BTreeSet<_> = list.iter().map(String::as_str).filter(is_source).collect();
    sh.create_dir(folder)?;

    let mut manifests_are_new = false;
    for file in &files {
        // Links to the licences become files: the copy has to stand by itself.
        let from = sh.current_dir().join(file);
        let to = folder.join(file);
        if from.is_file() && put(&from, &to)? {
            manifests_are_new |= file.ends_with("Cargo.toml");
        }
    }
    let before = sh.read_file(folder.join(LIST)).unwrap_or_default();
    for file in gone(&before, &files) {
        sh.remove_path(folder.join(file))?;
        manifests_are_new |= file.ends_with("Cargo.toml");
    }
    sh.write_file(
        folder.join(LIST),
        files.into_iter().collect::<Vec<_>>().join("\n"),
    )?;
    Ok(manifests_are_new)
}

/// Says whether there was anything to write.
fn put(from: &Path, to: &Path) -> Result<bool> {
    let text = fs::read(from).with_context(|| from.display().to_string())?;
    if fs::read(to).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, text).with_context(|| to.display().to_string())?;
    Ok(true)
}

fn gone<'a>(before: &'a str, files: &BTreeSet<&str>) -> Vec<&'a str> {
    before
        .lines()
        .filter(|file| !files.contains(file))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_then_only_when_it_has_changed() {
        let sh = Shell::new().unwrap();
        let folder = sh.create_temp_dir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("copy/deep/a"));
        fs::write(&from, "one").unwrap();
        assert!(put(&from, &to).unwrap());
        assert!(!put(&from, &to).unwrap());
        fs::write(&from, "two").unwrap();
        assert!(put(&from, &to).unwrap());
        assert_eq!(fs::read_to_string(&to).unwrap(), "two");
    }

    #[test]
    fn what_is_no_longer_a_source_goes() {
        assert_eq!(gone("a\nb\nc", &BTreeSet::from(["a", "c", "d"])), ["b"]);
        assert!(gone("", &BTreeSet::from(["a"])).is_empty());
    }
}
