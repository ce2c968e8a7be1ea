//! Part one: years of refreshes and outages on the manual runtime, within seconds. Nothing is left to the machine but
//! its memory: what reaches a server is counted to the request, and what is allocated to the byte.

mod found;
mod ledger;
mod life;
mod outage;
mod server;
mod store;
mod subject;

use std::error::Error;

use allocation_counter::{AllocationInfo, measure};
use tokio::runtime::{Builder, Runtime};

pub(crate) use self::found::Found;
use self::life::Life;
use self::subject::Subject;
use crate::flat::Series;
use crate::gauge::Reading;

/// How long a soak is, for each scheme.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    /// Tokens.
    pub(crate) cycles: u32,
    /// Among them.
    pub(crate) outages: u32,
    /// How often the process is looked at.
    pub(crate) samples: u32,
}

/// Runs the schemes one after the other, and gives each to `tell`.
pub(crate) fn run(
    length: Length,
    seed: u64,
    mut tell: impl FnMut(Found),
) -> Result<(), Box<dyn Error>> {
    for subject in Subject::all() {
        tell(soak(subject()?, length, seed)?);
    }
    Ok(())
}

fn soak(subject: Subject, length: Length, seed: u64) -> Result<Found, Box<dyn Error>> {
    // One thread does it all, as allocations are counted by thread; and so do the libraries' own draws come from here.
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut life = Life::new(subject, seed);
    let start = life.now();
    runtime.block_on(life.begin());
    let mut samples = Samples::new();
    for _ in 0..length.samples.max(1) {
        let change = measure(|| runtime.block_on(stretch(&mut life, length)));
        samples.take(&life, &runtime, change);
    }
    let time = life.now().since(&start);
    let Life {
        subject: Subject { name, server, .. },
        cycles,
        outages,
        longest,
        wrong,
        ..
    } = life;
    let reused = server.strangers();
    Ok(server.with(|ledger| Found {
        name,
        cycles,
        outages,
        time,
        requests: ledger.requests,
        tokens: ledger.granted,
        at_once: ledger.at_once,
        early: ledger.early,
        late: ledger.late,
        reused,
        steps: ledger.most_failures,
        longest,
        wrong,
        process: [samples.rss, samples.descriptors],
        own: [
            samples.heap,
            samples.blocks_held,
            samples.tasks,
            samples.timers,
        ],
    }))
}

/// From one sample to the next.
async fn stretch(life: &mut Life, length: Length) {
    let every = length
        .cycles
        .checked_div(length.outages)
        .unwrap_or(u32::MAX);
    for _ in 0..length.cycles.div_ceil(length.samples.max(1)) {
        life.cycle().await;
        if life.cycles.is_multiple_of(u64::from(every)) {
            life.outage().await;
        }
    }
    life.turns().await;
}

struct Samples {
    /// Since the beginning.
    bytes: i64,
    blocks: i64,
    heap: Series,
    blocks_held: Series,
    tasks: Series,
    timers: Series,
    rss: Series,
    descriptors: Series,
}

impl Samples {
    fn new() -> Self {
        Self {
            bytes: 0,
            blocks: 0,
            heap: Series::exact("heap, bytes more", HEAP_BOUND),
            blocks_held: Series::new("heap, blocks more", COUNT_BOUND),
            tasks: Series::exact("tasks", COUNT_BOUND),
            timers: Series::exact("timers", COUNT_BOUND),
            rss: Series::new("RSS, KiB", RSS_BOUND),
            descriptors: Series::new("descriptors", COUNT_BOUND),
        }
    }

    fn take(&mut self, life: &Life, runtime: &Runtime, change: AllocationInfo) {
        self.bytes = self.bytes.saturating_add(change.bytes_current);
        self.blocks = self.blocks.saturating_add(change.count_current);
        let done = life.cycles as f64;
        self.heap.push(done, self.bytes as f64);
        self.blocks_held.push(done, self.blocks as f64);
        let tasks = runtime.metrics().num_alive_tasks();
        self.tasks.push(done, tasks as f64);
        let timers = life.subject.clock.sleepers();
        self.timers.push(done, timers as f64);
        let process = Reading::take();
        if let Some(rss) = process.rss {
            self.rss.push(done, rss);
        }
        if let Some(descriptors) = process.descriptors {
            self.descriptors.push(done, descriptors);
        }
    }
}

/// A byte for every fifty tokens: what is counted has more digits in the end than in the beginning.
const HEAP_BOUND: f64 = 1024.0;

/// Ten bytes a cycle, were it not for the allocator, which takes pages as it likes.
const RSS_BOUND: f64 = 512.0;

/// One that is left over stays one; two more are on their way to many.
const COUNT_BOUND: f64 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_tokens_and_twenty_outages_of_each_scheme_leave_nothing_behind() {
        let length = Length {
            cycles: 1_000,
            outages: 20,
            samples: 50,
        };
        let mut schemes = 0;
        run(length, 73, |found| {
            schemes += 1;
            assert_eq!(found.row()[1..3], ["1000", "20"]);
            assert_eq!(found.own_complaints(), Vec::<String>::new());
        })
        .unwrap();
        assert_eq!(schemes, 4);
    }
}
