use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::StoreError;
use tokio::time::Instant;

use super::{FOLDER, Place, blocking};
use crate::output;

/// The kernel's lock on the file beside: nobody else holds it, and it ends with this process, however that ends.
pub(super) struct Lock(#[expect(dead_code, reason = "closing it unlocks")] Arc<File>);

impl Lock {
    /// Waits up to `patience` for it; after a second it says so on stderr.
    ///
    /// # Errors
    ///
    /// [`StoreError::busy`] if others hold it for so long; and if the file beside cannot be made or locked.
    pub(super) async fn take(place: Arc<Place>, patience: Duration) -> Result<Self, StoreError> {
        let begun = Instant::now();
        let file = Arc::new(blocking(open(Arc::clone(&place))).await?);
        let mut told = false;
        loop {
            if blocking(try_lock(Arc::clone(&place), Arc::clone(&file))).await? {
                return Ok(Self(file));
            }
            let waited = begun.elapsed();
            if waited.saturating_add(PAUSE) > patience {
                let what = place.told("another process has been refreshing for too long");
                return Err(StoreError::busy(what).with_hint("try again later, or end it"));
            }
            if waited >= SILENCE && !told {
                told = true;
                output::note(&format!(
                    "note: {}",
                    place.told("waiting for another process that is refreshing")
                ));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Opens the file beside, and makes it if it is not there yet.
fn open(place: Arc<Place>) -> impl FnOnce() -> Result<File, StoreError> {
    move || {
        let path = beside(&place.path);
        let opened = options()
            .open(&path)
            .and_then(|file| match file.metadata()?.is_file() {
                true => Ok(file),
                false => Err(io::Error::other("it is no regular file")),
            });
        opened.map_err(|error| {
            let what = format!(
                "nothing was refreshed, because the lock {} cannot be opened",
                path.display()
            );
            place.fault(&what).with_hint(FOLDER).with_source(error)
        })
    }
}

fn try_lock(place: Arc<Place>, file: Arc<File>) -> impl FnOnce() -> Result<bool, StoreError> {
    move || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => {
            let what = "nothing was refreshed, because the file system gives no lock";
            let hint = "move the file to a disk of this machine";
            Err(place.fault(what).with_hint(hint).with_source(error))
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".lock");
    path.with_file_name(name)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    options
}

/// Between two tries: what a refresh takes on a good day.
const PAUSE: Duration = Duration::from_millis(50);

/// Nobody wonders earlier.
const SILENCE: Duration = Duration::from_secs(1);
