//! What each way in costs a user: packages, a clean build, bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use xshell::Shell;

use crate::{
    consumers::{FIXTURES, Fixture, Project, Supply, program},
    table::{seconds, table},
    workspace::Workspace,
};

/// The bar for the ten-line program, stripped: 6 MB.
const SIZE_BAR: u64 = 6_000_000;

struct Weight {
    name: &'static str,
    packages: usize,
    ceiling: usize,
    build: Duration,
    bytes: u64,
}

impl Weight {
    fn verdict(&self) -> &'static str {
        if self.packages <= self.ceiling && self.bytes < SIZE_BAR {
            "ok"
        } else {
            "MISSED"
        }
    }
}

/// Builds every consumer from nothing and reports in a table.
pub(crate) fn measure(sh: &Shell, workspace: &Workspace) -> Result<String> {
    let supply = Supply::sources(sh, workspace)?;
    // What somebody else has turned on is no way in of ours.
    let weights: Vec<_> = FIXTURES
        .iter()
        .filter(|fixture| !fixture.sources_only)
        .map(|fixture| weigh(sh, workspace, &supply, fixture))
        .collect::<Result<_>>()?;
    Ok(report(&weights))
}

fn weigh(sh: &Shell, workspace: &Workspace, supply: &Supply, fixture: &Fixture) -> Result<Weight> {
    let project = Project::prepare(sh, supply, fixture)?;
    let target = workspace.target.join("weight");
    // Nothing of an earlier build may be there, or it is not a clean one.
    sh.remove_path(&target)?;
    let start = Instant::now();
    project
        .cargo("build --release")
        .arg("--target-dir")
        .arg(target.to_string_lossy())
        .env("CARGO_PROFILE_RELEASE_STRIP", "true")
        .run(sh)?;
    let build = start.elapsed();
    let program = program(&target.join("release"), fixture.name);
    let bytes = program
        .metadata()
        .with_context(|| format!("cargo built no {}", program.display()))?
        .len();
    let packages = fixture.brings(project.tree());
    Ok(Weight {
        name: fixture.name,
        packages,
        ceiling: fixture.ceiling,
        build,
        bytes,
    })
}

fn report(weights: &[Weight]) -> String {
    let head = [
        "way in",
        "packages",
        "of the bar",
        "clean build",
        "stripped",
        "of 6 MB",
        "",
    ]
    .map(str::to_owned);
    let rows = weights.iter().map(|weight| {
        [
            weight.name.to_owned(),
            weight.packages.to_string(),
            ratio(weight.packages as f64, weight.ceiling as f64),
            seconds(weight.build),
            format!("{:.2} MB", weight.bytes as f64 / 1e6),
            ratio(weight.bytes as f64, SIZE_BAR as f64),
            weight.verdict().to_owned(),
        ]
    });
    table(&[head].into_iter().chain(rows).collect::<Vec<_>>())
}

fn ratio(value: f64, bar: f64) -> String {
    format!("{:.2} ×", value / bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_in_is_a_row_of_ratios_to_its_bars() {
        let build = Duration::from_secs(40);
        let weight = Weight {
            name: "only-platform",
            packages: 50,
            ceiling: 100,
            build,
            bytes: 3_000_000,
        };
        let report = report(&[weight]);
        let row: Vec<_> = report
            .lines()
            .nth(1)
            .unwrap()
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .collect();
        assert_eq!(
            row,
            [
                "only-platform",
                "50",
                "0.50 ×",
                "40.0 s",
                "3.00 MB",
                "0.50 ×",
                "ok"
            ]
        );
    }

    #[test]
    fn a_way_in_that_is_above_either_bar_has_missed() {
        let weight = |packages, bytes| Weight {
            name: "only-platform",
            packages,
            ceiling: 100,
            build: Duration::ZERO,
            bytes,
        };
        for (packages, bytes, verdict) in [
            (100, SIZE_BAR - 1, "ok"),
            (101, SIZE_BAR - 1, "MISSED"),
            (100, SIZE_BAR, "MISSED"),
        ] {
            assert_eq!(weight(packages, bytes).verdict(), verdict);
        }
    }
}
