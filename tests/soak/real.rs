//! Part two: real time, real sockets, tokens of a second, and emulators that go wrong. Everything on 127.0.0.1.

mod caller;
mod report;
mod tally;
mod tap;
mod weather;
mod world;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use self::weather::Weather;
use self::world::World;
use crate::flat::{HEADS, Series};
use crate::gauge::Reading;
use crate::table;

/// Runs it, prints what it has found, and gives back what is wrong.
pub(crate) fn run(span: Duration, seed: u64) -> Result<Vec<String>, Box<dyn Error>> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    runtime.block_on(soak(span, seed))
}

async fn soak(span: Duration, seed: u64) -> Result<Vec<String>, Box<dyn Error>> {
    let worlds = World::all().await?;
    let before = Reading::take();
    let stop = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let end = begun.checked_add(span).ok_or("no clock goes that far")?;

    let clock = tokio::spawn(keep_time(worlds.clone(), Arc::clone(&stop)));
    let mut callers = JoinSet::new();
    let mut weathers = Vec::new();
    let mut draws = Rng::with_seed(seed);
    for world in &worlds {
        for number in 0..CALLERS {
            callers.spawn(caller::live(Arc::clone(world), number, Arc::clone(&stop)));
        }
        let weather = Weather::blow(Arc::clone(world), draws.fork(), end);
        weathers.push(tokio::spawn(weather));
    }
    let samples = Samples::until(end, begun, &worlds).await;
    let mut seen = Vec::new();
    for weather in weathers {
        seen.push(weather.await??);
    }
    stop.store(true, Ordering::SeqCst);
    callers.join_all().await;
    clock.await?;
    let left = left_over(&before).await;

    let schemes: Vec<_> = worlds.iter().zip(&seen).collect();
    report::print(&schemes);
    table::print(&samples.rows());
    Ok(report::complaints(&schemes)
        .into_iter()
        .chain(samples.complaints())
        .chain(left)
        .collect())
}

/// An emulator's clock moves when it is told to: here, as the real one does.
async fn keep_time(worlds: Vec<Arc<World>>, stop: Arc<AtomicBool>) {
    let mut beat = interval(TICK);
    while !stop.load(Ordering::SeqCst) {
        beat.tick().await;
        for world in &worlds {
            world.emulator.clock().set(SystemTime::now());
        }
    }
}

/// What is still there when all callers have left, once connections have had time to end.
async fn left_over(before: &Reading) -> Option<String> {
    let mut beat = interval(TICK);
    let begun = Instant::now();
    loop {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let descriptors = Reading::take().descriptors;
        if tasks == 0 && descriptors == before.descriptors {
            return None;
        }
        if begun.elapsed() > FAREWELL {
            let counted = |reading: Option<f64>| reading.unwrap_or(f64::NAN);
            let (now, then) = (counted(descriptors), counted(before.descriptors));
            return Some(format!(
                "all callers have left, and there are {tasks} tasks, and {now} descriptors instead of {then}"
            ));
        }
        beat.tick().await;
    }
}

struct Samples([Series; 3]);

impl Samples {
    /// One a second.
    async fn until(end: Instant, begun: Instant, worlds: &[Arc<World>]) -> Self {
        let [mut rss, mut descriptors, mut tasks] = [
            Series::new("RSS, KiB", RSS_BOUND),
            Series::new("descriptors", COUNT_BOUND),
            Series::new("tasks", COUNT_BOUND),
        ];
        let mut beat = interval(Duration::from_secs(1));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            beat.tick().await;
            for world in worlds {
                // It keeps 10,000 requests, which would take all the time there is to fill.
                world.emulator.log().clear();
            }
            let second = begun.elapsed().as_secs_f64();
            let process = Reading::take();
            if let Some(figure) = process.rss {
                rss.push(second, figure);
            }
            if let Some(figure) = process.descriptors {
                descriptors.push(second, figure);
            }
            let alive = Handle::current().metrics().num_alive_tasks();
            tasks.push(second, alive as f64);
        }
        Self([rss, descriptors, tasks])
    }

    fn rows(&self) -> Vec<[String; 8]> {
        let [first, median, last, slope, rise, bound, verdict] = HEADS.map(str::to_owned);
        let title = "the process, second by second".to_owned();
        let heads = [title, first, median, last, slope, rise, bound, verdict];
        let series = self.0.iter().filter(|series| !series.is_empty());
        std::iter::once(heads)
            .chain(series.map(Series::row))
            .collect()
    }

    fn complaints(&self) -> Vec<String> {
        self.0.iter().filter_map(Series::complaint).collect()
    }
}

/// For each scheme.
const CALLERS: u32 = 4;

const WORKERS: usize = 2;

/// By so much at the most the emulators' clocks are behind.
const TICK: Duration = Duration::from_millis(10);

/// Longer than any request may take.
const FAREWELL: Duration = Duration::from_secs(10);

/// A KiB for every token or two of all schemes together.
const RSS_BOUND: f64 = 1024.0;

/// A few connections more or less are under way at any moment.
const COUNT_BOUND: f64 = 4.0;
