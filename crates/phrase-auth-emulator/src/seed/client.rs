/// An OAuth client that every emulator knows. Its secret is published, and no real system accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededClient {
    /// What goes into `client_id` (RFC 6749, 2.2).
    pub client_id: &'static str,
    /// What a confidential client proves itself with; `None` for a public one (RFC 6749, 2.1).
    pub client_secret: Option<&'static str>,
    /// Where answers may be sent; for the public clients on any port (RFC 8252, 7.3).
    pub redirect_uris: &'static [&'static str],
    /// What the consent page calls it.
    pub name: &'static str,
}

/// Public, as Phrase registers clients (reference 6.1); gets refresh tokens. For a program on a desktop.
pub const PUBLIC_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-public",
    client_secret: None,
    redirect_uris: ON_LOOPBACK,
    name: "A public client",
};

/// Like [`PUBLIC_CLIENT`], and has to send a code challenge (RFC 7636, 4.4.1).
pub const PKCE_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-pkce",
    client_secret: None,
    redirect_uris: ON_LOOPBACK,
    name: "A public client with PKCE",
};

/// Has a secret, sent in the body or as Basic, form-encoded first (RFC 6749, 2.3.1): it holds characters that this
/// changes. Its redirect URIs are compared whole, port and all.
pub const CONFIDENTIAL_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-confidential",
    client_secret: Some("phrase-emulator-secret a+b:c%2Fd&e=f"),
    redirect_uris: ON_A_SERVER,
    name: "A confidential client",
};

/// Like [`CONFIDENTIAL_CLIENT`], but its Basic is taken as it comes, without form-decoding, as many servers do.
pub const RAW_BASIC_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-raw-basic",
    client_secret: Some("phrase-emulator-raw-secret a+b:c%2Fd&e=f"),
    redirect_uris: ON_A_SERVER,
    name: "A confidential client with raw Basic",
};

/// Like [`PUBLIC_CLIENT`], but never gets a refresh token, as clients of Phrase often do not (reference 6.2).
pub const NO_REFRESH_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-no-refresh",
    client_secret: None,
    redirect_uris: ON_LOOPBACK,
    name: "A client without refresh tokens",
};

/// Like [`PUBLIC_CLIENT`], but its token answers have no `expires_in`, `token_type` and `scope`, as working clients of
/// Phrase provide for (reference 6.2).
pub const TERSE_CLIENT: SeededClient = SeededClient {
    client_id: "phrase-emulator-terse",
    client_secret: None,
    redirect_uris: ON_LOOPBACK,
    name: "A client with terse answers",
};

const ON_LOOPBACK: &[&str] = &["http://127.0.0.1/callback", "http://[::1]/callback"];

/// The name is one that nobody can have (RFC 2606, 2); the port is any that is not in use by default.
const ON_A_SERVER: &[&str] = &[
    "https://app.example/callback",
    "http://127.0.0.1:53682/callback",
];
