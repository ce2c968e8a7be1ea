use http::header::ALLOW;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::answer::Answer;

/// Why a call of TMS authentication is refused.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Who calls, or logs in, is not known here; with a reason if that is a misuse.
    Unauthorized(Option<&'static str>),
    CodeMissing,
    CodeWrong,
    SsoRequired,
    ApiNotAllowed,
    Locked,
    Forbidden,
    UserNotFound,
    Method,
    MediaType,
    Request(&'static str),
    /// No randomness is to be had.
    Defect,
}

impl Fault {
    /// The shape is reference 5.3, mark C; so is `AuthUnauthorized`. `AuthAccountTwoFactorProtected` is documented
    /// there, its status is not. The other codes are our assumption.
    pub(super) fn answer(self) -> Answer {
        use StatusCode as Is;
        match self {
            Self::Unauthorized(None) => unauthorized(),
            Self::Unauthorized(Some(why)) => unauthorized().explained(why),
            Self::CodeMissing => refused(Is::UNAUTHORIZED, TWO_FACTOR, "A code is needed."),
            Self::CodeWrong => refused(Is::UNAUTHORIZED, TWO_FACTOR, "The code is wrong."),
            Self::SsoRequired => refused(
                Is::FORBIDDEN,
                "AuthSsoRequired",
                "The organization enforces single sign-on.",
            ),
            Self::ApiNotAllowed => refused(
                Is::FORBIDDEN,
                "AuthApiNotAllowed",
                "The edition has no API access.",
            ),
            Self::Locked => refused(
                Is::FORBIDDEN,
                "AuthAccountLocked",
                "The account is locked after too many wrong passwords.",
            ),
            Self::Forbidden => refused(
                Is::FORBIDDEN,
                "AuthForbidden",
                "Only an administrator may do this.",
            ),
            Self::UserNotFound => refused(Is::BAD_REQUEST, "UserNotFound", "No such user."),
            Self::Method => misused(
                Is::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "this path takes POST only",
            )
            .with(ALLOW, HeaderValue::from_static("POST")),
            Self::MediaType => misused(
                Is::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                "this path takes Content-Type: application/json",
            ),
            Self::Request(why) => misused(Is::BAD_REQUEST, "BadRequest", why),
            Self::Defect => misused(
                Is::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "the emulator could not draw a token: a defect of the emulator",
            ),
        }
    }
}

fn unauthorized() -> Answer {
    let description = "Unauthorized access.";
    refused(StatusCode::UNAUTHORIZED, "AuthUnauthorized", description)
}

fn misused(status: StatusCode, code: &str, why: &'static str) -> Answer {
    refused(status, code, why).explained(why)
}

fn refused(status: StatusCode, code: &str, description: &str) -> Answer {
    let body = json!({"errorCode": code, "errorDescription": description});
    Answer::new(status, body)
}

/// For a code that is missing as for one that is wrong (reference 5.3).
const TWO_FACTOR: &str = "AuthAccountTwoFactorProtected";
