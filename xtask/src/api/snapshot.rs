//! The text of an `api.txt`: a line that says who wrote it, and the items.

use std::fmt;

#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    /// rustdoc writes some items differently from release to release.
    pub(super) rustc: String,
    pub(super) listing: String,
}

const BEFORE: &str =
    "# All that users can name, with all features. Written by `cargo xtask api --bless` with ";

impl Snapshot {
    /// Whatever does not begin as it should is compared as it is, and so found.
    pub(super) fn parse(text: &str) -> Self {
        let written = text
            .strip_prefix(BEFORE)
            .and_then(|rest| rest.split_once(".\n"));
        let (rustc, listing) = written.unwrap_or(("an unknown rustc", text));
        Self {
            rustc: rustc.to_owned(),
            listing: listing.to_owned(),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEFORE}{}.\n{}", self.rustc, self.listing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let snapshot = Snapshot {
            rustc: "rustc 1.95.0".to_owned(),
            listing: "pub mod a\npub struct a::B\n".to_owned(),
        };
        assert_eq!(Snapshot::parse(&snapshot.to_string()), snapshot);
    }

    #[test]
    fn a_snapshot_without_its_first_line_is_not_taken_for_one() {
        assert_eq!(Snapshot::parse("pub mod a\n").rustc, "an unknown rustc");
    }
}
