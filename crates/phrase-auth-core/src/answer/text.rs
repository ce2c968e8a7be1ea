use zeroize::Zeroizing;

use crate::secret::Secret;

/// Makes a server's words fit to be shown: without the secrets that were sent, without anything
/// that moves a terminal's cursor or turns the reading direction, and short.
pub(super) struct Scrubber {
    /// Each secret raw, form-encoded, percent-encoded and as in a JSON string; the longest first.
    needles: Vec<Secret>,
}

impl Scrubber {
    pub(super) fn new(sent: &[&Secret]) -> Self {
        let mut needles: Vec<Secret> = Vec::new();
        for secret in sent.iter().map(|secret| secret.expose()) {
            needles.extend([secret.into(), form(secret), percent(secret), json(secret)]);
        }
        needles.retain(|needle: &Secret| !needle.expose().is_empty());
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.expose().len()));
        Self { needles }
    }

    /// An error code, if it has only the characters that RFC 6749 section 5.2 allows.
    pub(super) fn code(&self, code: &str) -> Option<String> {
        let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        let sound = !code.is_empty() && code.len() <= MAX_LABEL && code.bytes().all(allowed);
        sound.then(|| self.without_secrets(code))
    }

    /// A name from a header: a host, a media type, a request id.
    pub(super) fn label(&self, label: &str) -> Option<String> {
        let sound = !label.is_empty() && label.len() <= MAX_LABEL;
        let sound = sound && label.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| self.without_secrets(label))
    }

    /// Free text, at most [`MAX_DESCRIPTION`] characters as shown.
    pub(super) fn description(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut length: usize = 0;
        for c in self.without_secrets(text).chars() {
            let escaped: String = if is_unfit(c) {
                c.escape_unicode().collect()
            } else {
                c.into()
            };
            length = length.saturating_add(escaped.chars().count());
            if length >= MAX_DESCRIPTION {
                shown.push('…');
                break;
            }
            shown.push_str(&escaped);
        }
        shown
    }

    fn without_secrets(&self, text: &str) -> String {
        let mut clean = Zeroizing::new(text.to_owned());
        for needle in &self.needles {
            clean = blot(&clean, needle.expose());
        }
        std::mem::take(&mut *clean)
    }
}

/// Replaces every occurrence, in whatever case: a host is lower-cased, `%2F` may become `%2f`.
///
/// What it copies on the way is wiped, and large enough from the start: growing leaves copies behind.
fn blot(text: &str, needle: &str) -> Zeroizing<String> {
    // Lower-casing ASCII moves no byte, so that places found there are places in the text.
    let folded = Zeroizing::new(text.to_ascii_lowercase());
    let needle = Zeroizing::new(needle.to_ascii_lowercase());
    let blots = folded.matches(needle.as_str()).count();
    let longest = text.len().saturating_add(blots.saturating_mul(BLOT.len()));
    let mut clean = Zeroizing::new(String::with_capacity(longest));
    let mut rest_at: usize = 0;
    for (at, found) in folded.match_indices(needle.as_str()) {
        clean.push_str(text.get(rest_at..at).unwrap_or_default());
        clean.push_str(BLOT);
        rest_at = at.saturating_add(found.len());
    }
    clean.push_str(text.get(rest_at..).unwrap_or_default());
    clean
}

/// What stands in the place of a secret.
const BLOT: &str = "[redacted]";

/// Controls, line breaks of all kinds, marks and overrides of direction, invisible characters.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// As in a form (WHATWG URL, "application/x-www-form-urlencoded").
fn form(secret: &str) -> Secret {
    encoded(secret, b"*-._", Some('+'))
}

/// As in a URL (RFC 3986 section 2.3).
fn percent(secret: &str) -> Secret {
    encoded(secret, b"-._~", None)
}

/// As in a string of JSON, where a login has it (RFC 8259 section 7). No secret of ours has control characters in it.
fn json(secret: &str) -> Secret {
    let mut text = String::with_capacity(secret.len().saturating_mul(2));
    for c in secret.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    Secret::new(text)
}

fn encoded(secret: &str, bare: &[u8], space: Option<char>) -> Secret {
    let mut text = String::with_capacity(secret.len().saturating_mul(3));
    for byte in secret.bytes() {
        match space {
            Some(space) if byte == b' ' => text.push(space),
            _ if byte.is_ascii_alphanumeric() || bare.contains(&byte) => {
                text.push(char::from(byte))
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    Secret::new(text)
}

/// What fits a terminal's few lines.
const MAX_DESCRIPTION: usize = 200;

/// Far above every code, id and host that is one.
const MAX_LABEL: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber(secret: &Secret) -> Scrubber {
        Scrubber::new(&[secret])
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_blotted_out_in_every_writing() {
        let secret = Secret::new("ca/na ry+~é");
        let scrubber = scrubber(&secret);
        for echo in [
            "bad token ca/na ry+~é!",
            "bad token ca%2Fna+ry%2B%7E%C3%A9!",
            "bad token ca%2fna%20ry%2b~%c3%a9!",
            "bad token CA/NA RY+~é!",
        ] {
            assert_eq!(
                scrubber.description(echo),
                "bad token [redacted]!",
                "{echo}"
            );
        }
        let secret = Secret::new("ca\"na\\ry");
        let body = r#"{"password":"ca\"na\\ry"}"#;
        let shown = Scrubber::new(&[&secret]).description(body);
        assert_eq!(shown, r#"{"password":"[redacted]"}"#);
        let short = Secret::new("abc123");
        let scrubber = Scrubber::new(&[&short]);
        assert_eq!(scrubber.code("no_abc123").unwrap(), "no_[redacted]");
        assert_eq!(
            scrubber.label("ABC123.evil.example").unwrap(),
            "[redacted].evil.example"
        );
    }

    #[test]
    fn a_secret_across_the_cut_does_not_leave_its_beginning() {
        let secret = Secret::new("canarycanary");
        let text = format!("{}canarycanary", "x".repeat(190));
        assert!(!scrubber(&secret).description(&text).contains("canary"));
    }

    #[test]
    fn what_moves_cursors_or_turns_text_around_is_escaped() {
        let scrubber = Scrubber::new(&[]);
        let shown = scrubber.description("a\u{1b}[31mb\r\nc\u{202e}d\u{2028}e\u{9b}f\u{7f}g");
        assert_eq!(
            shown,
            "a\\u{1b}[31mb\\u{d}\\u{a}c\\u{202e}d\\u{2028}e\\u{9b}f\\u{7f}g"
        );
    }

    #[test]
    fn a_long_description_is_cut_to_two_hundred_characters() {
        let scrubber = Scrubber::new(&[]);
        for text in ["ä".repeat(500), "\u{1b}".repeat(500)] {
            assert!(scrubber.description(&text).chars().count() <= 200);
        }
        assert_eq!(scrubber.description(&"x".repeat(199)), "x".repeat(199));
    }

    #[test]
    fn only_the_characters_of_the_standard_make_a_code() {
        let scrubber = Scrubber::new(&[]);
        assert_eq!(
            scrubber.code("invalid_grant").as_deref(),
            Some("invalid_grant")
        );
        for bad in ["", "a\"b", "a\\b", "a\nb", "é", &"x".repeat(129)] {
            assert_eq!(scrubber.code(bad), None, "{bad:?}");
        }
    }
}
