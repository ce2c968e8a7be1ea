//! What a check has to say: to the person who mends it.

use std::fmt;

use anyhow::{Result, ensure};

/// Something wrong, where it is, and how to mend it.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// `file` or `file:line`.
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

/// Prints all of them; an error if there are any.
pub(crate) fn report(findings: &[Finding]) -> Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    ensure!(findings.is_empty(), "{} to mend", findings.len());
    Ok(())
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
    fn nothing_found_is_no_error_and_one_finding_is() {
        assert!(report(&[]).is_ok());
        let error = report(&[Finding::new("a", "b", "c")]).unwrap_err();
        assert_eq!(error.to_string(), "1 to mend");
    }
}
