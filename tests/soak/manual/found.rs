use std::time::Duration;

use crate::flat::{HEADS, Series};
use crate::wrong::Wrong;

/// What came of one scheme.
pub(crate) struct Found {
    pub(super) name: &'static str,
    pub(super) cycles: u64,
    pub(super) outages: u64,
    /// By the manual clock.
    pub(super) time: Duration,
    pub(super) requests: u64,
    pub(super) tokens: u64,
    /// The most requests at one time.
    pub(super) at_once: u64,
    /// Requests within a window.
    pub(super) early: u64,
    /// Requests that came later than a window's end and a call.
    pub(super) late: u64,
    /// Refresh tokens that came once more after they had brought another.
    pub(super) reused: u64,
    /// The most steps of the back-off in a row.
    pub(super) steps: u32,
    /// Without a header after an outage had ended.
    pub(super) longest: Duration,
    pub(super) wrong: Wrong,
    /// Of the process: not to be judged while something else goes on in it.
    pub(super) process: [Series; 2],
    /// Of the one thread and its runtime.
    pub(super) own: [Series; 4],
}

impl Found {
    pub(crate) fn heads() -> [String; 13] {
        [
            "on the manual runtime",
            "tokens",
            "outages",
            "days",
            "requests",
            "granted",
            "at once",
            "early",
            "late",
            "reused",
            "in a row",
            "recovery ≤ 60.25 s",
            "wrong",
        ]
        .map(str::to_owned)
    }

    pub(crate) fn row(&self) -> [String; 13] {
        [
            self.name.to_owned(),
            self.cycles.to_string(),
            self.outages.to_string(),
            (self.time.as_secs() / SECONDS_OF_A_DAY).to_string(),
            self.requests.to_string(),
            self.tokens.to_string(),
            self.at_once.to_string(),
            self.early.to_string(),
            self.late.to_string(),
            self.reused.to_string(),
            self.steps.to_string(),
            format!("{:.1} s", self.longest.as_secs_f64()),
            self.wrong.count().to_string(),
        ]
    }

    /// A table of what the process held meanwhile.
    pub(crate) fn flatness(&self) -> Vec<[String; 8]> {
        let [first, median, last, slope, rise, bound, verdict] = HEADS.map(str::to_owned);
        let heads = [
            self.name.to_owned(),
            first,
            median,
            last,
            slope,
            rise,
            bound,
            verdict,
        ];
        let series = self.own.iter().chain(&self.process);
        let rows = series.filter(|series| !series.is_empty()).map(Series::row);
        std::iter::once(heads).chain(rows).collect()
    }

    /// What is wrong with the counts, and what creeps that is its own.
    pub(crate) fn own_complaints(&self) -> Vec<String> {
        let none = [
            (self.early, "requests came while the back-off forbade them"),
            (
                self.late,
                "requests came long after the back-off allowed them",
            ),
            (
                self.reused,
                "refresh tokens came once more after they were used up",
            ),
            (
                self.at_once.saturating_sub(1),
                "requests too many were made at one time",
            ),
        ];
        let counts = none.into_iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(count, what)| format!("{}: {count} {what}", self.name));
        let told = self.wrong.sentences();
        let told = told.map(|what| format!("{}: {what}", self.name));
        counts.chain(told).chain(self.creeping(&self.own)).collect()
    }

    /// The same, and what creeps in the process.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut all = self.own_complaints();
        all.extend(self.creeping(&self.process));
        all
    }

    fn creeping<'a>(&'a self, series: &'a [Series]) -> impl Iterator<Item = String> + 'a {
        let creeping = series.iter().filter_map(Series::complaint);
        creeping.map(|what| format!("{}: {what}", self.name))
    }
}

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
