//! A release of Rust, and where one is named.

use std::fmt;

use crate::finding::Finding;

/// Without its patch, which promises nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        Some(Self {
            major: parts.next()??,
            minor: parts.next()??,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What stands before a version in a page, in `clippy.toml` and in `rust-toolchain.toml`.
const BEFORE: [&str; 3] = ["Rust ", "msrv = \"", "channel = \""];

/// Every other release that the text names as the one to have.
pub(super) fn named(file: &str, text: &str, ours: Version) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, number) in text.lines().zip(1_usize..) {
        for before in BEFORE {
            for (at, _) in line.match_indices(before) {
                let rest = line
                    .get(at.saturating_add(before.len())..)
                    .unwrap_or_default();
                let end = rest
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len());
                let Some(version) = rest.get(..end).and_then(Version::parse) else {
                    continue;
                };
                // Working with a newer one than users must have is no contradiction.
                let fits = version == ours || before.starts_with("channel") && version > ours;
                if !fits {
                    let what = format!(
                        "names Rust {version}, and rust-version in the root manifest says {ours}"
                    );
                    findings.push(Finding::new(
                        format!("{file}:{number}"),
                        what,
                        "say the same in both places",
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let findings = named("f", text, Version::parse("1.89").unwrap());
        findings.into_iter().map(|finding| finding.at).collect()
    }

    #[test]
    fn versions_are_compared_by_number_and_without_their_patch() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("1.9") < version("1.89"));
        assert_eq!(version("1.89.1"), version("1.89"));
        assert_eq!(Version::parse("stable"), None);
        assert_eq!(Version::parse("1"), None);
    }

    #[test]
    fn another_release_is_found_wherever_it_is_named() {
        assert_eq!(
            found("x\nRust 1.88 or later. Rust 1.90.1.\n"),
            ["f:2", "f:2"]
        );
        assert_eq!(found("msrv = \"1.88.0\""), ["f:1"]);
        assert_eq!(found("channel = \"1.80\""), ["f:1"]);
    }

    #[test]
    fn the_promised_release_and_words_without_one_are_right() {
        assert!(found("Rust 1.89 or later; from Rust: a credential. Rust 2 is far.").is_empty());
        assert!(found("msrv = \"1.89\"").is_empty());
        assert!(found("channel = \"1.95.0\"\nchannel = \"stable\"").is_empty());
    }
}
