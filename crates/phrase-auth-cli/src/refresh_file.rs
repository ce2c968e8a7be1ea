//! The file that `PHRASE_OAUTH_REFRESH_TOKEN_FILE` names, as a store: one refresh token in one line, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use phrase_auth_core::{LockedEntry, Secret, Session, StoreError, StoreKey, TokenStore};

use self::lock::Lock;
use crate::file;

mod content;
mod lock;

/// A [`TokenStore`] over one file for one key. It keeps the refresh token alone, so that each run of the program begins
/// with a refresh; where that rotates, the new refresh token takes the place of the old one before anybody gets its
/// access token.
///
/// Several processes may share the file: whoever refreshes holds a kernel's lock on `NAME.lock` beside it, which is
/// made once and never removed. The file itself is replaced as a whole.
#[derive(Clone, Debug)]
pub(crate) struct RefreshFile(Arc<Place>);

#[derive(Debug)]
struct Place {
    variable: &'static str,
    path: PathBuf,
}

impl RefreshFile {
    /// The file that a variable names. It is not looked at yet.
    pub(crate) fn new(variable: &'static str, path: &Path) -> Self {
        Self(Arc::new(Place {
            variable,
            path: path.to_owned(),
        }))
    }

    async fn session(&self, key: &StoreKey) -> Result<Session, StoreError> {
        let place = Arc::clone(&self.0);
        let refresh_token = blocking(move || place.read()).await?;
        Session::from_refresh_token(refresh_token, key.clone()).map_err(|_| {
            self.0
                .fault("this is no refresh token, which is one line of visible ASCII")
                .with_hint(LOG_IN)
        })
    }
}

#[async_trait]
impl TokenStore for RefreshFile {
    async fn load(&self, key: &StoreKey) -> Result<Option<Session>, StoreError> {
        self.session(key).await.map(Some)
    }

    async fn lock(
        &self,
        key: &StoreKey,
        patience: Duration,
    ) -> Result<Box<dyn LockedEntry>, StoreError> {
        let lock = Lock::take(Arc::clone(&self.0), patience).await?;
        // While nothing has been sent that could not be kept.
        let place = Arc::clone(&self.0);
        blocking(move || place.probe()).await?;
        Ok(Box::new(Locked {
            file: self.clone(),
            key: key.clone(),
            lock: Arc::new(lock),
        }))
    }
}

/// The file, locked.
struct Locked {
    file: RefreshFile,
    key: StoreKey,
    lock: Arc<Lock>,
}

#[async_trait]
impl LockedEntry for Locked {
    async fn load(&mut self) -> Result<Option<Session>, StoreError> {
        self.file.session(&self.key).await.map(Some)
    }

    async fn save(&mut self, session: &Session) -> Result<(), StoreError> {
        let Some(refresh_token) = session.token().refresh().cloned() else {
            return Ok(());
        };
        let (place, lock) = (Arc::clone(&self.file.0), Arc::clone(&self.lock));
        blocking(move || {
            // For as long as it takes, even if nobody waits for it any more.
            let _held = lock;
            place.write(&refresh_token)
        })
        .await
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        let (place, lock) = (Arc::clone(&self.file.0), Arc::clone(&self.lock));
        blocking(move || {
            let _held = lock;
            place.remove()
        })
        .await
    }
}

impl Place {
    fn read(&self) -> Result<Secret, StoreError> {
        content::read(&self.path).map_err(|unread| {
            let fault = self.fault(&unread.what).with_hint(unread.next);
            match unread.cause {
                Some(cause) => fault.with_source(cause),
                None => fault,
            }
        })
    }

    /// Makes sure, under the lock, that there is room for a new refresh token.
    fn probe(&self) -> Result<(), StoreError> {
        // Whoever was killed while writing may have left a refresh token behind.
        file::sweep(&self.path);
        file::probe(&self.path).map_err(|error| {
            let what = "nothing was refreshed, because a new refresh token could not be written";
            self.fault(what).with_hint(FOLDER).with_source(error)
        })
    }

    /// Writes only what is new, so that a server that does not rotate needs no disk.
    fn write(&self, refresh_token: &Secret) -> Result<(), StoreError> {
        let same = content::read(&self.path).is_ok_and(|there| there.id() == refresh_token.id());
        if same {
            return Ok(());
        }
        file::write(&self.path, refresh_token.expose()).map_err(|error| {
            self.fault("the new refresh token could not be written")
                .with_hint(FOLDER)
                .with_source(error)
        })
    }

    fn remove(&self) -> Result<(), StoreError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let fault = self.fault("the file cannot be removed");
                Err(fault.with_hint(FOLDER).with_source(error))
            }
            _ => Ok(()),
        }
    }

    fn fault(&self, what: &str) -> StoreError {
        StoreError::new(self.told(what))
    }

    fn told(&self, what: &str) -> String {
        format!("{}: {what}: {}", self.variable, self.path.display())
    }
}

/// Work on files, where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::new("the work on a file was broken off")),
    }
}

const LOG_IN: &str = "put the refresh token of a new login there";

const FOLDER: &str = "the folder must be one that you may write to, with room left: the server may give a new refresh \
                      token at each refresh, and then the old one is dead";

#[cfg(test)]
mod tests;
