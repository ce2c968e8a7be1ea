//! What is not HTTP, or two readings of HTTP at once (RFC 9112).

use super::super::incident::Incident;
use super::super::script::Script;
use super::{Kind, Mode, Spoiled, changed, instead};

pub(super) const MODES: &[Mode] = &[
    instead("not-http", "the greeting of another protocol", |_| {
        Script::closing("SSH-2.0-OpenSSH_9.9\r\n").into()
    }),
    instead("not-http-2", "the preface of HTTP/2", |_| {
        Script::closing(
            b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x00\x00\xff\xff"
                .as_slice(),
        )
        .into()
    }),
    instead("not-http-tls", "an alert of TLS", |_| {
        Script::closing(b"\x15\x03\x01\x00\x02\x02\x46".as_slice()).into()
    }),
    instead(
        "no-head",
        "a body without a head, as HTTP/0.9 had it",
        |incident| Script::closing(incident.answer.body.clone()).into(),
    ),
    instead(
        "status-line-words",
        "a status line with a word in the place of the status",
        |_| Script::closing("HTTP/1.1 OK fine\r\ncontent-length: 2\r\n\r\n{}").into(),
    ),
    instead("status-line-version", "a status line of HTTP/9.9", |_| {
        Script::closing("HTTP/9.9 200 OK\r\ncontent-length: 2\r\n\r\n{}").into()
    }),
    instead("status-line-huge", "a status of nine digits", |_| {
        Script::closing("HTTP/1.1 200200200 OK\r\ncontent-length: 2\r\n\r\n{}").into()
    }),
    instead(
        "head-without-colon",
        "a header without a colon",
        |incident| with_line(incident, "no colon here"),
    ),
    instead(
        "head-with-nul",
        "a header with a NUL in its value",
        |incident| with_line(incident, "x-odd: a\0b"),
    ),
    instead(
        "head-with-space-in-name",
        "a header with a space in its name",
        |incident| with_line(incident, "x odd: a"),
    ),
    instead("head-huge", "one header of 1 MB", |incident| {
        with_line(incident, &format!("x-huge: {}", "x".repeat(1_000_000)))
    }),
    instead("head-many", "10,000 headers", |incident| {
        with_line(incident, "x-many: x\r\n".repeat(10_000).trim_end())
    }),
    instead(
        "head-endless",
        "a head without an end, as fast as it is read",
        |incident| Script::flooding(format!("{}x-endless: ", incident.answer.head()), b'x').into(),
    ),
    instead("length-twice", "two lengths that differ", |incident| {
        let shorter = incident.answer.body.len().saturating_sub(1);
        with_line(incident, &format!("content-length: {shorter}"))
    }),
    instead("length-negative", "a negative length", |incident| {
        with_length(incident, "-5")
    }),
    instead(
        "length-words",
        "a word in the place of the length",
        |incident| with_length(incident, "many"),
    ),
    instead("length-overflow", "a length of thirty digits", |incident| {
        with_length(incident, "111111111111111111111111111111")
    }),
    instead(
        "length-100mb",
        "a length of 100 MB, and a body that never comes to that",
        |incident| with_length(incident, "104857600"),
    ),
    instead(
        "length-short",
        "a length that cuts the body in half, and the rest behind it",
        |incident| {
            with_length(
                incident,
                &incident.answer.body.len().div_ceil(2).to_string(),
            )
        },
    ),
    instead(
        "length-and-chunked",
        "a length and chunks at once",
        |incident| with_line(incident, "transfer-encoding: chunked"),
    ),
    instead(
        "chunk-size-words",
        "a chunk whose size is a word",
        |incident| chunk(incident, "many"),
    ),
    instead(
        "chunk-size-overflow",
        "a chunk whose size has thirty digits",
        |incident| chunk(incident, "ffffffffffffffffffffffffffffff"),
    ),
    instead(
        "chunk-size-negative",
        "a chunk whose size is negative",
        |incident| chunk(incident, "-1"),
    ),
    instead(
        "chunk-endless",
        "one chunk of a terabyte, as fast as it is read",
        |incident| Script::flooding(incident.answer.chunk("10000000000"), b' ').into(),
    ),
    instead(
        "encoding-unknown",
        "a transfer encoding that nobody knows",
        |incident| {
            let message = incident.answer.framed("transfer-encoding: phrase\r\n");
            Script::closing(message).into()
        },
    ),
    instead(
        "body-endless",
        "a body without a length and without an end, as fast as it is read",
        |incident| {
            Script::flooding(format!("{}\r\n{{\"x\":\"", incident.answer.head()), b'x').into()
        },
    ),
    instead("upgrade", "101 Switching Protocols, unasked", |_| {
        Script::closing(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: phrase\r\nconnection: upgrade\r\n\r\n",
        )
        .into()
    }),
    instead(
        "continue-endless",
        "100 Continue again and again, 10,000 times",
        |_| Script::closing("HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000)).into(),
    ),
    changed(
        Kind::Any,
        "answer-after-hints",
        "103 Early Hints, and then the answer",
        |incident| {
            let mut message =
                b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n".to_vec();
            message.extend(incident.answer.message());
            Some(Script::closing(message).into())
        },
    ),
    changed(
        Kind::Any,
        "answer-twice",
        "the answer, and another one behind it that nobody asked for",
        |incident| {
            let mut message = incident.answer.message();
            message.extend_from_slice(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}");
            Some(Script::closing(message).into())
        },
    ),
    changed(
        Kind::Any,
        "answer-http-1.0",
        "the answer, as HTTP/1.0",
        |incident| {
            let message = incident.answer.message();
            let rest = message.get("HTTP/1.1".len()..)?;
            Some(Script::closing([b"HTTP/1.0", rest].concat()).into())
        },
    ),
    changed(
        Kind::Body,
        "answer-in-chunks",
        "the answer in chunks of one byte",
        |incident| {
            let mut message = format!(
                "{}transfer-encoding: chunked\r\n\r\n",
                incident.answer.head()
            )
            .into_bytes();
            for byte in &incident.answer.body {
                message.extend_from_slice(&[b'1', b'\r', b'\n', *byte, b'\r', b'\n']);
            }
            message.extend_from_slice(b"0\r\n\r\n");
            Some(Script::closing(message).into())
        },
    ),
];

/// The whole message, with one more line in its head.
fn with_line(incident: &Incident<'_>, line: &str) -> Spoiled {
    let length = incident.answer.body.len();
    let lines = format!("content-length: {length}\r\n{line}\r\n");
    Script::closing(incident.answer.framed(&lines)).into()
}

/// The whole message, with this in the place of its length.
fn with_length(incident: &Incident<'_>, length: &str) -> Spoiled {
    let lines = format!("content-length: {length}\r\n");
    Script::closing(incident.answer.framed(&lines)).into()
}

fn chunk(incident: &Incident<'_>, size: &str) -> Spoiled {
    let mut message = incident.answer.chunked(size);
    message.extend_from_slice(b"\r\n0\r\n\r\n");
    Script::closing(message).into()
}
