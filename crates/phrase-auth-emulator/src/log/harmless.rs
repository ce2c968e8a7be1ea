//! What of a request carries no secret: names of headers, fields and members, and a few values.

/// Whether a field may be shown with this value.
pub(super) fn is_value(name: &str, value: &str) -> bool {
    match name {
        "grant_type" => GRANTS.contains(&value),
        "subject_token_type" | "requested_token_type" | "actor_token_type" => {
            TOKEN_TYPES.contains(&value)
        }
        "response_type" => value == "code",
        "code_challenge_method" => ["S256", "plain"].contains(&value),
        "decision" => ["allow", "deny"].contains(&value),
        _ => value.is_empty(),
    }
}

pub(super) const HEADERS: [&str; 13] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "pragma",
    "transfer-encoding",
    "user-agent",
];

/// Of the forms of reference 3.1 and 6, and of the pages.
pub(super) const FIELD_NAMES: [&str; 26] = [
    "access_token",
    "actor_token",
    "actor_token_type",
    "audience",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "decision",
    "grant_type",
    "password",
    "redirect_uri",
    "refresh_token",
    "requested_token_type",
    "resource",
    "response_type",
    "scope",
    "state",
    "subject_token",
    "subject_token_type",
    "ticket",
    "token",
    "userName",
    "username",
];

/// Of the calls of reference 5.1.
pub(super) const MEMBER_NAMES: [&str; 9] = [
    "captchaCode",
    "code",
    "codeOrRefreshToken",
    "idToken",
    "password",
    "rememberMe",
    "twoFactorCode",
    "userName",
    "userUid",
];

const GRANTS: [&str; 5] = [
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "authorization_code",
    "client_credentials",
    "password",
    "refresh_token",
];

const TOKEN_TYPES: [&str; 4] = [
    "urn:phrase:params:oauth:token-type:api_token",
    "urn:ietf:params:oauth:token-type:access_token",
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:refresh_token",
];
