//! What stands between a client and the server: pages, labels and encodings.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::super::incident::{html, json, status};
use super::{Kind, Mode, changed, instead, relabelled};
use crate::reply::Reply;

pub(super) const MODES: &[Mode] = &[
    instead(
        "html-200",
        "200 with a page, as a captive portal answers",
        |_| html(200).into(),
    ),
    instead("html-400", "400 with a page", |_| html(400).into()),
    instead("html-401", "401 with a page", |_| html(401).into()),
    instead("html-403", "403 with a page, as a firewall answers", |_| {
        html(403).into()
    }),
    instead("html-404", "404 with a page", |_| html(404).into()),
    instead("html-500", "500 with a page", |_| html(500).into()),
    instead("html-502", "502 with a page, as a proxy answers", |_| {
        html(502).into()
    }),
    instead("html-503", "503 with a page", |_| html(503).into()),
    instead(
        "html-200-as-json",
        "200 with a page that is labelled as JSON",
        |_| html(200).with(CONTENT_TYPE, "application/json").into(),
    ),
    instead(
        "html-without-label",
        "200 with a page that is not labelled",
        |_| {
            let mut page = html(200);
            page.headers.remove(CONTENT_TYPE);
            page.into()
        },
    ),
    instead("text-200", "200 with plain words", |_| {
        status(200).with_body(Some("text/plain"), "OK").into()
    }),
    instead("text-401", "401 with plain words", |_| {
        status(401)
            .with_body(Some("text/plain"), "Unauthorized")
            .into()
    }),
    instead("text-503", "503 with plain words", |_| {
        status(503)
            .with_body(Some("text/plain"), "upstream connect error")
            .into()
    }),
    instead("xml-200", "200 with XML", |_| {
        status(200)
            .with_body(
                Some("application/xml"),
                "<?xml version=\"1.0\"?><token>x</token>",
            )
            .into()
    }),
    instead("binary-200", "200 with bytes that mean nothing", |_| {
        let bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
        status(200)
            .with_body(Some("application/octet-stream"), bytes)
            .into()
    }),
    changed(
        Kind::Body,
        "type-html",
        "the answer, labelled as HTML",
        |incident| relabelled(incident, CONTENT_TYPE, "text/html"),
    ),
    changed(
        Kind::Body,
        "type-text",
        "the answer, labelled as plain text",
        |incident| relabelled(incident, CONTENT_TYPE, "text/plain"),
    ),
    changed(
        Kind::Body,
        "type-form",
        "the answer, labelled as a form",
        |incident| relabelled(incident, CONTENT_TYPE, "application/x-www-form-urlencoded"),
    ),
    changed(
        Kind::Body,
        "type-latin1",
        "the answer, labelled as JSON in ISO 8859-1",
        |incident| {
            relabelled(
                incident,
                CONTENT_TYPE,
                "application/json; charset=iso-8859-1",
            )
        },
    ),
    changed(
        Kind::Body,
        "type-problem",
        "the answer, labelled as a problem (RFC 9457)",
        |incident| relabelled(incident, CONTENT_TYPE, "application/problem+json"),
    ),
    changed(
        Kind::Body,
        "type-words",
        "the answer, with a label that is none",
        |incident| relabelled(incident, CONTENT_TYPE, ";;;"),
    ),
    changed(
        Kind::Body,
        "type-missing",
        "the answer, without a label",
        |incident| {
            let mut answer = incident.answer.clone();
            answer.headers.remove(CONTENT_TYPE);
            Some(answer.into())
        },
    ),
    changed(
        Kind::Body,
        "gzip-unasked",
        "the answer in gzip, which nobody asked for",
        |incident| {
            let body = gzip(&incident.answer.body);
            Some(encoded(incident.answer.clone(), "gzip", body).into())
        },
    ),
    changed(
        Kind::Body,
        "gzip-label",
        "the answer as it is, labelled as gzip",
        |incident| relabelled(incident, CONTENT_ENCODING, "gzip"),
    ),
    changed(
        Kind::Body,
        "gzip-without-label",
        "the answer in gzip, not labelled",
        |incident| {
            let mut answer = incident.answer.clone();
            answer.body = gzip(&answer.body);
            Some(answer.into())
        },
    ),
    changed(
        Kind::Body,
        "deflate-label",
        "the answer as it is, labelled as deflate",
        |incident| relabelled(incident, CONTENT_ENCODING, "deflate"),
    ),
    changed(
        Kind::Body,
        "brotli-label",
        "the answer as it is, labelled as Brotli",
        |incident| relabelled(incident, CONTENT_ENCODING, "br"),
    ),
    changed(
        Kind::Body,
        "identity-label",
        "the answer as it is, labelled so",
        |incident| relabelled(incident, CONTENT_ENCODING, "identity"),
    ),
    instead("gzip-bomb", "10 MB of white space in 10 KB of gzip", |_| {
        let body = gzip(&vec![b' '; 10_000_000]);
        encoded(json(200, ""), "gzip", body).into()
    }),
    instead(
        "gzip-truncated",
        "gzip that ends in the middle",
        |incident| {
            let mut body = gzip(&incident.answer.body);
            body.truncate(body.len().div_ceil(2));
            encoded(incident.answer.clone(), "gzip", body).into()
        },
    ),
];

fn encoded(answer: Reply, encoding: &'static str, body: Vec<u8>) -> Reply {
    let mut answer = answer.with(CONTENT_ENCODING, encoding);
    answer.body = body;
    answer
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Into memory, nothing fails.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
