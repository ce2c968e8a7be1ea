//! Something wrong, where it is, and how to mend it: what the gates of our own have to say.

use std::fmt;

use anyhow::{Result, bail};

#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// `file`, `file:line`, or the package.
    pub(crate) at: String,
    pub(crate) what: String,
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn new(
        at: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            at: at.into(),
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  mend: {}", self.at, self.what, self.mend)
    }
}

impl std::error::Error for Finding {}

/// Prints everything that is wrong, not only the first of it; or `all_well`.
pub(crate) fn report(findings: &[Finding], all_well: impl fmt::Display) -> Result<()> {
    if findings.is_empty() {
        println!("{all_well}");
        return Ok(());
    }
    for finding in findings {
        println!("{finding}");
    }
    bail!("{} to mend", findings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_tells_where_what_and_how_to_mend() {
        let finding = Finding::new("a.rs:3", "is wrong", "set it right");
        assert_eq!(
            finding.to_string(),
            "a.rs:3: is wrong\n  mend: set it right"
        );
    }

    #[test]
    fn findings_are_a_failure_and_none_are_a_pass() {
        assert!(report(&[], "nothing").is_ok());
        let error = report(&[Finding::new("a", "b", "c")], "nothing").unwrap_err();
        assert_eq!(error.to_string(), "1 to mend");
    }
}
