//! Errors that say which they are (RFC 6749, 5.2; reference 3.3 and 5.3), and some that try to harm who reads them.

use http::HeaderValue;

use super::super::incident::{json, name};
use super::super::script::Script;
use super::{Mode, instead};

pub(super) const MODES: &[Mode] = &[
    instead("error-invalid-request", "400 invalid_request", |_| {
        json(400, r#"{"error":"invalid_request"}"#).into()
    }),
    instead("error-invalid-client", "401 invalid_client", |_| {
        json(401, r#"{"error":"invalid_client"}"#).into()
    }),
    instead("error-invalid-grant", "400 invalid_grant", |_| {
        json(400, r#"{"error":"invalid_grant"}"#).into()
    }),
    instead("error-invalid-grant-401", "401 invalid_grant", |_| {
        json(401, r#"{"error":"invalid_grant"}"#).into()
    }),
    instead("error-invalid-grant-200", "200 with invalid_grant", |_| {
        json(200, r#"{"error":"invalid_grant"}"#).into()
    }),
    instead("error-invalid-grant-500", "500 with invalid_grant", |_| {
        json(500, r#"{"error":"invalid_grant"}"#).into()
    }),
    instead(
        "error-invalid-grant-and-token",
        "200 with a token and invalid_grant",
        |_| {
            json(200, r#"{"access_token":"phrase-emulator-sample","token":"phrase-emulator-sample","error":"invalid_grant"}"#).into()
        },
    ),
    instead(
        "error-token-with-400",
        "400 with a token and no error",
        |_| {
            json(400, r#"{"access_token":"phrase-emulator-sample","token":"phrase-emulator-sample","token_type":"Bearer"}"#).into()
        },
    ),
    instead("error-invalid-token", "401 invalid_token", |_| {
        json(401, r#"{"error":"invalid_token"}"#).into()
    }),
    instead("error-unauthorized", "401 unauthorized", |_| {
        json(
            401,
            r#"{"error":"unauthorized","error_description":"Unauthorized."}"#,
        )
        .into()
    }),
    instead(
        "error-unauthorized-client",
        "400 unauthorized_client",
        |_| json(400, r#"{"error":"unauthorized_client"}"#).into(),
    ),
    instead(
        "error-unsupported-grant-type",
        "400 unsupported_grant_type",
        |_| json(400, r#"{"error":"unsupported_grant_type"}"#).into(),
    ),
    instead("error-invalid-scope", "400 invalid_scope", |_| {
        json(400, r#"{"error":"invalid_scope"}"#).into()
    }),
    instead("error-access-denied", "403 access_denied", |_| {
        json(403, r#"{"error":"access_denied"}"#).into()
    }),
    instead("error-server-error", "400 server_error", |_| {
        json(400, r#"{"error":"server_error"}"#).into()
    }),
    instead(
        "error-temporarily-unavailable",
        "400 temporarily_unavailable",
        |_| json(400, r#"{"error":"temporarily_unavailable"}"#).into(),
    ),
    instead(
        "error-unknown-code",
        "400 with an error that nobody has defined",
        |_| json(400, r#"{"error":"phrase_emulator_error"}"#).into(),
    ),
    instead("error-empty-code", "400 with an empty error", |_| {
        json(400, r#"{"error":""}"#).into()
    }),
    instead(
        "error-numeric-code",
        "400 with a number as the error",
        |_| json(400, r#"{"error":400}"#).into(),
    ),
    instead(
        "error-object-code",
        "400 with an object as the error",
        |_| json(400, r#"{"error":{"code":"invalid_grant"}}"#).into(),
    ),
    instead("error-null-code", "400 with null as the error", |_| {
        json(400, r#"{"error":null}"#).into()
    }),
    instead("error-twice", "400 with two errors of one name", |_| {
        json(400, r#"{"error":"invalid_grant","error":"server_error"}"#).into()
    }),
    instead(
        "error-500-json",
        "500 with an error that nobody has defined",
        |_| json(500, r#"{"error":"internal"}"#).into(),
    ),
    instead("error-tms-unauthorized", "401 AuthUnauthorized", |_| {
        json(
            401,
            r#"{"errorCode":"AuthUnauthorized","errorDescription":"Unauthorized access."}"#,
        )
        .into()
    }),
    instead(
        "error-tms-second-factor",
        "401 AuthAccountTwoFactorProtected",
        |_| {
            json(401, r#"{"errorCode":"AuthAccountTwoFactorProtected","errorDescription":"A code is needed."}"#).into()
        },
    ),
    instead("error-tms-sso", "403 AuthSsoRequired", |_| {
        json(
            403,
            r#"{"errorCode":"AuthSsoRequired","errorDescription":"Single sign-on."}"#,
        )
        .into()
    }),
    instead(
        "error-tms-unknown-code",
        "400 with an errorCode that nobody has defined",
        |_| json(400, r#"{"errorCode":"PhraseEmulatorError"}"#).into(),
    ),
    instead("error-tms-500", "500 with an errorCode", |_| {
        json(
            500,
            r#"{"errorCode":"InternalServerError","errorDescription":"Oops."}"#,
        )
        .into()
    }),
    instead(
        "error-message-only",
        "400 with a message and no code",
        |_| json(400, r#"{"message":"Something is wrong."}"#).into(),
    ),
    instead(
        "error-401-message-only",
        "401 with a message and no code",
        |_| json(401, r#"{"message":"Something is wrong."}"#).into(),
    ),
    instead(
        "error-huge-description",
        "400 invalid_grant with 200 KB of description",
        |_| {
            let description = "x".repeat(200_000);
            json(
                400,
                format!(r#"{{"error":"invalid_grant","error_description":"{description}"}}"#),
            )
            .into()
        },
    ),
    instead(
        "error-echo-body",
        "400 whose description is the body that was sent",
        |incident| {
            let sent = String::from_utf8_lossy(&incident.call.body);
            json(
                400,
                serde_json::json!({"error": "invalid_request", "error_description": sent})
                    .to_string(),
            )
            .into()
        },
    ),
    instead(
        "error-echo-code",
        "400 whose error is the body that was sent",
        |incident| {
            let sent = String::from_utf8_lossy(&incident.call.body);
            json(
                400,
                serde_json::json!({"error": sent, "errorCode": sent}).to_string(),
            )
            .into()
        },
    ),
    instead(
        "error-echo-headers",
        "400 whose description is the headers that were sent",
        |incident| {
            let sent = format!("{:?}", plainly(incident.call));
            json(
                400,
                serde_json::json!({"error": "invalid_request", "error_description": sent})
                    .to_string(),
            )
            .into()
        },
    ),
    instead(
        "error-echo-request-id",
        "500 whose request id is the credential that was sent",
        |incident| {
            let sent = credential(incident.call);
            let mut reply = json(500, "{}");
            if let Ok(value) = HeaderValue::from_str(&sent) {
                reply.headers.insert(name("x-request-id"), value);
            }
            reply.into()
        },
    ),
    instead(
        "error-echo-page",
        "502 with a page that shows what was sent",
        |incident| {
            let sent = String::from_utf8_lossy(&incident.call.body);
            let page = format!(
                "<html><pre>{sent} {}</pre></html>",
                credential(incident.call)
            );
            json(502, page)
                .with(http::header::CONTENT_TYPE, "text/html")
                .into()
        },
    ),
    instead(
        "error-ansi-description",
        "400 invalid_grant with terminal escapes in the description",
        |_| {
            json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"\\u001b[2J\\u001b]0;owned\\u0007 \\u009b31m\"}").into()
        },
    ),
    instead(
        "error-ansi-code",
        "400 with terminal escapes in the error",
        |_| json(400, "{\"error\":\"\\u001b[31minvalid_grant\\u001b[0m\"}").into(),
    ),
    instead(
        "error-ansi-reason",
        "400 with terminal escapes in the reason phrase",
        |incident| {
            let message = incident.marked(json(400, "{}")).message();
            let message = String::from_utf8_lossy(&message).into_owned();
            let message = message.replacen("Bad Request", "\u{1b}[31mBad\u{1b}[0m", 1);
            Script::closing(message).into()
        },
    ),
    instead(
        "error-lines-in-description",
        "400 invalid_grant with line ends in the description",
        |_| {
            json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"a\\r\\nb\\n\\nc\\u2028d\\u0000\"}").into()
        },
    ),
    instead(
        "error-bidi-description",
        "400 invalid_grant with text that turns round",
        |_| {
            json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"\\u202e\\u2066\\u200b\\ufeff reversed\"}").into()
        },
    ),
];

/// The headers of a request as they came, secrets and all: an echo that hides them would prove nothing.
fn plainly(call: &crate::call::Call) -> Vec<String> {
    let headers = call.headers.iter();
    headers
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect()
}

/// What proves who sent a request: its header, or its body.
fn credential(call: &crate::call::Call) -> String {
    match call.headers.get(http::header::AUTHORIZATION) {
        Some(value) => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        None => String::from_utf8_lossy(&call.body).into_owned(),
    }
}
