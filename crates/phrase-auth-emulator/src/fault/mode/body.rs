//! Texts that are not the JSON that was meant (RFC 8259).

use super::super::incident::{Incident, json};
use super::super::members::{Members, Role};
use super::{Kind, Mode, Spoiled, changed, edited, instead, rewritten};

pub(super) const MODES: &[Mode] = &[
    changed(
        Kind::Json,
        "json-all-null",
        "the answer with null in the place of every member",
        |incident| each(incident, "null"),
    ),
    changed(
        Kind::Json,
        "json-all-true",
        "the answer with true in the place of every member",
        |incident| each(incident, "true"),
    ),
    changed(
        Kind::Json,
        "json-all-numbers",
        "the answer with a number in the place of every member",
        |incident| each(incident, "7"),
    ),
    changed(
        Kind::Json,
        "json-all-strings",
        "the answer with a string in the place of every member",
        |incident| each(incident, "\"a b\""),
    ),
    changed(
        Kind::Json,
        "json-all-arrays",
        "the answer with an array in the place of every member",
        |incident| each(incident, "[]"),
    ),
    changed(
        Kind::Json,
        "json-all-objects",
        "the answer with an object in the place of every member",
        |incident| each(incident, "{}"),
    ),
    instead("json-empty", "200 and an object with nothing in it", |_| {
        json(200, "{}").into()
    }),
    instead("json-null", "200 and null", |_| json(200, "null").into()),
    instead("json-true", "200 and true", |_| json(200, "true").into()),
    instead("json-number", "200 and a number", |_| {
        json(200, "42").into()
    }),
    instead("json-string", "200 and a string", |_| {
        json(200, "\"phrase-emulator-sample\"").into()
    }),
    instead("json-array", "200 and an empty array", |_| {
        json(200, "[]").into()
    }),
    instead("json-spaces", "200 and white space alone", |_| {
        json(200, " \r\n\t ").into()
    }),
    instead("json-deep-arrays", "200 and 100,000 brackets", |_| {
        json(200, format!("{{\"access_token\":{}", "[".repeat(100_000))).into()
    }),
    instead("json-deep-objects", "200 and 30,000 nested objects", |_| {
        let body = format!("{}1{}", "{\"a\":".repeat(30_000), "}".repeat(30_000));
        json(200, body).into()
    }),
    instead("json-oversized", "200 and 300 KB", |_| {
        json(200, format!("{{\"x\":\"{}\"}}", "x".repeat(300_000))).into()
    }),
    changed(
        Kind::Json,
        "json-wrapped",
        "the answer in an array",
        |incident| {
            rewritten(
                incident,
                [b"[", incident.answer.body.as_slice(), b"]"].concat(),
            )
        },
    ),
    changed(
        Kind::Json,
        "json-in-data",
        "the answer as the member data of an object",
        |incident| {
            rewritten(
                incident,
                [b"{\"data\":", incident.answer.body.as_slice(), b"}"].concat(),
            )
        },
    ),
    changed(
        Kind::Json,
        "json-as-string",
        "the answer as the text of a JSON string",
        |incident| {
            let text = String::from_utf8_lossy(&incident.answer.body);
            rewritten(incident, serde_json::Value::from(text.as_ref()).to_string())
        },
    ),
    changed(
        Kind::Json,
        "json-truncated",
        "half of the answer, with the length of that",
        |incident| {
            let half = incident.answer.body.len().div_ceil(2);
            let body: Vec<u8> = incident.answer.body.iter().take(half).copied().collect();
            rewritten(incident, body)
        },
    ),
    changed(
        Kind::Json,
        "json-without-end",
        "the answer without its last brace",
        |incident| rewritten(incident, open_text(incident)),
    ),
    changed(
        Kind::Json,
        "json-doubled",
        "the answer twice in one body",
        |incident| rewritten(incident, incident.answer.body.repeat(2)),
    ),
    changed(
        Kind::Json,
        "json-trailing-comma",
        "the answer with a comma before its last brace",
        |incident| rewritten(incident, format!("{},}}", open_text(incident))),
    ),
    changed(
        Kind::Json,
        "json-trailing-text",
        "the answer, and words behind it",
        |incident| rewritten(incident, format!("{} trailing", text(incident))),
    ),
    changed(
        Kind::Json,
        "json-comment",
        "the answer, and a comment in it",
        |incident| {
            rewritten(
                incident,
                format!("{{/* comment */{}", text(incident).trim_start_matches('{')),
            )
        },
    ),
    changed(
        Kind::Json,
        "json-single-quotes",
        "the answer with the wrong quotation marks",
        |incident| rewritten(incident, text(incident).replace('"', "'")),
    ),
    changed(
        Kind::Json,
        "json-prefixed",
        "the answer behind a guard against scripts",
        |incident| rewritten(incident, format!(")]}}',\n{}", text(incident))),
    ),
    changed(
        Kind::Json,
        "json-bom",
        "the answer behind a byte order mark",
        |incident| rewritten(incident, format!("\u{feff}{}", text(incident))),
    ),
    changed(
        Kind::Json,
        "json-utf16",
        "the answer in UTF-16",
        |incident| {
            let units = text(incident);
            let bytes: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
            rewritten(incident, bytes)
        },
    ),
    changed(
        Kind::Json,
        "json-not-utf8",
        "the answer, and a member that is not UTF-8",
        |incident| {
            let body = text(incident);
            let mut bytes = b"{\"x\":\"\xff\xfe\",".to_vec();
            bytes.extend_from_slice(body.trim_start_matches('{').as_bytes());
            rewritten(incident, bytes)
        },
    ),
    changed(
        Kind::Json,
        "json-nul",
        "the answer, and a NUL behind it",
        |incident| rewritten(incident, format!("{}\0", text(incident))),
    ),
    edited(
        "json-raw-control",
        "the answer, and a line end in a string of it",
        |members| members.after("x", "\"a\nb\""),
    ),
    edited(
        "json-lone-surrogate",
        "the answer, and half a character in it",
        |members| members.after("x", "\"\\ud800\""),
    ),
    edited("json-nan", "the answer, and NaN in it", |members| {
        members.after("x", "NaN")
    }),
    edited(
        "json-huge-number",
        "the answer, and a number of 400 digits in it",
        |members| members.after("x", "9".repeat(400).as_str()),
    ),
    edited(
        "json-nested",
        "the answer, and 64 nested arrays in it",
        |members| {
            let value = format!("{}{}", "[".repeat(64), "]".repeat(64));
            members.after("x", &value)
        },
    ),
    edited(
        "json-deep",
        "the answer, and 50,000 nested arrays in it",
        |members| {
            let value = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
            members.after("x", &value)
        },
    ),
    changed(
        Kind::Json,
        "json-many-members",
        "the answer, and 10,000 members more",
        |incident| {
            let more: Vec<String> = (0..10_000).map(|n| format!("\"x{n}\":{n}")).collect();
            let body = text(incident);
            rewritten(
                incident,
                format!("{{{},{}", more.join(","), body.trim_start_matches('{')),
            )
        },
    ),
    edited(
        "json-duplicate-token",
        "the answer, and another token under the same name",
        |members| members.twice(Role::Token, "\"phrase-emulator-sample\""),
    ),
    edited(
        "json-duplicate-same-token",
        "the answer, and its token once more",
        |members| {
            let token = format!("\"{}\"", members.token());
            members.twice(Role::Token, &token)
        },
    ),
    edited(
        "json-duplicate-expiry",
        "the answer, and another end under the same name",
        |members| members.twice(Role::Expiry, "1"),
    ),
    edited(
        "json-duplicate-type",
        "the answer, and another type under the same name",
        |members| {
            members
                .with(Role::TokenType, "\"Bearer\"")
                .twice(Role::TokenType, "\"mac\"")
        },
    ),
    edited(
        "json-duplicate-other",
        "the answer, and two more members of one name",
        |members| members.after("x", "1").after("x", "2"),
    ),
    changed(
        Kind::Json,
        "json-escaped-names",
        "the answer with its names in escapes",
        |incident| {
            let body = text(incident);
            rewritten(incident, body.replace("token\":", "toke\\u006e\":"))
        },
    ),
    edited(
        "json-upper-case",
        "the answer with its names in capitals",
        |members| members.renamed(str::to_ascii_uppercase),
    ),
    edited(
        "json-camel-case",
        "the answer with its names in camel case",
        |members| members.renamed(camel),
    ),
    changed(
        Kind::Json,
        "json-spread",
        "the answer with white space wherever it may be",
        |incident| {
            let spread = Members::all(&incident.answer.body)?.text();
            rewritten(
                incident,
                spread
                    .replace("{\"", "\r\n {\t\"")
                    .replace("\",\"", "\" ,\r\n\t\""),
            )
        },
    ),
];

/// The true answer with this in the place of every member.
fn each(incident: &Incident<'_>, value: &str) -> Option<Spoiled> {
    let members = Members::all(&incident.answer.body)?;
    rewritten(incident, members.each(value).text())
}

/// The text of the answer without its last brace.
fn open_text(incident: &Incident<'_>) -> String {
    let mut text = text(incident);
    text.pop();
    text
}

fn text(incident: &Incident<'_>) -> String {
    String::from_utf8_lossy(&incident.answer.body).into_owned()
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}
