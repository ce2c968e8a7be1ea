use std::io::{self, Write};

use phrase_auth_core::Secret;
use serde::Serialize;

use crate::exit::Exit;
use crate::report::{self, Report};

/// Prints the answer and one newline to stdout.
///
/// # Errors
///
/// If stdout cannot be written; who closed it has read enough, which ends the program quietly.
pub(crate) fn answer(answer: &Secret) -> Result<(), Report> {
    line(answer.expose())
}

/// Prints one line to stdout, at once.
///
/// # Errors
///
/// As [`answer`].
pub(crate) fn line(text: &str) -> Result<(), Report> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Report::unwritten(&error))
}

/// Prints something for people to stderr. If nobody listens there, nobody is told.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// An object as one line of JSON, in which nothing moves a cursor or turns the writing around.
///
/// # Errors
///
/// None that is known of: our objects are plain.
pub(crate) fn json(object: &impl Serialize) -> Result<Secret, Report> {
    serde_json::to_string(object)
        .map(|text| Secret::new(harmless(text)))
        .map_err(|error| {
            Report::new(Exit::BUG, "the answer cannot be written as JSON")
                .with("cause", error.to_string())
        })
}

/// Escapes what JSON allows and a terminal obeys. Outside of its strings JSON has no such characters.
fn harmless(json: String) -> String {
    if !json.contains(report::is_odd) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if report::is_odd(c) {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            escaped.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_reads_the_same_without_what_a_terminal_obeys() {
        let odd = "a\u{9b}31mb\u{202e}c\u{1b}d\u{e0041}e\u{2028}";
        let written = json(&[odd, "plain"]).unwrap();
        assert!(written.expose().is_ascii(), "{:?}", written.expose());
        let read: Vec<String> = serde_json::from_str(written.expose()).unwrap();
        assert_eq!(read, [odd, "plain"]);
    }
}
