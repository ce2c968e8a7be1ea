//! What a benchmark says: a table, with the bar beside each figure that has one.
#![allow(dead_code, reason = "no benchmark uses every kind of row")]

use std::error::Error;
use std::fmt::Display;

/// A benchmark either says what it found or says what kept it from finding it.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Figures in the order in which they were found.
pub(crate) struct Report {
    rows: Vec<[String; COLUMNS]>,
    wrong: Vec<String>,
}

impl Report {
    /// `of` is what the ratios are ratios to.
    pub(crate) fn new(title: &str, of: &str) -> Self {
        let head = [title, "measured", of, "bar", ""];
        Self {
            rows: vec![head.map(str::to_owned)],
            wrong: Vec::new(),
        }
    }

    /// A figure without a bar.
    pub(crate) fn note(&mut self, what: impl Display, measured: impl Display) {
        let measured = measured.to_string();
        self.row(what, measured, String::new(), String::new(), "");
    }

    /// A figure of this machine at this moment: above the bar it is a miss, and no more than that.
    pub(crate) fn figure(&mut self, what: impl Display, measured: f64, bar: f64, unit: &str) {
        let ratio = if bar > 0.0 {
            format!("{:.2} ×", measured / bar)
        } else {
            String::new()
        };
        let bar_shown = format!("≤ {}", shown(bar, unit));
        let verdict = verdict(measured <= bar);
        self.row(what, shown(measured, unit), ratio, bar_shown, verdict);
    }

    /// The same with a bar that is a multiple of another figure.
    pub(crate) fn multiple(&mut self, what: impl Display, measured: f64, of: f64, bar: f64) {
        let ratio = format!("{:.2} ×", measured / of);
        let bar_shown = format!("≤ {bar:.2} ×");
        let verdict = verdict(measured <= of * bar);
        self.row(what, shown(measured, "ns"), ratio, bar_shown, verdict);
    }

    /// A count that is the same on every machine: above the bar the benchmark fails.
    pub(crate) fn at_most(&mut self, what: impl Display, measured: u64, bar: u64) {
        self.count(what, measured, format!("≤ {bar}"), measured <= bar);
    }

    /// A count that can only be one: any other fails the benchmark.
    pub(crate) fn exactly(&mut self, what: impl Display, measured: u64, bar: u64) {
        self.count(what, measured, format!("= {bar}"), measured == bar);
    }

    /// Prints the table.
    ///
    /// # Errors
    ///
    /// The counts that are wrong.
    pub(crate) fn print(self) -> Outcome {
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        for row in &self.rows {
            let cells = row.iter().zip(widths);
            let cells: Vec<_> = cells
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            println!("{}", cells.join("  ").trim_end());
        }
        println!();
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("wrong counts: {}", self.wrong.join(", ")).into())
        }
    }

    fn count(&mut self, what: impl Display, measured: u64, bar: String, right: bool) {
        if !right {
            self.wrong.push(what.to_string());
        }
        let measured = measured.to_string();
        self.row(what, measured, String::new(), bar, verdict(right));
    }

    fn row(
        &mut self,
        what: impl Display,
        measured: String,
        ratio: String,
        bar: String,
        verdict: &str,
    ) {
        let row = [what.to_string(), measured, ratio, bar, verdict.to_owned()];
        self.rows.push(row);
    }
}

fn verdict(ok: bool) -> &'static str {
    if ok { "ok" } else { "MISSED" }
}

fn shown(figure: f64, unit: &str) -> String {
    let digits = if figure.fract() == 0.0 || figure >= 1000.0 {
        0
    } else {
        1
    };
    format!("{figure:.digits$} {unit}").trim_end().to_owned()
}

const COLUMNS: usize = 5;
