//! 64 callers at 100 calls a second each, while tokens of 4 seconds come and go, and while the
//! endpoint is down: how long a call takes, and whether any caller notices.

mod endpoint;
mod report;

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, Instant, SystemTime};

use phrase_auth_core::{Authenticator, CachePolicy, Generation};
use phrase_auth_emulator::{Emulator, Endpoint as Emulated, seed};
use phrase_auth_platform::{PlatformAuth, Product};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{interval, sleep};

use self::endpoint::Endpoint;
use self::report::{Outcome, Report};

fn main() -> Outcome {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    across_lives(&runtime)?;
    across_an_outage(&runtime)
}

fn across_lives(runtime: &Runtime) -> Outcome {
    let builder = Emulator::builder().token_lifetime(LIFE).latency(LATENCY);
    let emulator = runtime.block_on(builder.start())?;
    let auth = PlatformAuth::new(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)?;
    runtime.block_on(auth.header())?;
    let mut crowd = runtime.block_on(runtime.spawn(Crowd::run(auth.clone(), 1_000)))??;
    // A renewal under way has reached the endpoint, but no caller yet.
    let last = runtime.block_on(settled(&auth))?;
    crowd.generations.insert(last);

    let mut report = Report::new("64,000 calls, tokens of 4 s", "of the bar");
    crowd.times(&mut report);
    report.exactly("calls", len(&crowd.spans), 64_000);
    report.exactly("calls that failed", len(&crowd.failed), 0);
    let tokens = u64::try_from(crowd.generations.len())?;
    report.note("tokens issued", tokens);
    let exchanges = emulator.log().count(Emulated::TokenExchange);
    report.exactly("exchanges", exchanges, tokens);
    report.print()
}

fn across_an_outage(runtime: &Runtime) -> Outcome {
    let down = Endpoint::start(|request| match request {
        0 => endpoint::granted("token", LONG_LIFE.as_secs()),
        _ => (500, "{}".to_owned()),
    })?;
    let auth = PlatformAuth::new(seed::GOOD_TMS, down.endpoints()?, Product::Tms)?;
    let header = runtime.block_on(auth.header())?;
    let margin = LONG_LIFE
        .checked_div(CachePolicy::default().margin_share)
        .unwrap_or_default();
    let end = header
        .expires_at()
        .and_then(|expiry| expiry.checked_sub(margin))
        .ok_or("the token has no end")?;
    let crowd = runtime.block_on(runtime.spawn(Crowd::run(auth, 740)))??;
    let in_vain = down.requests().saturating_sub(1);
    if in_vain == 0 {
        return Err("nobody has noticed the outage".into());
    }

    let mut report = Report::new("47,360 calls, 500 after the first token", "of the bar");
    crowd.times(&mut report);
    report.note("requests in vain", in_vain);
    let failed = crowd.failed.iter().filter(|begun| **begun < end).count();
    let failed = u64::try_from(failed)?;
    report.exactly("calls that failed while the token was good", failed, 0);
    report.print()
}

/// What the callers saw.
#[derive(Default)]
struct Crowd {
    spans: Vec<Duration>,
    generations: BTreeSet<Generation>,
    /// When the calls that failed were begun.
    failed: Vec<SystemTime>,
}

impl Crowd {
    async fn run(auth: PlatformAuth, calls: usize) -> Result<Self, tokio::task::JoinError> {
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                let part = PERIOD.saturating_mul(number).checked_div(CALLERS);
                tokio::spawn(call(auth.clone(), calls, part.unwrap_or_default()))
            })
            .collect();
        let mut crowd = Self::default();
        for caller in callers {
            let one = caller.await?;
            crowd.spans.extend(one.spans);
            crowd.generations.extend(one.generations);
            crowd.failed.extend(one.failed);
        }
        crowd.spans.sort_unstable();
        Ok(crowd)
    }

    fn times(&self, report: &mut Report) {
        report.note("p50", format!("{:.1} µs", self.thousandth(500)));
        report.note("p99", format!("{:.1} µs", self.thousandth(990)));
        report.figure("p99.9", self.thousandth(999), 20.0, "µs");
        let most = self.thousandth(1_000);
        report.note("maximum", format!("{most:.1} µs"));
        let slow = self.spans.iter().filter(|span| **span > SLOW).count();
        report.figure("calls over 25 ms", slow as f64, 0.0, "");
    }

    /// In microseconds.
    fn thousandth(&self, part: usize) -> f64 {
        let place = self.spans.len().saturating_mul(part).div_ceil(1_000);
        let span = self.spans.get(place.saturating_sub(1));
        span.map_or(f64::NAN, |span| span.as_secs_f64() * 1e6)
    }
}

/// One caller, who begins a part of a period later than the one before. Only the call is timed:
/// that a timer rings late is not its fault.
async fn call(auth: PlatformAuth, calls: usize, part: Duration) -> Crowd {
    let mut seen = Crowd::default();
    seen.spans.reserve(calls);
    sleep(part).await;
    let mut beat = interval(PERIOD);
    for _ in 0..calls {
        beat.tick().await;
        let (wall, begun) = (SystemTime::now(), Instant::now());
        let result = auth.header().await;
        seen.spans.push(begun.elapsed());
        match result {
            Ok(header) => drop(seen.generations.insert(header.generation())),
            Err(_) => seen.failed.push(wall),
        }
    }
    seen
}

/// The token that is held once no renewal is under way.
async fn settled(auth: &PlatformAuth) -> Result<Generation, Box<dyn Error>> {
    let mut beat = interval(PERIOD);
    for _ in 0..500 {
        beat.tick().await;
        if let Some(header) = auth.peek() {
            return Ok(header.generation());
        }
        auth.header().await?;
    }
    Err("no token that is fresh in 5 s".into())
}

fn len<T>(all: &[T]) -> u64 {
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}

const CALLERS: u32 = 64;

/// 100 calls a second.
const PERIOD: Duration = Duration::from_millis(10);

/// Renewed after 3 s or a little later: three times and more within the run.
const LIFE: Duration = Duration::from_secs(4);

/// Renewed, in vain, after 6.4 s or a little later, and used until 7.6 s: the calls end before.
const LONG_LIFE: Duration = Duration::from_secs(8);

/// Longer than any call may take: one that waited for a renewal would be seen.
const LATENCY: Duration = Duration::from_millis(50);

const SLOW: Duration = Duration::from_millis(25);

/// The bars are for two cores.
const WORKERS: usize = 2;
