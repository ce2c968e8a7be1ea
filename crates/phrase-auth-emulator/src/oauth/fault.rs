use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::answer::Answer;

/// Why the token endpoint refuses. A reason means misuse; without one the error is returned on purpose.
#[derive(Debug)]
pub(super) enum Fault {
    Method,
    Request(&'static str),
    Client {
        /// Whether it came with an `Authorization` header.
        basic: bool,
        why: Option<&'static str>,
    },
    /// A code or a refresh token.
    Grant(Option<&'static str>),
    UnauthorizedClient(&'static str),
    UnsupportedGrant,
    Scope(&'static str),
    /// No randomness is to be had.
    Defect,
}

impl Fault {
    /// The shape and the codes are RFC 6749, 5.2 (reference 6.2, mark U).
    pub(super) fn answer(self) -> Answer {
        use StatusCode as Is;
        match self {
            Self::Method => misused(
                Is::METHOD_NOT_ALLOWED,
                "invalid_request",
                "the token endpoint takes POST only",
            )
            .with(ALLOW, HeaderValue::from_static("POST")),
            Self::Request(why) => misused(Is::BAD_REQUEST, "invalid_request", why),
            Self::Client { basic, why } => {
                let status = if basic {
                    Is::UNAUTHORIZED
                } else {
                    Is::BAD_REQUEST
                };
                let answer = match why {
                    Some(why) => misused(status, "invalid_client", why),
                    None => refused(status, "invalid_client", "The secret is wrong."),
                };
                if basic {
                    answer.with(WWW_AUTHENTICATE, HeaderValue::from_static(BASIC))
                } else {
                    answer
                }
            }
            Self::Grant(Some(why)) => misused(Is::BAD_REQUEST, "invalid_grant", why),
            Self::Grant(None) => refused(
                Is::BAD_REQUEST,
                "invalid_grant",
                "The code or the refresh token is not good, or not good any more.",
            ),
            Self::UnauthorizedClient(why) => misused(Is::BAD_REQUEST, "unauthorized_client", why),
            Self::UnsupportedGrant => misused(
                Is::BAD_REQUEST,
                "unsupported_grant_type",
                "the emulator knows only authorization_code and refresh_token here",
            ),
            Self::Scope(why) => misused(Is::BAD_REQUEST, "invalid_scope", why),
            Self::Defect => misused(
                Is::INTERNAL_SERVER_ERROR,
                "server_error",
                "the emulator could not draw a token: a defect of the emulator",
            ),
        }
    }
}

fn misused(status: StatusCode, code: &str, why: &'static str) -> Answer {
    refused(status, code, why).explained(why)
}

fn refused(status: StatusCode, code: &str, description: &str) -> Answer {
    let body = json!({"error": code, "error_description": description});
    Answer::new(status, body)
}

const BASIC: &str = "Basic realm=\"phrase-emulator\"";
