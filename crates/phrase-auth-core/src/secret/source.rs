use std::ffi::{OsStr, OsString};
use std::fmt;
use std::future::Future;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::{MAX_SECRET, Secret, SecretId};
use crate::error::{AuthError, ErrorKind};

/// Where a secret comes from.
///
/// `value` and `once` are held in memory; `file`, `env` and `callback` are asked again each time
/// the secret is needed, so that a rotated one is picked up. A plain string or [`Secret`] becomes
/// a `value`.
pub struct SecretSource(Place);

enum Place {
    Value(Secret),
    Once(Mutex<Option<Secret>>),
    File(PathBuf),
    Env(OsString),
    Callback(Arc<Callback>),
}

type Callback = dyn Fn() -> Answer + Send + Sync;
type Answer = Pin<Box<dyn Future<Output = Result<Secret, AuthError>> + Send>>;

impl SecretSource {
    /// Keeps the secret for as long as the source lives; it is wiped when dropped.
    pub fn value(secret: impl Into<Secret>) -> Self {
        Self(Place::Value(secret.into()))
    }

    /// Keeps the secret until it has been used with success once, then wipes it.
    ///
    /// A passing fault does not use it up. Once it is used up, the next renewal is
    /// [`ErrorKind::LoginRequired`].
    pub fn once(secret: impl Into<Secret>) -> Self {
        Self(Place::Once(Mutex::new(Some(secret.into()))))
    }

    /// Reads a regular file each time; one line end at its end is cut off.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// Reads an environment variable each time.
    ///
    /// The environment of a process can be read by its owner's other processes, and is handed on
    /// to children: a file is the better place.
    pub fn env(name: impl Into<OsString>) -> Self {
        Self(Place::Env(name.into()))
    }

