use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Input;
use super::problem::Problem;
use crate::Snapshot;
use crate::world::World;

/// The snapshots that were taken through the admin door, by number: they hold secrets, so they stay here.
#[derive(Default)]
pub(crate) struct Snapshots(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    by_number: BTreeMap<u64, Snapshot>,
    next: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    snapshot: u64,
}

impl Snapshots {
    pub(super) fn numbers(&self) -> Vec<u64> {
        self.shelf().by_number.keys().copied().collect()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshots({:?})", self.numbers())
    }
}

pub(super) fn take(world: &World, _: &Input) -> Result<Value, Problem> {
    let snapshot = world.snapshot();
    let mut shelf = world.snapshots.shelf();
    if shelf.by_number.len() >= MOST {
        return Err(Problem::bad("there are 100 snapshots already: DELETE some"));
    }
    shelf.next = shelf.next.saturating_add(1);
    let number = shelf.next;
    shelf.by_number.insert(number, snapshot);
    Ok(json!({"snapshot": number}))
}

pub(super) fn restore(world: &World, input: &Input) -> Result<Value, Problem> {
    let Chosen { snapshot } = input.body()?;
    let past = world.snapshots.shelf().by_number.get(&snapshot).cloned();
    let past = past.ok_or_else(unknown)?;
    world.restore(&past).map_err(Problem::bad)?;
    Ok(json!({}))
}

pub(super) fn drop(world: &World, input: &Input) -> Result<Value, Problem> {
    let number = input.number()?;
    let dropped = world.snapshots.shelf().by_number.remove(&number);
    dropped.map(|_| json!({})).ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::not_found("no snapshot has this number")
}

/// Each may hold tens of thousands of tokens.
const MOST: usize = 100;
