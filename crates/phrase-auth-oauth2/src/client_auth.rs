/// How a client that has a secret proves itself at the token endpoint. Servers differ; which one a client
/// is registered for is the server's to say. Phrase documents no secret at all (reference section 6.1),
/// and one old client of it sent Basic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAuth {
    /// As `client_id` and `client_secret` in the body: `client_secret_post` (RFC 6749 section 2.3.1).
    Body,
    /// As HTTP Basic, both form-encoded first: `client_secret_basic` (RFC 6749 section 2.3.1).
    Basic,
    /// As HTTP Basic without that encoding, which half of all servers expect.
    RawBasic,
}
