use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::AuthError;
use crate::header::HeaderStyle;
use crate::runtime::Now;
use crate::secret::{Secret, SecretText, wiped};
use crate::source::Token;
use crate::store::{StoreError, StoreKey};

/// A login that can be gone on with in another process: a token, when it was asked for, and whose it
/// is.
///
/// What a [`TokenStore`](crate::TokenStore) keeps. It is turned into bytes by
/// [`to_secret_bytes`](Self::to_secret_bytes) and nothing else, because they hold every secret in it.
#[derive(Clone)]
pub struct Session {
    token: Arc<Token>,
    requested_at: SystemTime,
    key: StoreKey,
    /// Its refresh token was refused: nobody is to send it again.
    refused: bool,
    /// Members that a newer version has written: they outlive a renewal by this one.
    unknown: BTreeMap<String, Value>,
}

impl Session {
    /// A session. The token's life is counted from `requested_at`, when its request was sent by the
    /// wall clock of this machine; never from what a server says.
    pub fn new(token: Token, requested_at: SystemTime, key: StoreKey) -> Self {
        Self::first(Arc::new(token), requested_at, key)
    }

    /// A session of which the refresh token alone is known: there is nothing to put on a request before
    /// the first renewal.
    ///
    /// # Errors
    ///
    /// `Protocol` if it is not 1 byte to 64 KiB of visible ASCII.
    pub fn from_refresh_token(
        refresh_token: impl Into<Secret>,
        key: StoreKey,
    ) -> Result<Self, AuthError> {
        let over = Token::new(NO_ACCESS_TOKEN, HeaderStyle::bearer(), Duration::ZERO)?;
        let token = over.with_refresh(refresh_token)?;
        Ok(Self::new(token, SystemTime::UNIX_EPOCH, key))
    }

    /// The token, over as it may be.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// When the token was asked for, by the wall clock.
    pub fn requested_at(&self) -> SystemTime {
        self.requested_at
    }

