use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Uri;
use oauth2::CsrfToken;
use phrase_auth_core::{AuthError, ErrorKind, Secret, wiped};
use serde::{Deserialize, Serialize};

use crate::redirect::RedirectUri;

/// A login that has begun: what must come back with the person, and what redeems it. Good for one
/// [`finish`](crate::OAuth2Client::finish), within an hour.
///
/// A web server keeps it with the person's session until then: in memory, or anywhere by
/// [`to_secret_bytes`](Self::to_secret_bytes), which hold the code verifier (RFC 7636). Whoever reads them, and the
/// redirect, can finish the login; a cookie that is not encrypted is no place for them.
pub struct PendingAuthorization {
    pub(crate) state: Secret,
    pub(crate) verifier: Option<Secret>,
    pub(crate) redirect: RedirectUri,
    pub(crate) client_id: String,
    pub(crate) token_url: Uri,
    pub(crate) begun_at: SystemTime,
}

impl PendingAuthorization {
    /// The state that is in the URL: a name under which a server may keep what is pending, and that it may
    /// put into a cookie, so that the browser that comes back is the one that was sent.
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// When it was begun, by the wall clock: what is older than an hour can be thrown away.
    pub fn begun_at(&self) -> SystemTime {
        self.begun_at
    }

    /// All of it as JSON, secrets included, in a buffer that is wiped when the last clone is dropped.
    pub fn to_secret_bytes(&self) -> Bytes {
        let since_epoch = self.begun_at.duration_since(SystemTime::UNIX_EPOCH);
        let form = Written {
            version: VERSION,
            state: self.state.expose(),
            verifier: self.verifier.as_ref().map(Secret::expose),
            redirect_uri: self.redirect.as_str(),
            client_id: &self.client_id,
            token_url: self.token_url.to_string(),
            begun_at: since_epoch.unwrap_or_default().as_secs(),
        };
        // Counted first: a buffer that grows leaves copies behind.
        let mut length = Counter(0);
        let counted = serde_json::to_writer(&mut length, &form);
        let mut bytes = Vec::with_capacity(length.0);
        let written = counted.and_then(|()| serde_json::to_writer(&mut bytes, &form));
        debug_assert!(written.is_ok(), "strings and numbers can be written");
        wiped(bytes)
    }

    /// Reads what [`to_secret_bytes`](Self::to_secret_bytes) has written.
    ///
    /// # Errors
    ///
    /// `Config` if it is anything else. Nothing of the bytes is shown.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, AuthError> {
        Self::read(bytes).ok_or_else(|| {
            AuthError::new(ErrorKind::Config, "this is not a login that has begun")
                .with_hint("begin the login again")
        })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        // What serde says in its errors may hold values, so it is dropped.
        let form: Read = serde_json::from_slice(bytes).ok()?;
        if form.version != VERSION {
            return None;
        }
        let since_epoch = Duration::from_secs(form.begun_at);
        let secret = |text: String| Some(Secret::new(text)).filter(|it| !it.expose().is_empty());
        Some(Self {
            state: secret(form.state)?,
            verifier: form.verifier.map(Secret::new),
            redirect: RedirectUri::parse(&form.redirect_uri).ok()?,
            client_id: form.client_id,
            token_url: form.token_url.parse().ok()?,
            begun_at: SystemTime::UNIX_EPOCH.checked_add(since_epoch)?,
        })
    }

    /// In a time that does not depend on where the two differ.
    pub(crate) fn is_state(&self, given: &Secret) -> bool {
        let whole = |secret: &Secret| CsrfToken::new(secret.expose().to_owned());
        whole(given) == whole(&self.state)
    }

    /// Whether it was begun too long ago for anybody to be still at it.
    pub(crate) fn is_stale(&self, now: SystemTime) -> bool {
        let age = now.duration_since(self.begun_at);
        age.is_ok_and(|age| age > LONGEST)
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("redirect_uri", &self.redirect.as_str())
            .field("client_id", &self.client_id)
            .field("begun_at", &self.begun_at)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    state: &'a str,
    verifier: Option<&'a str>,
    redirect_uri: &'a str,
    client_id: &'a str,
    token_url: String,
    begun_at: u64,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    state: String,
    verifier: Option<String>,
    redirect_uri: String,
    client_id: String,
    token_url: String,
    begun_at: u64,
}

/// Counts what is written to it.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const VERSION: u32 = 1;

/// Nobody needs longer to log in, and who comes later has not been there all the time.
const LONGEST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> PendingAuthorization {
        PendingAuthorization {
            state: Secret::new("canary-state"),
            verifier: Some(Secret::new("canary-verifier")),
            redirect: RedirectUri::parse("https://app.example/callback").unwrap(),
            client_id: "c-1".to_owned(),
            token_url: Uri::from_static("https://cloud.memsource.com/web/oauth/token"),
            begun_at: SystemTime::UNIX_EPOCH
                .checked_add(Duration::from_secs(1_750_000_000))
                .unwrap(),
        }
    }

    #[test]
    fn it_comes_back_from_its_bytes_and_nothing_else_does() {
        let bytes = pending().to_secret_bytes();
        let back = PendingAuthorization::from_secret_bytes(&bytes).unwrap();
        assert!(back.is_state(&Secret::new("canary-state")));
        assert_eq!(back.verifier.unwrap().expose(), "canary-verifier");
        assert_eq!(back.redirect, pending().redirect);
        assert_eq!(
            (back.client_id, back.begun_at),
            (pending().client_id, pending().begun_at)
        );
        let good = String::from_utf8(bytes.to_vec()).unwrap();
        for bad in [
            "canary",
            "{}",
            &good.replace("\"version\":1", "\"version\":2"),
            &good.replace("canary-state", ""),
            &good.replace("https://app", "http://app"),
        ] {
            let error = PendingAuthorization::from_secret_bytes(bad.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{bad}");
        }
    }

    #[test]
    fn debug_shows_neither_state_nor_verifier() {
        assert!(!format!("{:?}", pending()).contains("canary"));
    }

    #[test]
    fn the_state_is_the_whole_state() {
        for other in ["", "canary-stat", "canary-state ", "CANARY-STATE"] {
            assert!(!pending().is_state(&Secret::new(other)), "{other}");
        }
    }

    #[test]
    fn it_is_good_for_an_hour_and_a_clock_that_went_back_does_no_harm() {
        let begun = pending().begun_at;
        let minute = Duration::from_secs(60);
        assert!(!pending().is_stale(begun + LONGEST));
        assert!(pending().is_stale(begun + LONGEST + minute));
        assert!(!pending().is_stale(begun - minute));
    }
}
