use http::StatusCode;

use super::Grant;
use super::body::{Body, Fields};
use crate::error::ErrorKind;

/// What an answer comes to.
pub(super) enum Judgement<'a> {
    Granted(&'a Fields),
    Failed(ErrorKind),
}

/// The classification: the first row that fits. Total, so that nothing is left to chance.
pub(super) fn judge(grant: Grant, status: StatusCode, body: &Body) -> Judgement<'_> {
    let code = match body {
        Body::Object(fields) => fields.code(),
        Body::Empty | Body::Page | Body::Text | Body::Broken => None,
    };
    let by_code = code.and_then(|code| judge_code(grant, status, code));
    let tms = matches!(grant, Grant::Login | Grant::Api);
    let kind = match status.as_u16() {
        300..=399 => ErrorKind::Config,
        429 => ErrorKind::Throttled,
        408 | 425 | 500.. => ErrorKind::Unavailable,
        404 if by_code.is_none() => ErrorKind::Config,
        // TMS says so for a wrong password and for a bad token alike, and not always in JSON
        // (reference section 5.3).
        401 if tms && !matches!(body, Body::Page) => match by_code {
            Some(kind @ ErrorKind::SecondFactorRequired) => kind,
            _ => ErrorKind::Refused,
        },
        // It names a reason that is not documented: most likely one of the organization's rules.
        403 if tms && code.is_some() => by_code.unwrap_or(ErrorKind::Forbidden),
        number => match body {
            Body::Empty if matches!(number, 405 | 410) => ErrorKind::Config,
            Body::Empty | Body::Page | Body::Text => ErrorKind::Unavailable,
            Body::Broken => ErrorKind::Protocol,
            Body::Object(fields) if status.is_success() && code.is_none() => {
                if tms || fields.has_token() {
                    return Judgement::Granted(fields);
                }
                ErrorKind::Protocol
            }
            Body::Object(_) => by_code.unwrap_or(match number {
                401 | 403 => ErrorKind::Unavailable,
                405 | 410 if code.is_none() => ErrorKind::Config,
                _ => ErrorKind::Protocol,
            }),
        },
    };
    Judgement::Failed(kind)
}

/// What a server's code in a redirect comes to. One that is not known says no more than that it failed.
pub(super) fn judge_redirect(grant: Grant, code: &str) -> ErrorKind {
    match judge_code(grant, StatusCode::BAD_REQUEST, code) {
        Some(kind) => kind,
        None if code == "unsupported_response_type" => ErrorKind::Config,
        None => ErrorKind::Protocol,
    }
}

/// Whether an answer may come out otherwise although nobody has changed anything: the server is not
/// able to judge, or something in front of it has answered.
pub(super) fn passes(status: StatusCode, body: &Body) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500..) || matches!(body, Body::Page)
}

/// What the server's code means, if it is one that is known. An error with a 2xx status counts as
/// one with 400.
fn judge_code(grant: Grant, status: StatusCode, code: &str) -> Option<ErrorKind> {
    let refusing = status.is_success() || matches!(status.as_u16(), 400 | 401 | 403);
    let kind = match code {
        "temporarily_unavailable" | "server_error" => ErrorKind::Unavailable,
        "AuthAccountTwoFactorProtected" => ErrorKind::SecondFactorRequired,
        "access_denied" => ErrorKind::Forbidden,
        "invalid_grant" | "invalid_token" | "unauthorized" | "AuthUnauthorized" if refusing => {
            ErrorKind::Refused
        }
        "invalid_request" if grant == Grant::Refresh => ErrorKind::Refused,
        "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "invalid_request" => ErrorKind::Config,
        _ => return None,
    };
    Some(kind)
}
