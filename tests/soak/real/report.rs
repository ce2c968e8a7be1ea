use std::sync::Arc;

use super::tally::Tally;
use super::weather::Weather;
use super::world::{BACK_OFF, World};
use crate::table;

/// A scheme, and what it got over.
type Scheme<'a> = (&'a Arc<World>, &'a Weather);

pub(super) fn print(schemes: &[Scheme<'_>]) {
    let names = schemes.iter().map(|(world, _)| world.name.to_owned());
    let row =
        |what: &str, figure: &dyn Fn(&Scheme<'_>) -> String| line(what, schemes.iter().map(figure));
    let mut rows = vec![line("in real time", names)];
    rows.push(row("headers", &|(world, _)| {
        world.tally().headers.to_string()
    }));
    rows.push(row("tokens that caches took in", &|(world, _)| {
        world.tally().tokens.to_string()
    }));
    rows.push(row("token requests", &|(world, _)| {
        world.tap.requests().to_string()
    }));
    rows.push(row("… at one time, at most", &|(world, _)| {
        world.tap.at_once().to_string()
    }));
    rows.push(row("… lost while all was well", &|(world, _)| {
        world.tap.lost().to_string()
    }));
    rows.push(row("API calls", &|(world, _)| {
        world.tally().calls.to_string()
    }));
    rows.push(row("… made once more after a 401", &|(world, _)| {
        world.tally().repeated.to_string()
    }));
    rows.push(row("… that came to nothing", &|(world, _)| {
        world.tally().failed.to_string()
    }));
    rows.push(row("faults", &|(_, weather)| weather.faults.to_string()));
    for sort in Weather::sorts() {
        let what = format!("… requests that met: {sort}");
        rows.push(row(&what, &|(_, weather)| count(weather.met.get(sort))));
    }
    for kind in KINDS {
        let what = format!("callers told {kind}");
        rows.push(row(&what, &|(world, _)| {
            count(world.tally().errors.get(kind))
        }));
    }
    let bound = BACK_OFF.as_secs_f64();
    let what = format!("longest without a header after a fault; a back-off is {bound} s");
    rows.push(row(&what, &|(_, weather)| {
        format!("{:.2} s", weather.longest.as_secs_f64())
    }));
    table::print(&rows);
}

/// What is wrong, in sentences.
pub(super) fn complaints(schemes: &[Scheme<'_>]) -> Vec<String> {
    let mut all = Vec::new();
    for (world, weather) in schemes {
        let at_once = world.tap.at_once();
        let crowd = (at_once > 1).then(|| format!("{at_once} token requests at one time"));
        let tally = world.tally();
        let idle = (tally.headers == 0).then(|| "nobody got a header".to_owned());
        let told = weather.wrong.sentences().chain(tally.wrong.sentences());
        let told = told
            .chain(crowd)
            .chain(idle)
            .chain(untried(&tally, weather));
        all.extend(told.map(|what| format!("{}: {what}", world.name)));
    }
    all
}

/// What has not been tried at all: nothing went wrong is no news then.
fn untried(tally: &Tally, weather: &Weather) -> Vec<String> {
    let mut all = Vec::new();
    if tally.headers > 0 && tally.failed == tally.calls {
        all.push("no call of the API came to anything: its headers are not taken".to_owned());
    }
    if tally.headers > 0 && tally.tokens < 2 {
        all.push("one token was good to the end: nothing was ever renewed".to_owned());
    }
    // The first faults of a short run may be of a kind that nobody meets.
    if weather.faults >= MANY && weather.met.values().sum::<u64>() == 0 {
        all.push(format!("nobody met any of {} faults", weather.faults));
    }
    all
}

/// So many faults cannot all have been missed.
const MANY: u64 = 10;

fn line(what: &str, cells: impl Iterator<Item = String>) -> [String; 6] {
    let mut cells = cells;
    let mut next = || cells.next().unwrap_or_default();
    [
        what.to_owned(),
        next(),
        next(),
        next(),
        next(),
        String::new(),
    ]
}

fn count(figure: Option<&u64>) -> String {
    figure.copied().unwrap_or(0).to_string()
}

/// That pass, in the order in which they are documented.
const KINDS: [&str; 5] = [
    "Unreachable",
    "Timeout",
    "Throttled",
    "Unavailable",
    "Protocol",
];
