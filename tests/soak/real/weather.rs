use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use phrase_auth_core::Authenticator;
use phrase_auth_emulator::{Endpoint, FaultError, FaultKind, fault};
use tokio::time::sleep;

use super::world::{BACK_OFF, Loss, World};
use crate::wrong::Wrong;

/// Faults that come and go before one scheme, and how it gets over them.
#[derive(Default)]
pub(super) struct Weather {
    /// How many there were.
    pub(super) faults: u64,
    /// Requests that met one, by what it was.
    pub(super) met: BTreeMap<&'static str, u64>,
    /// The longest time without a header after nothing was left of a fault.
    pub(super) longest: Duration,
    pub(super) wrong: Wrong,
}

/// Faults of one kind, by their names.
struct Sort {
    name: &'static str,
    /// Whether they befall the API, and not the token endpoint.
    api: bool,
    faults: &'static [&'static str],
}

const SORTS: [Sort; 9] = [
    Sort {
        name: "5xx",
        api: false,
        faults: &[
            "status-500-empty",
            "status-502-empty",
            "status-503-empty",
            "status-504-empty",
            "error-500-json",
            "503-seconds",
        ],
    },
    Sort {
        name: "429",
        api: false,
        faults: &[
            "429",
            "429-json",
            "429-html",
            "429-seconds",
            "429-hour",
            "429-tms",
        ],
    },
    Sort {
        name: "reset or closed",
        api: false,
        faults: &[
            "reset-before-head",
            "reset-in-head",
            "reset-in-body",
            "close-before-head",
            "close-in-head",
            "close-in-body",
        ],
    },
    Sort {
        name: "silence",
        api: false,
        faults: &["silence", "silence-in-head", "silence-in-body"],
    },
    Sort {
        name: "slow",
        api: false,
        faults: &["drip-head", "drip-body", "latency-100ms"],
    },
    Sort {
        name: "pages, no HTTP, no end",
        api: false,
        faults: &[
            "html-200",
            "html-502",
            "html-503",
            "not-http",
            "body-endless",
        ],
    },
    Sort {
        name: "granted, and lost",
        api: false,
        faults: &[
            "latency-10s",
            "json-truncated",
            "json-nul",
            "json-without-end",
        ],
    },
    Sort {
        name: "the API fails",
        api: true,
        faults: &["status-500-empty", "reset-before-head", "silence", "429"],
    },
    Sort {
        name: "the API says 401",
        api: true,
        faults: &["status-401-empty"],
    },
];

impl Sort {
    fn befalls(&self, loss: Loss) -> bool {
        self.name != "granted, and lost" || loss != Loss::Deadly
    }
}

impl Weather {
    pub(super) fn sorts() -> impl Iterator<Item = &'static str> {
        SORTS.iter().map(|sort| sort.name)
    }

    /// One fault after the other until `end`; the last of them is over by then.
    pub(super) async fn blow(
        world: Arc<World>,
        mut draws: Rng,
        end: Instant,
    ) -> Result<Self, FaultError> {
        let mut weather = Self::default();
        let whole = CALM.1.saturating_add(FAULT.1).saturating_add(LAST_RESORT);
        while Instant::now().checked_add(whole).is_some_and(|it| it < end) {
            sleep(between(&mut draws, CALM)).await;
            let sorts = SORTS.iter().filter(|sort| sort.befalls(world.loss));
            let sorts: Vec<&Sort> = sorts.collect();
            let Some(sort) = draws.choice(sorts) else {
                break;
            };
            let name = draws.choice(sort.faults).copied().unwrap_or_default();
            // Words that come in the place of a login's answer are its last.
            let name = match (world.loss, sort.name) {
                (Loss::HarmlessIfLate, "granted, and lost") => "latency-10s",
                _ => name,
            };
            let span = between(&mut draws, FAULT);
            let met = world.suffer(name, sort.api, span).await?;
            let count = weather.met.entry(sort.name).or_default();
            *count = count.saturating_add(met);
            weather.faults = weather.faults.saturating_add(1);
            weather.recover(&world, name).await;
        }
        Ok(weather)
    }

    /// Until there is a header again.
    async fn recover(&mut self, world: &World, name: &str) {
        let ended = Instant::now();
        world.tap.fault_ended(ended);
        let mut told = None;
        while let Some(cache) = world.caches.first() {
            match cache.header().await {
                Ok(_) => break,
                Err(error) => told = Some(error),
            }
            if ended.elapsed() > LAST_RESORT {
                break;
            }
            sleep(IMPATIENCE).await;
        }
        let clear = world.tap.clear_since().unwrap_or(ended);
        let took = clear.elapsed();
        self.longest = self.longest.max(took);
        self.wrong
            .unless(took <= BACK_OFF.saturating_add(SLACK), || {
                let told =
                    told.map_or_else(String::new, |error| format!("; the last error: {error}"));
                format!(
                    "after {name}: no header for {took:.1?}, {BACK_OFF:?} is one back-off{told}"
                )
            });
    }
}

impl World {
    /// A fault that stands for so long; how many requests have met it.
    async fn suffer(&self, name: &str, api: bool, span: Duration) -> Result<u64, FaultError> {
        let endpoint = if api { Endpoint::Tms } else { self.endpoint };
        let faults = self.emulator.faults();
        self.tap.fault_begins();
        let number = faults.add(fault(name.parse::<FaultKind>()?).on(endpoint))?;
        sleep(span).await;
        let list = faults.list();
        let met = list.iter().find(|it| it.number == number);
        faults.remove(number);
        Ok(met.map_or(0, |it| it.happened))
    }
}

fn between(draws: &mut Rng, (least, most): (Duration, Duration)) -> Duration {
    least.saturating_add(most.saturating_sub(least).mul_f64(draws.f64()))
}

/// How long all is well.
const CALM: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(3));

/// How long a fault lasts: some are over before anybody has noticed, some outlast several tokens and steps.
const FAULT: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));

const IMPATIENCE: Duration = Duration::from_millis(5);

/// For a machine that has other things to do, and the request itself.
pub(super) const SLACK: Duration = Duration::from_secs(1);

/// Whoever has no header by then has none.
const LAST_RESORT: Duration = Duration::from_secs(10);
