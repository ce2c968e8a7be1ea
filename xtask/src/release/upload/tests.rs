use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::workspace::Workspace;

use super::*;

/// Answers from a script; takes what the script says nothing of.
#[derive(Default)]
struct Scripted {
    answers: RefCell<VecDeque<Answer>>,
    /// How often the index is looked at before it shows what was taken.
    lag: RefCell<u32>,
    index: RefCell<BTreeMap<String, String>>,
    /// What the checkout packages to, where it is not what was proven.
    changed: RefCell<BTreeMap<String, String>>,
    /// How often the index cannot be asked after an upload.
    trouble: RefCell<u32>,
    asked: RefCell<Vec<String>>,
}

impl Registry for Scripted {
    fn package(&self, member: &Member) -> Result<String> {
        let changed = self.changed.borrow().get(&member.name).cloned();
        Ok(changed.unwrap_or_else(|| format!("sum of {}", member.name)))
    }

    fn sum(&self, member: &Member) -> Result<Option<String>> {
        let mut trouble = self.trouble.borrow_mut();
        if !self.asked.borrow().is_empty() && *trouble > 0 {
            *trouble = trouble.saturating_sub(1);
            anyhow::bail!("no network");
        }
        let known = self.index.borrow().get(&member.name).cloned();
        let mut lag = self.lag.borrow_mut();
        if known.is_some() && *lag > 0 {
            *lag = lag.saturating_sub(1);
            return Ok(None);
        }
        Ok(known)
    }

    fn publish(&self, member: &Member) -> Result<Answer> {
        self.asked.borrow_mut().push(member.name.clone());
        let answer = self.answers.borrow_mut().pop_front();
        let answer = answer.unwrap_or(Answer::Taken);
        if answer == Answer::Taken {
            let sum = format!("sum of {}", member.name);
            self.index.borrow_mut().insert(member.name.clone(), sum);
        }
        Ok(answer)
    }
}

/// Moves only when somebody sleeps.
struct Manual(RefCell<Timestamp>, RefCell<Vec<u64>>);

impl Manual {
    fn new() -> Self {
        Self(RefCell::new(start()), RefCell::default())
    }

    /// The seconds of each sleep.
    fn slept(&self) -> Vec<u64> {
        self.1.borrow().clone()
    }
}

impl Clock for Manual {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep(&self, span: Duration) {
        let now = self.0.borrow().saturating_add(span).unwrap();
        self.0.replace(now);
        self.1.borrow_mut().push(span.as_secs());
    }
}

fn start() -> Timestamp {
    "2025-12-31T12:00:00Z".parse().unwrap()
}

fn workspace() -> Workspace {
    let member = |name: &str| {
        serde_json::json!({
            "name": name, "version": "0.1.0", "publish": null, "manifest_path": "here/Cargo.toml",
        })
    };
    Workspace::from_members(&["a", "b", "c"].map(member))
}

fn sums() -> Sums {
    let text = "sum of a  a-0.1.0.crate\nsum of b  b-0.1.0.crate\nsum of c  c-0.1.0.crate\n";
    Sums::parse(text).unwrap()
}

/// One whole run: what is missing, then the upload.
fn run(registry: &Scripted, clock: &Manual) -> Result<(), String> {
    let workspace = workspace();
    let plan: Vec<_> = workspace.published().collect();
    let missing = missing(&plan, &sums(), registry).map_err(|error| format!("{error:#}"))?;
    upload(&missing, &sums(), registry, clock).map_err(|error| format!("{error:#}"))
}

fn answering(answers: impl IntoIterator<Item = Answer>) -> Scripted {
    Scripted {
        answers: RefCell::new(answers.into_iter().collect()),
        ..Scripted::default()
    }
}

#[test]
fn each_crate_is_uploaded_once_and_in_order() {
    let (registry, clock) = (Scripted::default(), Manual::new());
    run(&registry, &clock).unwrap();
    assert_eq!(*registry.asked.borrow(), ["a", "b", "c"]);
    assert!(clock.slept().is_empty());
}

#[test]
fn what_is_up_already_is_left_alone() {
    let registry = Scripted::default();
    registry
        .index
        .borrow_mut()
        .insert("a".to_owned(), "sum of a".to_owned());
    run(&registry, &Manual::new()).unwrap();
    assert_eq!(*registry.asked.borrow(), ["b", "c"]);
}

#[test]
fn a_failure_stops_there_and_the_next_run_finishes_the_rest() {
    let refused = Answer::Refused("no such category".to_owned());
    let (registry, clock) = (answering([Answer::Taken, refused]), Manual::new());
    let error = run(&registry, &clock).unwrap_err();
    assert!(
        error.starts_with("not published yet: b, c\n") && error.contains("no such category"),
        "{error}"
    );
    run(&registry, &clock).unwrap();
    assert_eq!(*registry.asked.borrow(), ["a", "b", "b", "c"]);
}

