use std::fmt;

use http::header::ALLOW;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::answer::Answer;

/// Why the admin door did nothing.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// For programs.
    code: &'static str,
    /// For people: what is wrong, where, and what to do about it. No value that was sent.
    message: String,
    allow: Option<String>,
}

impl Problem {
    /// What was sent cannot be meant.
    pub(super) fn bad(message: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message.to_string())
    }

    pub(super) fn not_found(message: impl fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message.to_string())
    }

    pub(super) fn forbidden(message: impl fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message.to_string())
    }

    pub(super) fn media() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "a body of the admin door comes with Content-Type: application/json".to_owned(),
        )
    }

    pub(super) fn method(allowed: &[&str]) -> Self {
        let allowed = allowed.join(", ");
        let message = format!("this path takes {allowed}");
        Self {
            allow: Some(allowed),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                message,
            )
        }
    }

    /// The machine is out of something.
    pub(super) fn defect(message: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "defect",
            message.to_string(),
        )
    }

    fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
            allow: None,
        }
    }

    pub(super) fn answer(self) -> Answer {
        let body = json!({"error": self.code, "message": self.message});
        let answer = Answer::new(self.status, body);
        match self.allow.and_then(|it| HeaderValue::try_from(it).ok()) {
            Some(allow) => answer.with(ALLOW, allow),
            None => answer,
        }
    }
}
