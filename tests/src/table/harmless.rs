use std::error::Error;
use std::fmt::Debug;

use phrase_auth_core::AuthError;

use super::trial::BASIC;

/// Nothing of the answer's text and nothing secret is shown, and nothing that moves a cursor or turns a line round.
pub(crate) fn assert_harmless(
    name: &str,
    error: &AuthError,
    others: &[&dyn Debug],
    secrets: &[String],
) {
    let mut told = vec![error.to_string()];
    let mut shown = format!("{error:?} {error:#?} {others:?} {others:#?}");
    let mut source = error.source();
    while let Some(deeper) = source {
        told.push(deeper.to_string());
        shown.push_str(&format!("{deeper:?} {deeper:#?}"));
        source = deeper.source();
    }
    for text in &told {
        let unfit = text.chars().find(|c| c.is_control() || turns(*c));
        assert_eq!(unfit, None, "{name}: {text:?}");
        assert!(text.chars().count() < 1_000, "{name}: {text}");
    }
    shown.push_str(&told.join(" "));
    assert_secret_free(name, &shown, secrets);
}

pub(crate) fn assert_secret_free(name: &str, shown: &str, secrets: &[String]) {
    let secrets = secrets.iter().map(String::as_str);
    for secret in secrets.chain(ALWAYS) {
        assert!(!shown.contains(secret), "{name}: {secret} in {shown}");
    }
}

fn turns(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What all secrets of the trials have in them, the one that is hidden by its encoding, what stands in the place of a
/// true token, and how every JWT begins.
const ALWAYS: [&str; 4] = ["canary", BASIC, "phrase-emulator-sample", "eyJ"];
