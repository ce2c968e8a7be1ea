#[cfg(unix)]
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use self::draft::Draft;
use crate::exit::Exit;
use crate::output;
use crate::report::Report;

mod draft;

pub(crate) use self::draft::sweep;

/// Takes away a file that [`replace`] would replace, if it is there.
///
/// # Errors
///
/// As `replace`.
pub(crate) fn clear(path: &Path) -> Result<(), Report> {
    let removed = regular_or_absent(path).and_then(|()| match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    });
    removed.map_err(|error| unwritable(path, &error))
}

/// Puts `text` and a newline into a file that only its owner can read, as [`write`] does.
///
/// # Errors
///
/// If the file cannot be written; the old content is still there then.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Report> {
    write(path, text).map_err(|error| unwritable(path, &error))
}

/// Makes sure that [`replace`] would find a place, and leaves nothing behind.
///
/// # Errors
///
/// As `replace`.
pub(crate) fn check(path: &Path) -> Result<(), Report> {
    probe(path).map_err(|error| unwritable(path, &error))
}

/// Puts `text` and a newline into a file that only its owner can read.
///
/// Whoever reads it sees the old content or the new, never half of it, also after a crash: a new file beside it, 0600
/// from its creation, takes its name at the end. A link, a device or a directory is not replaced.
///
/// # Errors
///
/// If the file cannot be written; the old content is still there then.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    regular_or_absent(path)?;
    let mut draft = Draft::beside(path)?;
    writeln!(draft.file, "{text}")?;
    draft.file.sync_all()?;
    draft.rename(path)?;
    sync_folder(path)
}

/// Makes sure that there is a place for a few pages of text, and leaves nothing behind.
///
/// # Errors
///
/// As [`write`].
pub(crate) fn probe(path: &Path) -> io::Result<()> {
    regular_or_absent(path)?;
    Draft::beside(path)?.file.write_all(&[b'\n'; PROBE])
}

/// Says on stderr that others can read the file that a variable or an option names. It is a hint only: a secret that is
/// mounted into a container is often readable by all who are in there.
#[cfg(unix)]
pub(crate) fn warn_if_open(name: &str, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = path
        .metadata()
        .is_ok_and(|about| about.permissions().mode() & READ_BY_OTHERS != 0);
    if open {
        let path = path.display().to_string();
        output::note(&format!(
            "warning: {name}: other users of this machine can read {path:?}"
        ));
    }
}

#[cfg(not(unix))]
pub(crate) fn warn_if_open(_name: &str, _path: &Path) {}

fn unwritable(path: &Path, error: &io::Error) -> Report {
    Report::new(
        Exit::CONFIGURATION,
        format!("the file cannot be written: {}", path.display()),
    )
    .with("cause", error.to_string())
    .with(
        "next",
        "give the path of a regular file in a folder that you may write to",
    )
}

fn regular_or_absent(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(about) if !about.is_file() => Err(io::Error::other("it is there, and no regular file")),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a rename last, where that can be asked for: not of a folder that may not be listed, nor of every file system.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let Ok(folder) = File::open(draft::folder(path)) else {
        return Ok(());
    };
    match folder.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}

/// Elsewhere a folder cannot be opened.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
const READ_BY_OTHERS: u32 = 0o044;

/// One page of a disk: a folder may take one more name and no byte more.
const PROBE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_made_or_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("header");
        for text in ["first", "second"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{text}\n"));
            assert_eq!(names(folder.path()), ["header"]);
        }
    }

    #[test]
    fn a_place_is_found_or_missed_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("header");
        probe(&path).unwrap();
        assert!(names(folder.path()).is_empty());
        fs::write(&path, "old").unwrap();
        check(&path).unwrap();
        assert_eq!(names(folder.path()), ["header"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert!(check(folder.path()).is_err());
        assert!(check(&folder.path().join("none/header")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it_even_if_others_could_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("header");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, "new").unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_folder_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        fs::write(&target, "old").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for path in [
            &link,
            &folder.path().to_owned(),
            &folder.path().join("none/header"),
        ] {
            assert!(replace(path, "new").is_err(), "{path:?}");
        }
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(names(folder.path()).len(), 2);
    }
}
