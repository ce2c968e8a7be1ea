//! The upload: one crate after the other, each on the index before the next; what is up is left alone.

use std::{thread, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use jiff::Timestamp;

use crate::workspace::Member;

use super::sums::Sums;

/// A registry, as far as a release talks to it.
pub(crate) trait Registry {
    /// The checksum of this version's package, if the index has it.
    fn sum(&self, member: &Member) -> Result<Option<String>>;

    /// Packages what would be uploaded now, for its checksum.
    fn package(&self, member: &Member) -> Result<String>;

    /// Uploads the package.
    fn publish(&self, member: &Member) -> Result<Answer>;
}

/// What a registry says to an upload.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Taken,
    /// It has that version, whatever its index says yet.
    Exists,
    /// Too many for now; this is when there may be more, if it has said so.
    Later(Option<Timestamp>),
    Refused(String),
}

/// The clock that a release waits by.
pub(crate) trait Clock {
    fn now(&self) -> Timestamp;
    fn sleep(&self, span: Duration);
}

/// The clock of this machine.
pub(crate) struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, span: Duration) {
        thread::sleep(span);
    }
}

/// How often the index is looked at before it is given up, and how long it has in between: ten minutes in all. It takes
/// seconds when all is well.
const LOOKS: u32 = 60;
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// How often one crate is tried again after a limit. crates.io grants a new owner one new crate every ten minutes.
const TRIES: u32 = 6;
const UNSAID: Duration = Duration::from_secs(600);
/// A moment further off than this is no limit of a burst, and for a person to think about.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);
/// What a wait for a stated moment is longer: clocks differ, and a date has no fractions of a second.
const MARGIN: Duration = Duration::from_secs(5);

/// The crates of the plan that the registry does not have. One that it has with other bytes is an error: its version is
/// spent.
pub(crate) fn missing<'a>(
    plan: &[&'a Member],
    sums: &Sums,
    registry: &dyn Registry,
) -> Result<Vec<&'a Member>> {
    let mut missing = Vec::new();
    for &member in plan {
        match registry.sum(member)? {
            Some(sum) => same(member, sums, &sum)?,
            None => missing.push(member),
        }
    }
    Ok(missing)
}

/// Uploads these in this order. After an error the rest is not tried; the next release goes on there.
pub(crate) fn upload(
    missing: &[&Member],
    sums: &Sums,
    registry: &dyn Registry,
    clock: &dyn Clock,
) -> Result<()> {
    for (place, &member) in missing.iter().enumerate() {
        let rest = || {
            let rest: Vec<_> = missing
                .iter()
                .skip(place)
                .map(|member| member.name.as_str())
                .collect();
            format!(
                "not published yet: {}\n  mend what is told below, and run this again: what is up is left alone",
                rest.join(", ")
            )
        };
        one(member, sums, registry, clock).with_context(rest)?;
        println!("{} {} is published", member.name, member.version);
    }
    Ok(())
}

fn one(member: &Member, sums: &Sums, registry: &dyn Registry, clock: &dyn Clock) -> Result<()> {
    for attempt in 1..=TRIES {
        // The checkout may be another than it was when the last crate was uploaded, half an hour ago.
        let (now, proven) = (registry.package(member)?, sums.sum(member)?);
        ensure!(
            now == proven,
            "{} would be uploaded with other bytes ({now}) than were proven ({proven}); check out the commit that was \
             proven, with nothing changed",
            member.name
        );
        let moment = match registry.publish(member)? {
            Answer::Taken | Answer::Exists => return seen(member, sums, registry, clock),
            Answer::Refused(why) => bail!("{} was refused: {why}", member.name),
            Answer::Later(moment) => moment,
        };
        if attempt < TRIES {
            wait(member, moment, clock)?;
        }
    }
    bail!(
        "{} met the registry's limit {TRIES} times; wait for an hour",
        member.name
    )
}

/// Waits until the registry takes more: until `moment`, if it has named one.
fn wait(member: &Member, moment: Option<Timestamp>, clock: &dyn Clock) -> Result<()> {
    let span = match moment {
        // A moment that is over leaves nothing to wait for.
        Some(moment) => Duration::try_from(moment.duration_since(clock.now()))
            .unwrap_or_default()
            .saturating_add(MARGIN),
        None => UNSAID,
    };
    let until = clock.now().saturating_add(span)?;
    ensure!(
        span <= PATIENCE,
        "the registry takes {} no earlier than {until:.0}; come back then",
        member.name
    );
    println!(
        "{}: the registry takes no more for now; waiting until {until:.0}",
        member.name
    );
    clock.sleep(span);
    Ok(())
}

/// Waits until the index has the crate, with the bytes that were proven.
fn seen(member: &Member, sums: &Sums, registry: &dyn Registry, clock: &dyn Clock) -> Result<()> {
    let mut trouble = None;
    for look in 1..=LOOKS {
        match registry.sum(member) {
            Ok(Some(sum)) => return same(member, sums, &sum),
            Ok(None) => {}
            // It was uploaded: an index that cannot be asked now may be asked again.
            Err(error) => trouble = Some(error),
        }
        if look < LOOKS {
            clock.sleep(BETWEEN_LOOKS);
        }
    }
    let unseen = format!(
        "{} was uploaded, but the index does not show it",
        member.name
    );
    Err(match trouble {
        Some(error) => error.context(unseen),
        None => anyhow!(unseen),
    })
}

fn same(member: &Member, sums: &Sums, sum: &str) -> Result<()> {
    let ours = sums.sum(member)?;
    ensure!(
        ours == sum,
        "{} {} is published with other bytes ({sum}) than these ({ours}): its version is spent\n  \
         mend: `cargo xtask bump patch`, or publish from the commit that it was published from",
        member.name,
        member.version
    );
    Ok(())
}

#[cfg(test)]
mod tests;
