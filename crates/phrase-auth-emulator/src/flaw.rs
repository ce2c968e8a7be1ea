use std::fmt;

use serde_path_to_error::{Path, Segment};

/// What is wrong with a text that was read, and where. No value of the text is in it, as any could be a secret; names
/// of keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    path: Vec<Step>,
    what: String,
}

/// One step of the way to a place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Flaw {
    pub(crate) fn new(path: impl Into<Vec<Step>>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
        }
    }

    pub(crate) fn path(&self) -> &[Step] {
        &self.path
    }

    /// From a message of serde, of which only what it expects is kept: that is ours, and what it found is not.
    fn of(path: &Path, message: &str) -> Self {
        let what = match message.rsplit_once(", expected ") {
            Some((found, expected)) if found.starts_with("unknown field") => {
                format!("an unknown key; those that fit are {}", names(expected))
            }
            Some((found, expected)) if found.starts_with("invalid ") => {
                format!("expected {}", plainly(expected))
            }
            Some((found, expected)) if found.starts_with("unknown ") => {
                format!("expected one of {}", names(expected))
            }
            _ => match quoted(message) {
                Some(key) if message.starts_with("missing field") => {
                    format!("the key {key} is missing")
                }
                Some(key) if message.starts_with("duplicate field") => {
                    format!("the key {key} comes twice")
                }
                _ => message.to_owned(),
            },
        };
        Self::new(steps(path), what)
    }
}

impl From<serde_path_to_error::Error<toml::de::Error>> for Flaw {
    fn from(error: serde_path_to_error::Error<toml::de::Error>) -> Self {
        // Its `Display` shows the line itself, with whatever secret is there.
        Self::of(error.path(), error.inner().message())
    }
}

impl From<serde_path_to_error::Error<serde_json::Error>> for Flaw {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        let message = error.inner().to_string();
        let place = format!(
            " at line {} column {}",
            error.inner().line(),
            error.inner().column()
        );
        let told = message.strip_suffix(&place).unwrap_or(&message);
        Self::of(error.path(), told)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", written(&self.path))?;
        }
        f.write_str(&self.what)
    }
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// `users[1].accounts[0].uid`; a key that is no plain word is quoted, so that it cannot pass for more of the path, nor
/// control a terminal.
fn written(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                let dot = if text.is_empty() { "" } else { "." };
                let is_word =
                    |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
                if key.chars().all(is_word) && !key.is_empty() {
                    text.push_str(&format!("{dot}{key}"));
                } else {
                    text.push_str(&format!("{dot}{key:?}"));
                }
            }
        }
    }
    text
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            // A key of toml's own, inside of a time.
            Segment::Map { key } if key.starts_with('$') => None,
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// serde writes "one of `a`, `b`", "`a` or `b`", and "`a`".
fn names(expected: &str) -> String {
    let list = expected.strip_prefix("one of ").unwrap_or(expected);
    list.replace(" or ", ", ").replace('`', "")
}

/// serde speaks of Rust's types.
fn plainly(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a sequence" => "an array",
        "u16" | "u32" | "u64" => "a whole number that is not negative",
        "f64" => "a number",
        name if name.starts_with("struct ") => "an object",
        other => other,
    }
}

fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a table")]
    struct Text {
        #[serde(default)]
        _number: u64,
        #[serde(default)]
        _flag: bool,
        #[serde(default)]
        _inner: Vec<BTreeMap<String, String>>,
        _needed: String,
    }

    fn of_json(text: &str) -> String {
        let mut json = serde_json::Deserializer::from_str(text);
        let read: Result<Text, _> = serde_path_to_error::deserialize(&mut json);
        Flaw::from(read.err().expect(text)).to_string()
    }

    fn of_toml(text: &str) -> String {
        let toml = toml::Deserializer::parse(text).unwrap();
        let read: Result<Text, _> = serde_path_to_error::deserialize(toml);
        Flaw::from(read.err().expect(text)).to_string()
    }

    #[test]
    fn it_names_the_path_and_what_would_fit_and_no_value() {
        for (json, toml, expected) in [
            (
                r#"{"_number":"canary"}"#,
                "_number = 'canary'",
                "_number: expected a whole number that is not negative",
            ),
            (
                r#"{"_number":-3}"#,
                "_number = -3",
                "_number: expected a whole number that is not negative",
            ),
            (
                r#"{"_flag":"canary, expected a string"}"#,
                "_flag = 'canary, expected a string'",
                "_flag: expected true or false",
            ),
            (
                r#"{"_inner":[{},{"x":["canary"]}]}"#,
                "_inner = [{}, {x = ['canary']}]",
                "_inner[1].x: expected a string",
            ),
            (
                r#"{"_inner":"canary"}"#,
                "_inner = 'canary'",
                "_inner: expected an array",
            ),
            (
                r#"{"_flag":true}"#,
                "_flag = true",
                "the key _needed is missing",
            ),
            (
                r#"{"_nmber":"canary"}"#,
                "_nmber = 'canary'",
                "_nmber: an unknown key; those that fit are _number, _flag, _inner, _needed",
            ),
            (
                r#"{"a.b\u001b, expected x":"canary"}"#,
                "\"a.b\\u001b, expected x\" = 'canary'",
                "\"a.b\\u{1b}, expected x\": an unknown key; those that fit are _number, _flag, _inner, _needed",
            ),
            ("[]", "_needed = []", "expected a"),
        ] {
            for flaw in [of_json(json), of_toml(toml)] {
                assert!(flaw.contains(expected), "{flaw}");
                assert!(!flaw.contains("canary"), "{flaw}");
                assert!(!flaw.contains("line") && !flaw.contains('\n'), "{flaw}");
            }
        }
    }

    #[test]
    fn a_broken_text_is_told_without_its_place() {
        let flaw = of_json(r#"{"_needed":"canary"#);
        assert!(flaw.contains("EOF") && !flaw.contains("canary"), "{flaw}");
        assert!(!flaw.contains("column"), "{flaw}");
        let twice = of_json(r#"{"_needed":"canary","_needed":"canary"}"#);
        assert!(twice.contains("the key _needed comes twice"), "{twice}");
    }
}