#[test]
fn what_the_registry_says_exists_is_waited_for_and_compared() {
    let registry = answering([Answer::Exists]);
    registry
        .index
        .borrow_mut()
        .insert("a".to_owned(), "sum of a".to_owned());
    // The index was read too early: it did not show the crate yet.
    registry.lag.replace(2);
    let clock = Manual::new();
    run(&registry, &clock).unwrap();
    assert_eq!(*registry.asked.borrow(), ["a", "b", "c"]);
    assert_eq!(clock.slept(), [10]);
}

#[test]
fn an_index_that_lags_is_waited_for_and_one_that_never_comes_is_given_up() {
    let (registry, clock) = (Scripted::default(), Manual::new());
    registry.lag.replace(3);
    run(&registry, &clock).unwrap();
    assert_eq!(clock.slept(), [10, 10, 10]);

    let (registry, clock) = (Scripted::default(), Manual::new());
    registry.lag.replace(u32::MAX);
    let error = run(&registry, &clock).unwrap_err();
    assert!(error.contains("the index does not show it"), "{error}");
    assert_eq!(clock.slept().iter().sum::<u64>(), 590);
    assert_eq!(*registry.asked.borrow(), ["a"]);
}

#[test]
fn a_limit_is_waited_out_until_the_moment_that_was_named() {
    let later = start().saturating_add(Duration::from_secs(540)).unwrap();
    let (registry, clock) = (
        answering([Answer::Taken, Answer::Later(Some(later))]),
        Manual::new(),
    );
    run(&registry, &clock).unwrap();
    assert_eq!(*registry.asked.borrow(), ["a", "b", "b", "c"]);
    assert_eq!(clock.slept(), [545]);
}

#[test]
fn a_limit_without_a_moment_costs_ten_minutes_and_a_moment_that_is_over_costs_seconds() {
    let past = start().saturating_sub(Duration::from_secs(60)).unwrap();
    let answers = [Answer::Later(None), Answer::Later(Some(past))];
    let (registry, clock) = (answering(answers), Manual::new());
    run(&registry, &clock).unwrap();
    assert_eq!(clock.slept(), [600, 5]);
}

#[test]
fn a_limit_that_stays_is_given_up() {
    let answers = std::iter::repeat_with(|| Answer::Later(None)).take(20);
    let (registry, clock) = (answering(answers), Manual::new());
    let error = run(&registry, &clock).unwrap_err();
    assert!(
        error.contains("a met the registry's limit 6 times"),
        "{error}"
    );
    assert_eq!(clock.slept().len(), 5);
    assert_eq!(registry.asked.borrow().len(), 6);
}

#[test]
fn other_bytes_under_the_same_version_stop_the_release_before_and_after_an_upload() {
    let registry = Scripted::default();
    registry
        .index
        .borrow_mut()
        .insert("b".to_owned(), "another".to_owned());
    let error = run(&registry, &Manual::new()).unwrap_err();
    assert!(
        error.contains("b 0.1.0 is published with other bytes (another)"),
        "{error}"
    );
    assert!(registry.asked.borrow().is_empty());

    let registry = answering([Answer::Exists]);
    registry
        .index
        .borrow_mut()
        .insert("a".to_owned(), "another".to_owned());
    registry.lag.replace(1);
    let error = run(&registry, &Manual::new()).unwrap_err();
    assert!(error.contains("its version is spent"), "{error}");
}

#[test]
fn a_moment_that_is_far_off_is_told_and_not_waited_for() {
    let tomorrow = start().saturating_add(Duration::from_secs(86400)).unwrap();
    let (registry, clock) = (answering([Answer::Later(Some(tomorrow))]), Manual::new());
    let error = run(&registry, &clock).unwrap_err();
    assert!(
        error.contains("no earlier than 2026-01-01T12:00:05Z"),
        "{error}"
    );
    assert!(clock.slept().is_empty());
}

#[test]
fn a_checkout_that_is_no_longer_what_was_proven_is_not_uploaded() {
    let later = start().saturating_add(Duration::from_secs(60)).unwrap();
    let registry = answering([Answer::Taken, Answer::Later(Some(later))]);
    registry
        .changed
        .borrow_mut()
        .insert("c".to_owned(), "another".to_owned());
    let error = run(&registry, &Manual::new()).unwrap_err();
    assert!(
        error.contains("c would be uploaded with other bytes (another)"),
        "{error}"
    );
    assert_eq!(*registry.asked.borrow(), ["a", "b", "b"]);
}

#[test]
fn an_index_that_cannot_be_asked_after_an_upload_is_asked_again() {
    let (registry, clock) = (Scripted::default(), Manual::new());
    registry.trouble.replace(2);
    run(&registry, &clock).unwrap();
    assert_eq!(clock.slept(), [10, 10]);

    let (registry, clock) = (Scripted::default(), Manual::new());
    registry.trouble.replace(u32::MAX);
    let error = run(&registry, &clock).unwrap_err();
    assert!(
        error.contains("the index does not show it: no network"),
        "{error}"
    );
}
