use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::report::Report;

/// Puts `text` and a newline into a file that only its owner can read.
///
/// Whoever reads it sees the old content or the new, never half of it: a new file beside it, 0600 from its creation,
/// takes its name at the end. A link, a device or a directory is not replaced.
///
/// # Errors
///
/// If the file cannot be written; the old content is still there then.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Report> {
    write(path, text).map_err(|error| {
        Report::new(
            Exit::CONFIGURATION,
            format!("the file cannot be written: {}", path.display()),
        )
        .with("cause", error.to_string())
        .with(
            "next",
            "give the path of a regular file in a folder that you may write to",
        )
    })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(about) if !about.is_file() => {
            return Err(io::Error::other("it is there, and no regular file"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let (draft, mut file) = create_beside(path)?;
    let done = writeln!(file, "{text}")
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&draft, path));
    if done.is_err() {
        // What is left of it is of no use to anybody.
        let _ = std::fs::remove_file(&draft);
    }
    done
}

/// A file that was not there before, in the same folder, so that it can be renamed.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    for number in 0..MOST_NAMES {
        let mut draft = name.to_owned();
        draft.push(format!(".{}-{number}.tmp", std::process::id()));
        let draft = path.with_file_name(draft);
        match private().open(&draft) {
            Ok(file) => return Ok((draft, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Names that a killed process of the same number may have left behind.
const MOST_NAMES: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
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
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{text}\n"));
            assert_eq!(names(folder.path()), ["header"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it_even_if_others_could_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("header");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, "new").unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_folder_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::fs::write(&target, "old").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for path in [
            &link,
            &folder.path().to_owned(),
            &folder.path().join("none/header"),
        ] {
            assert!(replace(path, "new").is_err(), "{path:?}");
        }
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(names(folder.path()).len(), 2);
    }
}
