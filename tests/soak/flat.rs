//! Whether a figure stays where it is, or creeps.

use std::fmt;

/// One figure of the process, sampled from the beginning to the end.
pub(crate) struct Series {
    what: &'static str,
    /// What it may rise by over the second half, whatever the reason.
    bound: f64,
    /// Whether it is counted to the one, so that any rise beyond the bound is one.
    exact: bool,
    /// How much was done by then, and the figure.
    points: Vec<(f64, f64)>,
}

/// The verdict on a series.
///
/// The first half is for warming up; the second is judged. A figure that is counted to the one creeps if its last sample
/// lies above the first of that half by more than its bound. Another one creeps if over that half
///
/// 1. the line of least squares rises by more than the figure's bound, and
/// 2. by more than noise: four standard errors of its slope, and
/// 3. steadily, as a leak does: of its four quarters each lies, on average, higher than the one before, by a
///    sixteenth of the whole rise at least. An allocator that takes one more block takes one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Flat,
    Creeps,
    /// A verdict on so few samples would be a guess.
    TooShort,
}

/// The line of least squares.
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    /// The standard error of the slope.
    error: f64,
}

impl Series {
    pub(crate) fn new(what: &'static str, bound: f64) -> Self {
        Self {
            what,
            bound,
            exact: false,
            // So that it does not grow itself while it measures.
            points: Vec::with_capacity(4096),
        }
    }

    /// A figure that knows no noise: a map that gets an entry for each token takes one step in all the second half, when
    /// it doubles.
    pub(crate) fn exact(what: &'static str, bound: f64) -> Self {
        Self {
            exact: true,
            ..Self::new(what, bound)
        }
    }

    pub(crate) fn push(&mut self, done: f64, figure: f64) {
        self.points.push((done, figure));
    }

    /// Where this is not measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let half = self.second_half();
        let Some(line) = Line::through(half).filter(|_| half.len() >= LEAST_SAMPLES) else {
            return Verdict::TooShort;
        };
        if self.exact {
            return match stepped(half) > self.bound {
                true => Verdict::Creeps,
                false => Verdict::Flat,
            };
        }
        let rise = line.slope * span(half);
        let beyond_noise = rise > ERRORS * line.error * span(half);
        match rise > self.bound && beyond_noise && is_steady(half, rise) {
            true => Verdict::Creeps,
            false => Verdict::Flat,
        }
    }

    /// The cells of a table: first, median, last, slope, rise over the second half, bound, verdict.
    pub(crate) fn row(&self) -> [String; 8] {
        let mut figures = self.points.iter().map(|(_, figure)| *figure);
        let mut sorted: Vec<f64> = figures.clone().collect();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied();
        let shown = |figure: Option<f64>| figure.map_or_else(String::new, |it| format!("{it:.0}"));
        let half = self.second_half();
        let slope = Line::through(half).map_or(f64::NAN, |line| line.slope);
        [
            self.what.to_owned(),
            shown(figures.next()),
            shown(median),
            shown(figures.next_back()),
            format!("{slope:+.2e}"),
            format!("{:+.1}", slope * span(half)),
            format!("≤ {}", self.bound),
            self.verdict().to_string(),
        ]
    }

    /// What is wrong with it, as a sentence.
    pub(crate) fn complaint(&self) -> Option<String> {
        let half = self.second_half();
        let rise = match self.exact {
            true => stepped(half),
            false => Line::through(half).map_or(f64::NAN, |line| line.slope * span(half)),
        };
        let what = self.what;
        (self.verdict() == Verdict::Creeps)
            .then(|| format!("{what}: creeps, by {rise:.1} over the second half"))
    }

    fn second_half(&self) -> &[(f64, f64)] {
        self.points.get(self.points.len() / 2..).unwrap_or_default()
    }
}

/// The heads of [`Series::row`], behind what was done.
pub(crate) const HEADS: [&str; 7] = ["first", "median", "last", "slope", "2nd half", "bound", ""];

impl Line {
    /// `None` where there is none: too few points, or all in one place.
    fn through(points: &[(f64, f64)]) -> Option<Self> {
        let count = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let across = |(x, y): &(f64, f64)| (x - mean_x) * (y - mean_y);
        let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        if points.len() < 3 || spread == 0.0 {
            return None;
        }
        let slope = points.iter().map(across).sum::<f64>() / spread;
        let off = |(x, y): &(f64, f64)| (y - mean_y - slope * (x - mean_x)).powi(2);
        let rest: f64 = points.iter().map(off).sum();
        let error = (rest / (count - 2.0) / spread).sqrt();
        Some(Self { slope, error })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flat => "flat",
            Self::Creeps => "CREEPS",
            Self::TooShort => "too short to say",
        })
    }
}

/// How much was done from the first of them to the last.
fn span(points: &[(f64, f64)]) -> f64 {
    match (points.first(), points.last()) {
        (Some((first, _)), Some((last, _))) => last - first,
        _ => 0.0,
    }
}

/// The figure at the end, over that at the beginning.
fn stepped(points: &[(f64, f64)]) -> f64 {
    match (points.first(), points.last()) {
        (Some((_, first)), Some((_, last))) => last - first,
        _ => 0.0,
    }
}

fn is_steady(points: &[(f64, f64)], rise: f64) -> bool {
    let quarters = points.chunks(points.len().div_ceil(4).max(1));
    let means: Vec<f64> = quarters
        .map(|quarter| quarter.iter().map(|(_, y)| y).sum::<f64>() / quarter.len() as f64)
        .collect();
    let least = rise / 16.0;
    means
        .iter()
        .zip(means.iter().skip(1))
        .all(|(before, after)| after - before >= least)
}

/// Of independent samples, one slope in 30,000 is further off than that by chance.
const ERRORS: f64 = 4.0;

/// Four to a quarter.
const LEAST_SAMPLES: usize = 16;

#[cfg(test)]
mod tests;
