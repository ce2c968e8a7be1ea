use std::time::Duration;

use crate::exit::Exit;
use crate::report::Report;

/// One step of the demo. It must succeed, and soon: the clock that is moved by hand bounds nothing.
pub(in crate::command::demo) async fn step<T>(
    name: &'static str,
    deed: impl Future<Output = Result<T, Report>>,
) -> Result<T, Report> {
    match tokio::time::timeout(PATIENCE, deed).await {
        Ok(done) => done.map_err(|report| report.unexpected(name)),
        Err(_) => Err(unlike("it happens within half a minute").unexpected(name)),
    }
}

/// What is printed later must be so.
pub(in crate::command::demo) fn check(so: bool, claim: &str) -> Result<(), Report> {
    if so { Ok(()) } else { Err(unlike(claim)) }
}

pub(in crate::command::demo) fn unlike(claim: &str) -> Report {
    Report::new(Exit::BUG, "the demo did not go as it should")
        .with("expected", claim)
        .with("next", "please report this")
}

/// On loopback everything takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);
