//! What comes late, slowly or never; real time, for the client waits in it.

use std::time::Duration;

use http::HeaderValue;
use http::header::{CONTENT_LENGTH, DATE};

use super::super::incident::Incident;
use super::super::script::Script;
use super::{Effect, Kind, Mode, Spoiled, changed, instead, relabelled};

pub(super) const MODES: &[Mode] = &[
    late(
        "latency-100ms",
        "the answer, a tenth of a second later",
        100,
    ),
    late("latency-1s", "the answer, a second later", 1_000),
    late("latency-10s", "the answer, ten seconds later", 10_000),
    late("latency-60s", "the answer, a minute later", 60_000),
    instead("silence", "no answer, ever", |_| Script::silent("").into()),
    instead(
        "silence-in-head",
        "half a head, and nothing more",
        |incident| Script::silent(incident.answer.head()).into(),
    ),
    instead(
        "silence-in-body",
        "a head and half a body, and nothing more",
        |incident| Script::silent(half(incident)).into(),
    ),
    instead(
        "silence-after-continue",
        "100 Continue, and nothing more",
        |_| Script::silent("HTTP/1.1 100 Continue\r\n\r\n").into(),
    ),
    instead(
        "drip-head",
        "a head without an end, byte by byte",
        |incident| Script::dripping(format!("{}x-slow: ", incident.answer.head()), b'x').into(),
    ),
    instead(
        "drip-body",
        "a body without an end, byte by byte",
        |incident| {
            let length = 100_000;
            let head = format!(
                "{}{CONTENT_LENGTH}: {length}\r\n\r\n{{\"x\":\"",
                incident.answer.head()
            );
            Script::dripping(head, b'x').into()
        },
    ),
    instead(
        "drip-spaces",
        "white space without an end before a body, byte by byte",
        |incident| {
            Script::dripping(
                format!("{}{CONTENT_LENGTH}: 100000\r\n\r\n", incident.answer.head()),
                b' ',
            )
            .into()
        },
    ),
    changed(
        Kind::Any,
        "slow-answer",
        "the answer, a byte every millisecond",
        |incident| {
            Some(
                Script::closing(incident.answer.message())
                    .slowly(Duration::from_millis(1))
                    .into(),
            )
        },
    ),
    changed(
        Kind::Any,
        "date-hour-ahead",
        "the answer, with a Date of an hour ahead",
        |incident| skewed(incident, HOUR, true),
    ),
    changed(
        Kind::Any,
        "date-hour-behind",
        "the answer, with a Date of an hour ago",
        |incident| skewed(incident, HOUR, false),
    ),
    changed(
        Kind::Any,
        "date-decade-ahead",
        "the answer, with a Date of ten years ahead",
        |incident| skewed(incident, DECADE, true),
    ),
    changed(
        Kind::Any,
        "date-decade-behind",
        "the answer, with a Date of ten years ago",
        |incident| skewed(incident, DECADE, false),
    ),
    changed(
        Kind::Any,
        "date-epoch",
        "the answer, with a Date of 1970",
        |incident| relabelled(incident, DATE, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ),
    changed(
        Kind::Any,
        "date-words",
        "the answer, with a Date that is none",
        |incident| relabelled(incident, DATE, "yesterday"),
    ),
    changed(
        Kind::Any,
        "date-missing",
        "the answer, without a Date",
        |incident| {
            let mut answer = incident.answer.clone();
            answer.headers.remove(DATE);
            Some(Script::closing(answer.message()).into())
        },
    ),
];

const fn late(name: &'static str, what: &'static str, milliseconds: u64) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Late(Duration::from_millis(milliseconds)),
    }
}

fn half(incident: &Incident<'_>) -> Vec<u8> {
    let mut message = incident.answer.message();
    let body = incident.answer.body.len();
    message.truncate(message.len().saturating_sub(body.div_ceil(2)));
    message
}

/// By so much off what the emulator's clock says.
fn skewed(incident: &Incident<'_>, by: Duration, ahead: bool) -> Option<Spoiled> {
    let mut answer = incident.answer.clone();
    let told = answer.headers.get(DATE)?.to_str().ok()?;
    let told = httpdate::parse_http_date(told).ok()?;
    let told = if ahead {
        told.checked_add(by)
    } else {
        told.checked_sub(by)
    };
    let date = crate::clock::within_dates(told?);
    let date = HeaderValue::from_str(&httpdate::fmt_http_date(date)).ok()?;
    answer.headers.insert(DATE, date);
    Some(answer.into())
}

const HOUR: Duration = Duration::from_secs(60 * 60);
const DECADE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
