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

/// How a step went.
#[derive(Debug)]
enum Outcome {
    Passed,
    /// It could not be done here, and why.
    Skipped(String),
    Failed(Failure),
}

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

/// The names of all steps that run without being named, but this one.
pub(crate) fn steps_beside(name: &str) -> Vec<&'static str> {
    let steps = step::STEPS.iter().filter(|step| !step.apart);
    steps
        .map(|step| step.name)
        .filter(|step| *step != name)
        .collect()
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
    rows: Vec<[String; 4]>,
    time: Duration,
    failures: Vec<(&'static str, Failure)>,
}

impl Report {
    fn enter(&mut self, step: &Step, time: Duration, outcome: Outcome) {
        let (word, why) = match outcome {
            Outcome::Passed => ("ok", String::new()),
            Outcome::Skipped(why) => ("skipped", one_line(&why)),
            Outcome::Failed(failure) => {
                self.failures.push((step.name, failure));
                ("FAILED", String::new())
            }
        };
        self.row(step.name, word, seconds(time), why);
        self.time = self.time.saturating_add(time);
    }

    fn skip(&mut self, step: &Step) {
        self.row(step.name, "not run", String::new(), String::new());
    }

    fn row(&mut self, name: &str, word: &str, time: String, why: String) {
        self.rows
            .push([name.to_owned(), word.to_owned(), time, why]);
    }

    fn failed(&self) -> bool {
        !self.failures.is_empty()
    }

    fn table(&self) -> String {
        let total = ["total", "", &seconds(self.time), ""].map(str::to_owned);
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

/// A row of the table is one line, whatever a tool has said.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

    fn failed() -> Outcome {
        Outcome::Failed(failure())
    }

    fn report(outcomes: Vec<Outcome>) -> Report {
        let mut report = Report::default();
        for (step, outcome) in step::STEPS.iter().zip(outcomes) {
            report.enter(step, Duration::from_millis(1250), outcome);
        }
        report
    }

    #[test]
    fn the_closing_table_has_a_time_for_each_step_and_for_all() {
        let report = report(vec![Outcome::Passed, failed()]);
        assert_eq!(
            report.table(),
            "fmt    ok      1.2 s\ntidy   FAILED  1.2 s\ntotal          2.5 s\n"
        );
    }

    #[test]
    fn a_step_that_was_not_reached_is_in_the_table_too() {
        let mut report = report(vec![failed()]);
        report.skip(&step::STEPS[1]);
        assert!(
            report.table().contains("tidy   not run\n"),
            "{}",
            report.table()
        );
    }

    #[test]
    fn a_step_that_cannot_be_done_here_is_no_failure_and_its_row_says_why_on_one_line() {
        let report = report(vec![Outcome::Skipped("there is\n  no network".to_owned())]);
        assert!(
            report
                .table()
                .contains("fmt    skipped  1.2 s  there is no network\n"),
            "{}",
            report.table()
        );
        assert!(report.verdict().is_ok());
    }

    #[test]
    fn the_verdict_lists_every_failure_with_its_mend_and_how_to_run_it_again() {
        let error = report(vec![failed(), Outcome::Passed, failed()])
            .verdict()
            .unwrap_err()
            .to_string();
        assert!(
            error
                .contains("fmt failed: two\n  lines\n  mend: do this\n  again: cargo xtask ci fmt"),
            "{error}"
        );
        let third = step::STEPS[2].name;
        assert!(
            error.contains(&format!("cargo xtask ci {third}")),
            "{error}"
        );
        assert!(!error.contains("cargo xtask ci tidy"), "{error}");
    }

    #[test]
    fn no_failure_is_a_pass() {
        assert!(
            report(vec![Outcome::Passed, Outcome::Passed])
                .verdict()
                .is_ok()
        );
    }
}
