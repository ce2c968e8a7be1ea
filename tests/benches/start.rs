//! How long an emulator takes to start, and what a program that embeds it waits for its first line.

mod report;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use phrase_auth_emulator::Emulator;

use self::report::{Outcome, Report};

fn main() -> Outcome {
    if std::env::args().any(|word| word == CHILD) {
        return serve();
    }
    let first = timed(|| Emulator::builder().start_blocking())?;
    let next = median(|| timed(|| Emulator::builder().start_blocking()))?;
    let tls = median(|| timed(|| Emulator::builder().tls().start_blocking()))?;
    let process = median(own_process)?;

    let mut report = Report::new("emulator", "of the bar");
    report.figure("first start in a process", first, BAR, "ms");
    report.figure("every other start", next, BAR, "ms");
    report.figure("with TLS: two keys, two certificates", tls, BAR, "ms");
    report.figure(
        "a process of its own, to its first answer",
        process,
        BAR,
        "ms",
    );
    report.print()
}

/// In milliseconds; the emulator is dropped outside of that.
fn timed<T, E>(start: impl FnOnce() -> Result<T, E>) -> Result<f64, E> {
    let before = Instant::now();
    let started = start()?;
    let took = before.elapsed();
    drop(started);
    Ok(milliseconds(took))
}

fn median<E>(mut measure: impl FnMut() -> Result<f64, E>) -> Result<f64, E> {
    let mut all: Vec<f64> = (0..RUNS).map(|_| measure()).collect::<Result<_, _>>()?;
    all.sort_by(f64::total_cmp);
    Ok(all.get(RUNS / 2).copied().unwrap_or(f64::NAN))
}

/// This program once more, from its start to the line that says where it answers.
fn own_process() -> Result<f64, Box<dyn Error>> {
    let before = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let took = before.elapsed();
    // The end of its input is its end.
    drop(child.stdin.take());
    child.wait()?;
    if line.starts_with("http://127.0.0.1:") {
        Ok(milliseconds(took))
    } else {
        Err("the other process did not say where it is".into())
    }
}

/// What the other process does.
fn serve() -> Outcome {
    let emulator = Emulator::builder().start_blocking()?;
    println!("{}", emulator.url());
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

const CHILD: &str = "as-the-other-process";

const RUNS: usize = 51;

/// What a test suite does not notice.
const BAR: f64 = 100.0;