    /// Asks a callback each time: a vault, a keyring.
    ///
    /// It is asked twice for each login (once for the fingerprint, once for the secret), and again
    /// while a refusal stands, to see whether the secret has changed: do not ask a person there.
    pub fn callback<F, Fut>(ask: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Secret, AuthError>> + Send + 'static,
    {
        Self(Place::Callback(Arc::new(move || -> Answer {
            Box::pin(ask())
        })))
    }

    /// Looks at a secret that is already in memory, so that a wrong one is found when it is
    /// handed over and not at the first request. Files, variables and callbacks are not asked.
    ///
    /// # Errors
    ///
    /// `Config` for an empty secret, or one with a control character inside.
    pub fn check(&self) -> Result<(), AuthError> {
        match &self.0 {
            Place::Value(secret) => Secret::from_user(secret.clone()).map(drop),
            Place::Once(slot) => match held(slot) {
                Some(secret) => Secret::from_user(secret).map(drop),
                None => Ok(()),
            },
            Place::File(_) | Place::Env(_) | Place::Callback(_) => Ok(()),
        }
    }

    /// The secret, ready to be sent: one trailing line end cut off, no control character inside.
    ///
    /// # Errors
    ///
    /// `Config` if the place has no usable secret, `LoginRequired` if a `once` is used up, and
    /// whatever the callback says.
    pub async fn read(&self) -> Result<Secret, AuthError> {
        let raw = match &self.0 {
            Place::Value(secret) => secret.clone(),
            Place::Once(slot) => held(slot).ok_or_else(used_up)?,
            Place::File(path) => read_file(path)?,
            Place::Env(name) => read_env(name)?,
            Place::Callback(ask) => ask().await?,
        };
        Secret::from_user(raw).map_err(|error| {
            let place = match &self.0 {
                Place::File(path) => format!(" ({})", path.display()),
                Place::Env(name) => format!(" (variable {})", name.display()),
                Place::Value(_) | Place::Once(_) | Place::Callback(_) => return error,
            };
            let placed = AuthError::config(format!("{}{place}", error.message()));
            match error.hint() {
                Some(hint) => placed.with_hint(hint.to_owned()),
                None => placed,
            }
        })
    }

    /// The environment variable that it is read from, if it is: not to be handed on to children.
    pub fn variable(&self) -> Option<&OsStr> {
        match &self.0 {
            Place::Env(name) => Some(name),
            Place::Value(_) | Place::Once(_) | Place::File(_) | Place::Callback(_) => None,
        }
    }

    /// Says that the secret has been used with success: a `once` is wiped, nothing else changes.
    pub fn used(&self) {
        if let Place::Once(slot) = &self.0 {
            drop(slot.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// The fingerprint of what [`read`](Self::read) would give now; `None` if it would fail.
    pub async fn id(&self) -> Option<SecretId> {
        Some(self.read().await.ok()?.id())
    }
}

impl<S: Into<Secret>> From<S> for SecretSource {
    fn from(secret: S) -> Self {
        Self::value(secret)
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Value(_) => f.write_str("SecretSource::value([redacted])"),
            Place::Once(_) => f.write_str("SecretSource::once([redacted])"),
            Place::File(path) => write!(f, "SecretSource::file({path:?})"),
            Place::Env(name) => write!(f, "SecretSource::env({name:?})"),
            Place::Callback(_) => f.write_str("SecretSource::callback(..)"),
        }
    }
}

fn held(slot: &Mutex<Option<Secret>>) -> Option<Secret> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn used_up() -> AuthError {
    AuthError::new(
        ErrorKind::LoginRequired,
        "the secret was given for one login and is used up",
    )
    .with_hint("give the secret again, or use one that may be kept")
}

/// Only a regular file of bounded size: a pipe or a device could block for ever.
fn read_file(path: &Path) -> Result<Secret, AuthError> {
    let fault = |what: &str| {
        AuthError::config(format!("{what}: {}", path.display()))
            .with_hint("give the path of a file that holds the secret and nothing else")
    };
    let unreadable =
        |error: std::io::Error| fault("the secret's file cannot be read").with_source(error);
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(fault("the secret's file is not a regular file"));
    }
    // One byte more than may be, to see that there is more; plus the line end that is cut off.
    let limit = MAX_SECRET.saturating_add(3);
    let mut buffer = Zeroizing::new(Vec::with_capacity(limit));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let taken = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(taken)
        .read_to_end(&mut buffer)
        .map_err(unreadable)?;
    let text = std::str::from_utf8(&buffer).map_err(|_| fault("the secret's file is not text"))?;
    Ok(Secret::from(text))
}

fn read_env(name: &OsString) -> Result<Secret, AuthError> {
    let value = std::env::var_os(name).ok_or_else(|| {
        AuthError::config(format!(
            "the environment variable {} is not set",
            name.display()
        ))
        .with_hint("set it, or give the secret in another way, such as a file")
    })?;
    let value = value.into_string().map_err(|_| {
        AuthError::config(format!(
            "the environment variable {} is not text",
            name.display()
        ))
    })?;
    Ok(Secret::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_names_the_place_and_not_the_secret() {
        let callback = SecretSource::callback(|| async { Ok(Secret::new("canary")) });
        let shown = format!(
            "{:?} {:?} {:?} {callback:?}",
            SecretSource::value("canary"),
            SecretSource::once("canary"),
            SecretSource::env("PHRASE_API_TOKEN"),
        );
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("PHRASE_API_TOKEN"));
    }

    #[test]
    fn a_bad_value_is_found_when_it_is_handed_over() {
        assert!(SecretSource::value("").check().is_err());
        assert!(SecretSource::once("a\nb").check().is_err());
        assert!(SecretSource::from("good\n").check().is_ok());
    }

    #[tokio::test]
    async fn once_survives_reading_and_ends_with_success() {
        let source = SecretSource::once("s");
        assert_eq!(source.read().await.unwrap().expose(), "s");
        assert_eq!(source.read().await.unwrap().expose(), "s");
        source.used();
        assert_eq!(
            source.read().await.unwrap_err().kind(),
            ErrorKind::LoginRequired
        );
        assert_eq!(source.id().await, None);
    }

    #[tokio::test]
    async fn a_file_is_read_again_each_time() {
        let path = std::env::temp_dir().join(format!("phrase-auth-secret-{}", std::process::id()));
        std::fs::write(&path, "first\n").unwrap();
        let source = SecretSource::file(&path);
        let before = source.id().await;
        assert_eq!(source.read().await.unwrap().expose(), "first");
        std::fs::write(&path, "second\r\n").unwrap();
        assert_eq!(source.read().await.unwrap().expose(), "second");
        assert_ne!(source.id().await, before);
        std::fs::remove_file(&path).unwrap();
        let error = source.read().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("phrase-auth-secret-"), "{error}");
    }

    #[tokio::test]
    async fn a_directory_or_a_device_is_not_a_secret() {
        for path in ["/", "/dev/zero"] {
            let error = SecretSource::file(path).read().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{path}");
        }
    }

    /// Opening a pipe waits for its writer: for ever, if there is none.
    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let path = std::env::temp_dir().join(format!("phrase-auth-pipe-{}", std::process::id()));
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let (tell, told) = std::sync::mpsc::channel();
        let source = SecretSource::file(&path);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let _ = tell.send(runtime.block_on(source.read()).map(drop));
        });
        let read = told.recv_timeout(std::time::Duration::from_secs(10));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read.unwrap().unwrap_err().kind(), ErrorKind::Config);
    }

    #[tokio::test]
    async fn a_missing_variable_is_named() {
        let error = SecretSource::env("PHRASE_AUTH_NOT_SET")
            .read()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("PHRASE_AUTH_NOT_SET"), "{error}");
    }
}
