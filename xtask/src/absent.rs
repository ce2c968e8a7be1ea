//! What cannot be done on this machine, because a tool or the network is missing: a reason to skip a step, not a fault.
//!
//! Whoever finds it out returns it as an error. A command of its own fails with it; `cargo xtask ci` skips the step, says
//! why, and fails only where it would otherwise pass unseen.

use std::{env, error, fmt};

#[derive(Debug)]
pub(crate) struct Absent {
    why: String,
    excused: bool,
}

impl Absent {
    /// `why` says what is missing and how to get it.
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            excused: false,
        }
    }

    /// Not even the server has to have it.
    pub(crate) fn excused(mut self) -> Self {
        self.excused = true;
        self
    }

    /// Whether the step may be left out. Under `CI=true` nobody looks at what is printed about it.
    pub(crate) fn is_skippable(&self) -> bool {
        self.skippable(env::var_os("CI").is_some_and(|ci| ci == "true"))
    }

    fn skippable(&self, strict: bool) -> bool {
        self.excused || !strict
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl error::Error for Absent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_may_be_skipped_but_not_where_nobody_reads_it() {
        let absent = Absent::new("no network");
        assert!(absent.skippable(false));
        assert!(!absent.skippable(true));
        assert!(absent.excused().skippable(true));
    }

    #[test]
    fn it_is_still_found_under_a_context() {
        let error = anyhow::Error::new(Absent::new("no network")).context("nothing was checked");
        assert!(error.downcast_ref::<Absent>().is_some());
        assert_eq!(format!("{error:#}"), "nothing was checked: no network");
    }
}
