use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use phrase_auth_core::{Secret, wiped};

/// Why a file gives no refresh token. Nothing of its content is in it.
pub(super) struct Unread {
    pub(super) what: String,
    pub(super) next: &'static str,
    pub(super) cause: Option<io::Error>,
}

/// Reads the one line of a regular file of ours.
///
/// # Errors
///
/// For whatever else it may be; a pipe, a device or a link is not waited for and not followed.
pub(super) fn read(path: &Path) -> Result<Secret, Unread> {
    let unreadable = |error| Unread {
        what: "the file cannot be read".to_owned(),
        next: OWN_FILE,
        cause: Some(error),
    };
    // For its clear words; the file that was opened is looked at too.
    let about = path.symlink_metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(odd("this is no regular file"));
    }
    let file = open(path).map_err(unreadable)?;
    check_owner(&file)?;
    let mut bytes = Vec::with_capacity(ROOM);
    let most = u64::try_from(ROOM).unwrap_or(u64::MAX);
    let all = file.take(most).read_to_end(&mut bytes);
    all.map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        drop(wiped(error.into_bytes()));
        odd("this is not text")
    })?;
    let line = Secret::from_user(Secret::new(text)).map_err(|error| odd(error.message()))?;
    if line.expose().starts_with(SESSION) {
        let what = "this is a whole session, as `login --session-file` writes it";
        return Err(Unread {
            next: "put its refresh_token there, and nothing else",
            ..odd(what)
        });
    }
    Ok(line)
}

fn odd(what: &str) -> Unread {
    Unread {
        what: what.to_owned(),
        next: OWN_FILE,
        cause: None,
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    options.read(true).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// A file of another user would change hands when it is replaced, and a second name of it would keep the old token.
#[cfg(unix)]
fn check_owner(file: &File) -> Result<(), Unread> {
    use std::os::unix::fs::MetadataExt;
    let about = file.metadata().map_err(|error| Unread {
        cause: Some(error),
        ..odd("the file cannot be looked at")
    })?;
    if !about.is_file() {
        return Err(odd("this is no regular file"));
    }
    if about.uid() != rustix::process::geteuid().as_raw() {
        return Err(odd("this file belongs to another user"));
    }
    // None: it has been replaced since it was opened, and what is in it is as good as a moment ago.
    if about.nlink() > 1 {
        return Err(odd(
            "this file has a second name, which would keep the old token",
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_file: &File) -> Result<(), Unread> {
    Ok(())
}

const OWN_FILE: &str =
    "give the path of a regular file of your own that holds the refresh token and nothing else";

/// How the form of a session begins.
const SESSION: &str = "{\"version\":";

/// 64 KiB and a line end, as every secret; a byte more, to see that there is more; and nothing that has to grow, which
/// would leave copies behind.
const ROOM: usize = 64 * 1024 + 3;
