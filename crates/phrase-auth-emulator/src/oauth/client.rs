use std::fmt;

use super::known_client::KnownClient;
use super::redirect;
use crate::seed::SeededClient;

/// An OAuth client of one's own, for [`EmulatorBuilder::oauth_client`](crate::EmulatorBuilder::oauth_client) and
/// [`Emulator::add_client`](crate::Emulator::add_client).
///
/// It needs a redirect URI. Unless told otherwise it gets refresh tokens, may do without PKCE, and its redirect URIs
/// are compared whole.
///
/// ```
/// use phrase_auth_emulator::OAuthClient;
///
/// let desktop = OAuthClient::public("my-desktop-program")
///     .redirect_uri("http://127.0.0.1/callback")
///     .any_loopback_port()
///     .requires_pkce();
/// let server = OAuthClient::confidential("my-server", "my-secret")
///     .name("My server")
///     .redirect_uri("https://my.example/callback");
/// # let _ = (desktop, server);
/// ```
#[derive(Clone)]
#[must_use = "a client does nothing until an emulator gets it"]
pub struct OAuthClient {
    id: String,
    secret: Option<String>,
    name: Option<String>,
    redirect_uris: Vec<String>,
    any_loopback_port: bool,
    requires_pkce: bool,
    refresh_tokens: bool,
    terse: bool,
    raw_basic: bool,
}

impl OAuthClient {
    /// A client without a secret, which says who it is and proves nothing (RFC 6749, 2.1).
    pub fn public(id: impl Into<String>) -> Self {
        Self::new(id.into(), None)
    }

    /// A client that proves itself with a secret, in the body or as Basic (RFC 6749, 2.3.1).
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(id.into(), Some(secret.into()))
    }

    fn new(id: String, secret: Option<String>) -> Self {
        Self {
            id,
            secret,
            name: None,
            redirect_uris: Vec::new(),
            any_loopback_port: false,
            requires_pkce: false,
            refresh_tokens: true,
            terse: false,
            raw_basic: false,
        }
    }

    pub(super) fn seeded(seeded: &SeededClient) -> Self {
        let mut client = Self::new(
            seeded.client_id.to_owned(),
            seeded.client_secret.map(ToOwned::to_owned),
        );
        client.redirect_uris = seeded
            .redirect_uris
            .iter()
            .map(|uri| (*uri).to_owned())
            .collect();
        client.name(seeded.name)
    }

    /// What the login page and the consent page call it; by default its id.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// One more place where answers may be sent: `https`, or `http` to 127.0.0.1, `[::1]` or `localhost`.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Redirect URIs to 127.0.0.1 or `[::1]` over `http` are good with any port (RFC 8252, 7.3); everything behind the
    /// port is compared as it is.
    pub fn any_loopback_port(mut self) -> Self {
        self.any_loopback_port = true;
        self
    }

    /// Requests without a code challenge are refused (RFC 7636, 4.4.1).
    pub fn requires_pkce(mut self) -> Self {
        self.requires_pkce = true;
        self
    }

    /// No refresh token is ever issued to it.
    pub fn without_refresh_tokens(mut self) -> Self {
        self.refresh_tokens = false;
        self
    }

    /// Its token answers have no `expires_in`, `token_type` and `scope`.
    pub fn terse(mut self) -> Self {
        self.terse = true;
        self
    }

    /// Its Basic is taken as it comes, without the form-decoding of RFC 6749, 2.3.1.
    pub fn raw_basic(mut self) -> Self {
        self.raw_basic = true;
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    pub(super) fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Whether an answer may be sent there.
    pub(super) fn returns_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| {
            registered == uri || self.any_loopback_port && redirect::differ_in_port(registered, uri)
        })
    }

    pub(super) fn must_send_challenge(&self) -> bool {
        self.requires_pkce
    }

    pub(super) fn gets_refresh_tokens(&self) -> bool {
        self.refresh_tokens
    }

    pub(super) fn is_terse(&self) -> bool {
        self.terse
    }

    pub(super) fn sends_raw_basic(&self) -> bool {
        self.raw_basic
    }

    /// Why no request could name this client, or none could prove it.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        let is_plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if self.id.is_empty() || self.secret.as_deref() == Some("") {
            return Some("has an empty id or secret");
        }
        // RFC 6749, A.1 and A.2.
        if !is_plain(&self.id) || self.secret.as_deref().is_some_and(|it| !is_plain(it)) {
            return Some("has more than printable ASCII in its id or secret");
        }
        if self.raw_basic && (self.secret.is_none() || self.id.contains(':')) {
            return Some("cannot send raw Basic: it has no secret, or a colon in its id");
        }
        if self.redirect_uris.is_empty() {
            return Some("has no redirect URI");
        }
        self.redirect_uris
            .iter()
            .find_map(|uri| redirect::flaw(uri))
    }
}

impl From<&OAuthClient> for KnownClient {
    fn from(client: &OAuthClient) -> Self {
        Self {
            client_id: client.id.clone(),
            name: client.title().to_owned(),
            is_confidential: client.secret.is_some(),
            redirect_uris: client.redirect_uris.clone(),
            any_loopback_port: client.any_loopback_port,
            requires_pkce: client.requires_pkce,
            refresh_tokens: client.refresh_tokens,
            terse: client.terse,
            raw_basic: client.raw_basic,
        }
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("id", &self.id)
            .field("is_confidential", &self.secret.is_some())
            .field("redirect_uris", &self.redirect_uris)
            .field("any_loopback_port", &self.any_loopback_port)
            .field("requires_pkce", &self.requires_pkce)
            .field("refresh_tokens", &self.refresh_tokens)
            .field("terse", &self.terse)
            .field("raw_basic", &self.raw_basic)
            .finish_non_exhaustive()
    }
}
