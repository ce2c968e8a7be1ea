/// An OAuth client as [`Emulator::clients`](crate::Emulator::clients) lists it: without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownClient {
    /// What goes into `client_id` (RFC 6749, 2.2).
    pub client_id: String,
    /// What the login page and the consent page call it.
    pub name: String,
    /// Whether it has a secret (RFC 6749, 2.1).
    pub is_confidential: bool,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// As of [`OAuthClient::any_loopback_port`](crate::OAuthClient::any_loopback_port).
    pub any_loopback_port: bool,
    /// As of [`OAuthClient::requires_pkce`](crate::OAuthClient::requires_pkce).
    pub requires_pkce: bool,
    /// `false` as of [`OAuthClient::without_refresh_tokens`](crate::OAuthClient::without_refresh_tokens).
    pub refresh_tokens: bool,
    /// As of [`OAuthClient::terse`](crate::OAuthClient::terse).
    pub terse: bool,
    /// As of [`OAuthClient::raw_basic`](crate::OAuthClient::raw_basic).
    pub raw_basic: bool,
}
