use std::io::{self, Write};

use phrase_auth_core::Secret;
use serde::Serialize;

use crate::exit::Exit;
use crate::report::Report;

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

/// An object as one line of JSON.
///
/// # Errors
///
/// None that is known of: our objects are plain.
pub(crate) fn json(object: &impl Serialize) -> Result<Secret, Report> {
    serde_json::to_string(object)
        .map(Secret::new)
        .map_err(|error| {
            Report::new(Exit::BUG, "the answer cannot be written as JSON")
                .with("cause", error.to_string())
        })
}
