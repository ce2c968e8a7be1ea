//! The soak: does anything that lives with a program for years creep? `cargo xtask soak`.
//!
//! Part one lives through 100,000 tokens and 1,000 outages of each scheme on the manual runtime; part two through some
//! minutes of real time and real sockets before emulators that go wrong.

mod flat;
mod gauge;
mod manual;
mod options;
mod real;
mod table;
mod wrong;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use self::manual::{Found, Length};
use self::options::Options;

fn main() -> ExitCode {
    let outcome = Options::parse(std::env::args().skip(1))
        .map_err(|error| vec![error])
        .and_then(|options| run(&options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            for sentence in wrong {
                eprintln!("error: {sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

/// All that is wrong, in sentences.
fn run(options: &Options) -> Result<(), Vec<String>> {
    let mut wrong = Vec::new();
    if gauge::Reading::take().rss.is_none() {
        println!("{}\n", gauge::NOT_MEASURED);
    }
    println!("--seed {} draws the same faults again\n", options.seed);
    let stopped = |error: Box<dyn Error>| vec![error.to_string()];
    part_one(options, &mut wrong).map_err(stopped)?;
    let span = Duration::from_secs_f64(options.minutes * 60.0);
    if !span.is_zero() {
        wrong.extend(real::run(span, options.seed).map_err(stopped)?);
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong),
    }
}

fn part_one(options: &Options, wrong: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let mut counts = vec![Found::heads()];
    let mut all = Vec::new();
    manual::run(WHOLE, options.seed, |found| all.push(found))?;
    for found in &all {
        counts.push(found.row());
    }
    table::print(&counts);
    for found in all {
        table::print(&found.flatness());
        wrong.extend(found.complaints());
    }
    println!("part one took {:.1} s\n", begun.elapsed().as_secs_f64());
    Ok(())
}

/// What bar 73 asks for.
const WHOLE: Length = Length {
    cycles: 100_000,
    outages: 1_000,
    samples: 200,
};
