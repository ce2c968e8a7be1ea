//! Too many requests, with every form of `Retry-After` (RFC 9110, 10.2.3) and the limits of reference 11.

use http::header::RETRY_AFTER;

use super::super::incident::{html, json, name, status};
use super::super::script::Script;
use super::{Mode, instead};
use crate::reply::Reply;

pub(super) const MODES: &[Mode] = &[
    instead(
        "429",
        "429 and nothing else, as the proxy of TMS answers",
        |_| status(429).into(),
    ),
    instead("429-json", "429 with an error", |_| {
        limited(r#"{"error":"slow_down"}"#).into()
    }),
    instead("429-html", "429 with a page", |_| html(429).into()),
    instead("429-seconds", "429, Retry-After: 2", |_| after("2").into()),
    instead("429-minute", "429, Retry-After: 60", |_| after("60").into()),
    instead("429-hour", "429, Retry-After: 3600", |_| {
        after("3600").into()
    }),
    instead("429-zero", "429, Retry-After: 0", |_| after("0").into()),
    instead(
        "429-date",
        "429, Retry-After as an HTTP date in 2199",
        |_| after("Tue, 01 Jan 2199 00:00:00 GMT").into(),
    ),
    instead(
        "429-date-past",
        "429, Retry-After as an HTTP date in 1994",
        |_| after("Sun, 06 Nov 1994 08:49:37 GMT").into(),
    ),
    instead(
        "429-date-rfc850",
        "429, Retry-After as a date of RFC 850, in 2069",
        |_| after("Tuesday, 01-Jan-69 00:00:00 GMT").into(),
    ),
    instead(
        "429-date-asctime",
        "429, Retry-After as a date of asctime, in 2199",
        |_| after("Tue Jan  1 00:00:00 2199").into(),
    ),
    instead(
        "429-date-rfc3339",
        "429, Retry-After as a date of RFC 3339, which is none",
        |_| after("2199-01-01T00:00:00Z").into(),
    ),
    instead("429-huge", "429, Retry-After: 10^30", |_| {
        after("1000000000000000000000000000000").into()
    }),
    instead("429-negative", "429, Retry-After: -1", |_| {
        after("-1").into()
    }),
    instead("429-fraction", "429, Retry-After: 1.5", |_| {
        after("1.5").into()
    }),
    instead("429-words", "429, Retry-After: soon", |_| {
        after("soon").into()
    }),
    instead("429-empty", "429, an empty Retry-After", |_| {
        after("").into()
    }),
    instead("429-twice", "429, two of Retry-After", |_| {
        let mut reply = after("1");
        reply
            .headers
            .append(RETRY_AFTER, http::HeaderValue::from_static("3600"));
        reply.into()
    }),
    instead(
        "429-tms",
        "429 with Ratelimit-Limit and -Remaining, as TMS answers",
        |_| tms(status(429)).into(),
    ),
    instead(
        "429-tms-seconds",
        "429 with Ratelimit-* and Retry-After: 2",
        |_| tms(after("2")).into(),
    ),
    instead(
        "429-strings",
        "429 with X-Rate-Limit-*, as Strings answers",
        |_| {
            json(429, r#"{"message":"Rate limit exceeded."}"#)
                .with(name("x-rate-limit-limit"), "1000")
                .with(name("x-rate-limit-remaining"), "0")
                .with(name("x-rate-limit-reset"), "7226582400")
                .into()
        },
    ),
    instead("503-seconds", "503, Retry-After: 2", |_| {
        status(503).with(RETRY_AFTER, "2").into()
    }),
    instead("503-hour", "503, Retry-After: 3600", |_| {
        status(503).with(RETRY_AFTER, "3600").into()
    }),
    instead(
        "503-date",
        "503, Retry-After as an HTTP date in 2199",
        |_| {
            status(503)
                .with(RETRY_AFTER, "Tue, 01 Jan 2199 00:00:00 GMT")
                .into()
        },
    ),
    instead(
        "503-date-past",
        "503, Retry-After as an HTTP date in 1994",
        |_| {
            status(503)
                .with(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT")
                .into()
        },
    ),
    instead(
        "429-then-close",
        "429, Retry-After: 2, and the end of the connection",
        |incident| Script::closing(incident.marked(after("2")).message()).into(),
    ),
];

fn limited(body: &'static str) -> Reply {
    json(429, body)
}

fn after(value: &'static str) -> Reply {
    status(429).with(RETRY_AFTER, value)
}

fn tms(reply: Reply) -> Reply {
    reply
        .with(name("ratelimit-limit"), "50")
        .with(name("ratelimit-remaining"), "0")
}
