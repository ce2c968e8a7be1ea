//! `cargo xtask ci`: everything that a change must pass.
//!
//! What is checked is data, in `step.rs`; this file only walks through it, keeps the time and says how to mend.

mod feature;
mod step;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xshell::Shell;

use crate::{
    flags,
    table::{seconds, table},
    workspace::Workspace,
};

use self::step::Step;

impl flags::Ci {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        let steps = step::choose(&self.steps)?;
        let mut report = Report::default();
        for step in steps {
            if report.failed() && !self.keep_going {
                report.skip(step);
                continue;
            }
            eprintln!("\n{}: {}", step.name, step.what);
            let start = Instant::now();
            let outcome = step.run(sh, workspace, self.keep_going);
            report.enter(step, start.elapsed(), outcome);
        }
        println!("\n{}", report.table());
        report.verdict()
    }
}

/// Why a step failed, and what to do about it.
#[derive(Debug)]
struct Failure {
    what: String,
    mend: String,
}

/// How each step went, in order.
#[derive(Debug, Default)]
struct Report {
    rows: Vec<[String; 3]>,
    time: Duration,
    failures: Vec<(&'static str, Failure)>,
}

impl Report {
    fn enter(&mut self, step: &Step, time: Duration, outcome: Result<(), Failure>) {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        self.rows
            .push([step.name.to_owned(), word.to_owned(), seconds(time)]);
        self.time = self.time.saturating_add(time);
        if let Err(failure) = outcome {
            self.failures.push((step.name, failure));
        }
    }

    fn skip(&mut self, step: &Step) {
        self.rows
            .push([step.name.to_owned(), "not run".to_owned(), String::new()]);
    }

    fn failed(&self) -> bool {
        !self.failures.is_empty()
    }

    fn table(&self) -> String {
        let total = ["total".to_owned(), String::new(), seconds(self.time)];
        let rows: Vec<_> = self.rows.iter().cloned().chain([total]).collect();
        table(&rows)
    }

    fn verdict(&self) -> Result<()> {
        if !self.failed() {
            return Ok(());
        }
        let list: Vec<_> = self
            .failures
            .iter()
            .map(|(name, failure)| told(name, failure))
            .collect();
        bail!("not everything passed\n\n{}", list.join("\n"));
    }
}

fn told(name: &str, failure: &Failure) -> String {
    let what = failure.what.trim_end().replace('\n', "\n  ");
    format!(
        "{name} failed: {what}\n  mend: {}\n  again: cargo xtask ci {name}",
        failure.mend
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure {
            what: "two\nlines".to_owned(),
            mend: "do this".to_owned(),
        }
    }

    fn report(outcomes: Vec<Result<(), Failure>>) -> Report {
        let mut report = Report::default();
        for (step, outcome) in step::STEPS.iter().zip(outcomes) {
            report.enter(step, Duration::from_millis(1250), outcome);
        }
        report
    }

    #[test]
    fn the_closing_table_has_a_time_for_each_step_and_for_all() {
        let report = report(vec![Ok(()), Err(failure())]);
        assert_eq!(
            report.table(),
            "fmt    ok      1.2 s\ntidy   FAILED  1.2 s\ntotal          2.5 s\n"
        );
    }

    #[test]
    fn a_step_that_was_not_reached_is_in_the_table_too() {
        let mut report = report(vec![Err(failure())]);
        report.skip(&step::STEPS[1]);
        assert!(
            report.table().contains("tidy   not run\n"),
            "{}",
            report.table()
        );
    }

    #[test]
    fn the_verdict_lists_every_failure_with_its_mend_and_how_to_run_it_again() {
        let error = report(vec![Err(failure()), Ok(()), Err(failure())])
            .verdict()
            .unwrap_err()
            .to_string();
        assert!(
            error
                .contains("fmt failed: two\n  lines\n  mend: do this\n  again: cargo xtask ci fmt"),
            "{error}"
        );
        assert!(error.contains("cargo xtask ci clippy"), "{error}");
        assert!(!error.contains("cargo xtask ci tidy"), "{error}");
    }

    #[test]
    fn no_failure_is_a_pass() {
        assert!(report(vec![Ok(()), Ok(())]).verdict().is_ok());
    }
}
