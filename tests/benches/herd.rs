//! 10,000 callers on a cold cache: how many requests reach the endpoint, and when the last caller
//! has what it came for.

mod endpoint;
mod report;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use phrase_auth_core::{AuthError, AuthHeader, Authenticator, ErrorKind};
use phrase_auth_emulator::{Emulator, Endpoint as Emulated, seed};
use phrase_auth_platform::{PlatformAuth, Product};
use tokio::runtime::{Builder, Runtime};

use self::endpoint::Endpoint;
use self::report::{Outcome, Report};

fn main() -> Outcome {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    let emulator = runtime.block_on(Emulator::builder().latency(LATENCY).start())?;
    let log = emulator.log();

    let good = PlatformAuth::new(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)?;
    let herd = Herd::run(&runtime, &good)?;
    let mut report = herd.report("a good token");
    report.exactly("callers with a header", herd.headers(), CALLERS);
    report.exactly("requests", log.count(Emulated::TokenExchange), 1);
    let bar = LATENCY.mul_f64(1.25).saturating_add(SLACK);
    report.figure("the last has its header", ms(herd.span), ms(bar), "ms");
    let again = PlatformAuth::new(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)?;
    let herd = Herd::run(&runtime, &again)?;
    report.figure("… once there is a transport", ms(herd.span), ms(bar), "ms");
    report.note("latency of the endpoint", format!("{:.1} ms", ms(LATENCY)));
    report.print()?;

    log.clear();
    let refused = PlatformAuth::new(seed::EXPIRED, emulator.endpoints()?, Product::Tms)?;
    let herd = Herd::run(&runtime, &refused)?;
    let mut report = herd.report("a refused token");
    let told = herd.errors(ErrorKind::Refused);
    report.exactly("callers who are told so", told, CALLERS);
    report.exactly("requests", log.count(Emulated::TokenExchange), 1);
    report.exactly("errors, shared by all", herd.different_errors(), 1);
    report.note("the last is told", format!("{:.1} ms", ms(herd.span)));
    report.print()?;

    let broken = Endpoint::start(|_| (500, "{}".to_owned()))?;
    let unlucky = PlatformAuth::new(seed::GOOD_TMS, broken.endpoints()?, Product::Tms)?;
    let herd = Herd::run(&runtime, &unlucky)?;
    let mut report = herd.report("an endpoint that answers 500");
    let told = herd.errors(ErrorKind::Unavailable);
    report.exactly("callers who are told so", told, CALLERS);
    report.at_most("requests", broken.requests(), 3);
    report.exactly("errors, shared by all", herd.different_errors(), 1);
    report.note("the last is told", format!("{:.1} ms", ms(herd.span)));
    report.print()
}

/// What became of all callers.
struct Herd {
    results: Vec<Result<AuthHeader, AuthError>>,
    span: Duration,
    grown: Option<u64>,
}

impl Herd {
    fn run(runtime: &Runtime, auth: &PlatformAuth) -> Result<Self, Box<dyn Error>> {
        // Resets the peak, where that is possible.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let before = memory("VmRSS:");
        let auth = auth.clone();
        // From inside, as a server would: the thread of `block_on` is none of the workers.
        let (results, span) = runtime.block_on(runtime.spawn(stampede(auth)))??;
        let grown = memory("VmHWM:").zip(before);
        Ok(Self {
            results,
            span,
            grown: grown.map(|(peak, before)| peak.saturating_sub(before)),
        })
    }

    fn report(&self, title: &str) -> Report {
        let mut report = Report::new(&format!("10,000 callers, {title}"), "of the bar");
        if let Some(grown) = self.grown {
            report.note("extra memory, at most", format!("{grown} KiB"));
        }
        report
    }

    fn headers(&self) -> u64 {
        count(self.results.iter().filter(|result| result.is_ok()))
    }

    fn errors(&self, kind: ErrorKind) -> u64 {
        let errors = self
            .results
            .iter()
            .filter_map(|result| result.as_ref().err());
        count(errors.filter(|error| error.kind() == kind))
    }

    /// Two that are the same keep their text in the same place.
    fn different_errors(&self) -> u64 {
        let errors = self
            .results
            .iter()
            .filter_map(|result| result.as_ref().err());
        let places: BTreeSet<_> = errors.map(|error| error.message().as_ptr()).collect();
        count(places.iter())
    }
}

type Stampede = (Vec<Result<AuthHeader, AuthError>>, Duration);

async fn stampede(auth: PlatformAuth) -> Result<Stampede, tokio::task::JoinError> {
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let auth = auth.clone();
            tokio::spawn(async move { (auth.header().await, start.elapsed()) })
        })
        .collect();
    let mut results = Vec::with_capacity(callers.len());
    let mut last = Duration::ZERO;
    for caller in callers {
        let (result, span) = caller.await?;
        results.push(result);
        last = last.max(span);
    }
    Ok((results, last))
}

fn count(all: impl Iterator) -> u64 {
    all.fold(0, |sum, _| sum.saturating_add(1))
}

/// A line of `/proc/self/status`, in KiB; `None` where there is no such file.
fn memory(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

const CALLERS: u64 = 10_000;

/// The bars are for two cores.
const WORKERS: usize = 2;

const LATENCY: Duration = Duration::from_millis(50);

/// What 10,000 tasks may need to be started and woken.
const SLACK: Duration = Duration::from_millis(50);