    /// When the token ends, by the wall clock.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.requested_at.checked_add(self.token.lifetime())
    }

    /// Whose it is.
    pub fn key(&self) -> &StoreKey {
        &self.key
    }

    /// The same session for somebody else: for an application that learns only after the login who it
    /// was.
    #[must_use]
    pub fn with_key(self, key: StoreKey) -> Self {
        Self { key, ..self }
    }

    /// All of it as JSON, tokens included, in a buffer that is wiped when the last clone is dropped. Keep
    /// it where passwords are kept.
    pub fn to_secret_bytes(&self) -> Bytes {
        let form = Written::of(self);
        // Counted first: a buffer that grows leaves copies behind.
        let mut length = Counter(0);
        let counted = serde_json::to_writer(&mut length, &form);
        let mut bytes = Vec::with_capacity(length.0);
        let written = counted.and_then(|()| serde_json::to_writer(&mut bytes, &form));
        debug_assert!(written.is_ok(), "strings and numbers can be written");
        wiped(bytes)
    }

    /// Reads what [`to_secret_bytes`](Self::to_secret_bytes) has written, also by an older version.
    ///
    /// # Errors
    ///
    /// If it is not a session, or one that a newer version has written in a way that this one does not
    /// know. Nothing of the bytes is shown.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = || {
            StoreError::new("this is not a session")
                .with_hint("it is kept as it is; log out to remove it, and log in again")
        };
        // What serde says in its errors may hold values, so it is dropped.
        let Version { version } = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if version > VERSION {
            let what = "the session was written by a newer version of this program";
            return Err(StoreError::new(what).with_hint("it is kept as it is; update this one"));
        }
        let form: Read = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        form.into_session().ok_or_else(damaged)
    }

    /// Its successor: another token, and everything else as it is.
    pub(crate) fn renewed(&self, token: Arc<Token>, requested_at: SystemTime) -> Self {
        Self {
            token,
            requested_at,
            key: self.key.clone(),
            refused: false,
            unknown: self.unknown.clone(),
        }
    }

    /// The same session, marked for everybody who shares the store.
    pub(crate) fn refused(&self) -> Self {
        Self {
            refused: true,
            ..self.clone()
        }
    }

    /// The same session without that mark: somebody has logged in.
    pub(crate) fn trusted(self) -> Self {
        Self {
            refused: false,
            ..self
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    /// The first one of its kind.
    pub(crate) fn first(token: Arc<Token>, requested_at: SystemTime, key: StoreKey) -> Self {
        Self {
            token,
            requested_at,
            key,
            refused: false,
            unknown: BTreeMap::new(),
        }
    }

    pub(crate) fn shared_token(&self) -> &Arc<Token> {
        &self.token
    }

    /// Whether the two hold the same tokens.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let ids = |session: &Self| {
            let refresh = session.token.refresh().map(Secret::id);
            (session.token.secret().id(), refresh)
        };
        ids(self) == ids(other)
    }

    /// When the token was asked for, by both clocks of this process, and how long it lives from then. One
    /// from the future is over: a clock was set back, and nobody knows how old it is.
    pub(crate) fn life(&self, now: &Now) -> (Now, Duration) {
        let lifetime = self.token.lifetime();
        match now.wall.duration_since(self.requested_at) {
            Ok(age) => match now.mono.checked_sub(age) {
                Some(mono) => (Now::new(self.requested_at, mono), lifetime),
                // The monotonic clock began later: what is left begins now.
                None => (*now, lifetime.saturating_sub(age)),
            },
            Err(ahead) if ahead.duration() <= CLOCK_SLACK => {
                (*now, lifetime.saturating_sub(ahead.duration()))
            }
            Err(_) => (*now, Duration::ZERO),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("token", &self.token)
            .field("requested_at", &self.requested_at)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The form on disk.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    key: &'a StoreKey,
    requested_at_ms: u64,
    lifetime_ms: u64,
    header: &'a str,
    word: Option<&'a str>,
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    subject: Option<&'a str>,
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
    #[serde(flatten)]
    unknown: &'a BTreeMap<String, Value>,
}

impl<'a> Written<'a> {
    fn of(session: &'a Session) -> Self {
        let token = session.token();
        let since_epoch = session.requested_at.duration_since(SystemTime::UNIX_EPOCH);
        Self {
            version: VERSION,
            key: &session.key,
            requested_at_ms: millis(since_epoch.unwrap_or_default()),
            lifetime_ms: millis(token.lifetime()),
            header: token.style().name().as_str(),
            word: token.style().word(),
            access_token: token.secret().expose(),
            refresh_token: token.refresh().map(Secret::expose),
            subject: token.subject(),
            scope: token.scope(),
            refused: session.refused,
            unknown: &session.unknown,
        }
    }
}

#[derive(Deserialize)]
struct Read {
    #[serde(rename = "version")]
    _version: u32,
    key: StoreKey,
    requested_at_ms: u64,
    lifetime_ms: u64,
    header: String,
    word: Option<String>,
    access_token: SecretText,
    refresh_token: Option<SecretText>,
    subject: Option<String>,
    scope: Option<String>,
    #[serde(default)]
    refused: bool,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

impl Read {
    fn into_session(self) -> Option<Session> {
        let name = HeaderName::try_from(self.header).ok()?;
        let style = HeaderStyle::of(name, self.word.as_deref())?;
        let lifetime = Duration::from_millis(self.lifetime_ms);
        let mut token = Token::new(self.access_token.0, style, lifetime).ok()?;
        if let Some(SecretText(refresh)) = self.refresh_token {
            token = token.with_refresh(refresh).ok()?;
        }
        if let Some(subject) = self.subject {
            token = token.with_subject(subject);
        }
        if let Some(scope) = self.scope {
            token = token.with_scope(scope);
        }
        let since_epoch = Duration::from_millis(self.requested_at_ms);
        Some(Session {
            token: Arc::new(token),
            requested_at: SystemTime::UNIX_EPOCH.checked_add(since_epoch)?,
            key: self.key,
            refused: self.refused,
            unknown: self.unknown,
        })
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Counts what is written to it.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const VERSION: u32 = 1;

/// Stands for an access token that is not known. It is over from the start, so that nobody is lent it.
const NO_ACCESS_TOKEN: &str = "none";

/// What clocks of machines that share a store may differ by without anybody having set one.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::BaseUrl;

    fn key() -> StoreKey {
        let base = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
        let key = StoreKey::new("oauth2", &base, "jane").unwrap();
        key.with_client("c-1").unwrap()
    }

    fn session() -> Session {
        let token = Token::new("canary-a", HeaderStyle::bearer(), Duration::from_secs(3600));
        let token = token.unwrap().with_refresh("canary-r").unwrap();
        let token = token.with_subject("u-1").with_scope("a b");
        let since_epoch = Duration::from_millis(1_750_000_000_123);
        let requested_at = SystemTime::UNIX_EPOCH.checked_add(since_epoch).unwrap();
        Session::new(token, requested_at, key())
    }

    #[test]
    fn a_session_comes_back_from_its_bytes_as_it_was() {
        let session = session();
        let back = Session::from_secret_bytes(&session.to_secret_bytes()).unwrap();
        assert!(back.is(&session));
        assert_eq!(back.requested_at(), session.requested_at());
        assert_eq!(back.key(), session.key());
        assert_eq!(back.expires_at(), session.expires_at());
        let told = |session: &Session| {
            let token = session.token();
            let texts = (
                token.subject().map(str::to_owned),
                token.scope().map(str::to_owned),
            );
            (token.style().clone(), token.lifetime(), texts)
        };
        assert_eq!(told(&back), told(&session));
        for style in [
            HeaderStyle::api_token(),
            HeaderStyle::raw(HeaderName::from_static("x-api-key")),
            HeaderStyle::bearer().under(HeaderName::from_static("authentication")),
        ] {
            let token = Token::new("t", style.clone(), Duration::MAX).unwrap();
            let session = Session::new(token, SystemTime::UNIX_EPOCH, key());
            let back = Session::from_secret_bytes(&session.to_secret_bytes()).unwrap();
            assert_eq!(back.token().style(), &style);
        }
    }

    #[test]
    fn what_a_newer_version_has_added_outlives_a_renewal() {
        let text = String::from_utf8(session().to_secret_bytes().to_vec()).unwrap();
        let text = text.replacen('{', r#"{"mood":{"good":[true]},"#, 1);
        let read = Session::from_secret_bytes(text.as_bytes()).unwrap();
        let token = Arc::new(Token::new("b", HeaderStyle::bearer(), Duration::ZERO).unwrap());
        let renewed = read
            .renewed(token, SystemTime::UNIX_EPOCH)
            .to_secret_bytes();
        let renewed = std::str::from_utf8(&renewed).unwrap();
        assert!(renewed.contains(r#""mood":{"good":[true]}"#), "{renewed}");
        assert!(!renewed.contains("canary"), "{renewed}");
    }

    #[test]
    fn what_is_no_session_is_refused_without_being_shown() {
        let good = String::from_utf8(session().to_secret_bytes().to_vec()).unwrap();
        let newer = good.replace(r#""version":1"#, r#""version":2"#);
        let error = Session::from_secret_bytes(newer.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
        for bad in [
            "",
            "canary-token",
            "{}",
            &good[..good.len() / 2],
            &good.replace("Bearer", "Basic"),
            &good.replace("canary-a", "canary\\n"),
            &good.replace("canary-r", ""),
            &good.replace(r#""lifetime_ms":3600000"#, r#""lifetime_ms":-1"#),
            &good.replace(r#""header":"authorization""#, r#""header":"a b""#),
            &good.replace(r#""user":"jane""#, r#""user":"a\r\nb""#),
            &format!("{good} {{}}"),
        ] {
            assert_ne!(bad, good);
            let error = Session::from_secret_bytes(bad.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{bad}");
        }
    }

    #[test]
    fn debug_shows_whose_it_is_and_no_token() {
        let shown = format!("{:?}", session());
        assert!(
            !shown.contains("canary") && shown.contains("jane"),
            "{shown}"
        );
    }

    #[test]
    fn the_age_of_a_session_is_told_by_the_wall_clock_and_never_shortened() {
        let now = Now::read();
        let at = |requested_at| Session::new(session().token().clone(), requested_at, key());
        let hour = Duration::from_secs(3600);
        let (start, life) = at(now.wall - hour).life(&now);
        assert_eq!((now.since(&start), life), (hour, hour));
        let (start, life) = at(SystemTime::UNIX_EPOCH).life(&now);
        assert!(now.since(&start) >= hour || life.is_zero());
        let (start, life) = at(now.wall + CLOCK_SLACK).life(&now);
        assert_eq!((start, life), (now, hour - CLOCK_SLACK));
        let (start, life) = at(now.wall + hour).life(&now);
        assert_eq!((start, life), (now, Duration::ZERO));
    }

    #[test]
    fn a_bare_refresh_token_makes_a_session_with_nothing_to_lend() {
        let session = Session::from_refresh_token("canary-r", key()).unwrap();
        assert!(session.token().lifetime().is_zero());
        assert!(!format!("{session:?}").contains("canary"));
        assert!(Session::from_refresh_token("a b", key()).is_err());
    }
}
