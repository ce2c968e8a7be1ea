//! Connections that end too early.

use http::header::CONTENT_LENGTH;

use super::super::incident::Incident;
use super::super::script::Script;
use super::{Kind, Mode, changed, instead};

pub(super) const MODES: &[Mode] = &[
    instead(
        "close-before-head",
        "the end of the connection in the place of an answer",
        |_| Script::closing("").into(),
    ),
    instead(
        "close-in-status-line",
        "the end of the connection in the status line",
        |_| Script::closing("HTTP/1.1 20").into(),
    ),
    instead(
        "close-in-head",
        "the end of the connection in the headers",
        |incident| Script::closing(format!("{}x-cut: of", incident.answer.head())).into(),
    ),
    instead(
        "close-after-head",
        "the end of the connection where the body should be",
        |incident| Script::closing(begun(incident, 0)).into(),
    ),
    instead(
        "close-in-body",
        "the end of the connection in the middle of the body",
        |incident| Script::closing(begun(incident, incident.answer.body.len().div_ceil(2))).into(),
    ),
    instead(
        "close-in-last-byte",
        "the end of the connection before the last byte",
        |incident| {
            Script::closing(begun(
                incident,
                incident.answer.body.len().saturating_sub(1),
            ))
            .into()
        },
    ),
    instead(
        "close-in-chunk",
        "the end of the connection in a chunk",
        |incident| Script::closing(incident.answer.chunked("ffff")).into(),
    ),
    instead(
        "close-after-chunk",
        "the end of the connection where the last chunk should be",
        |incident| {
            let length = format!("{:x}", incident.answer.body.len());
            let mut message = incident.answer.chunked(&length);
            message.extend_from_slice(b"\r\n");
            Script::closing(message).into()
        },
    ),
    instead(
        "reset-before-head",
        "a reset in the place of an answer",
        |_| Script::resetting("").into(),
    ),
    instead("reset-in-head", "a reset in the headers", |incident| {
        Script::resetting(format!("{}x-cut: of", incident.answer.head())).into()
    }),
    instead(
        "reset-in-body",
        "a reset in the middle of the body",
        |incident| {
            Script::resetting(begun(incident, incident.answer.body.len().div_ceil(2))).into()
        },
    ),
    changed(
        Kind::Any,
        "close-after-answer",
        "the answer, and the end of the connection without notice",
        |incident| Some(Script::closing(incident.answer.message()).into()),
    ),
    changed(
        Kind::Body,
        "close-is-the-end",
        "the answer without a length: the end of the connection is its end",
        |incident| Some(Script::closing(incident.answer.framed("")).into()),
    ),
];

/// The whole head, and so much of the body.
fn begun(incident: &Incident<'_>, bytes: usize) -> Vec<u8> {
    let answer = &incident.answer;
    // A promise that is not kept, also where the true body is empty.
    let length = answer.body.len().max(1);
    let mut message = format!("{}{CONTENT_LENGTH}: {length}\r\n\r\n", answer.head()).into_bytes();
    message.extend(answer.body.iter().take(bytes));
    message
}
