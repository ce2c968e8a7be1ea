//! The table of bad answers: every operation against every fault of the emulator. What is to come of each stands in
//! `table/answers.txt`, where a person has put it.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use phrase_auth_emulator::FaultKind;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::row::{Column, rows};
use self::trial::Trial;

mod code;
mod exchange;
mod expected;
mod harmless;
mod held;
mod login;
mod logout;
mod refresh;
mod rotation;
mod row;
mod trial;
mod whoami;

#[test]
fn the_table_has_one_row_for_each_fault_and_none_besides() {
    let named: Vec<String> = rows().into_iter().map(|row| row.mode).collect();
    let listed: Vec<String> = FaultKind::all().map(|kind| kind.to_string()).collect();
    assert!(listed.len() >= 350, "{}", listed.len());
    assert_eq!(
        named.iter().collect::<BTreeSet<_>>(),
        listed.iter().collect()
    );
    assert_eq!(named.len(), listed.len(), "a row comes twice");
}

#[test]
fn a_pair_is_left_out_only_where_the_fault_does_not_fit() {
    let mut pairs = 0;
    for row in rows() {
        let kind: FaultKind = row.mode.parse().unwrap();
        for column in Column::ALL {
            let fits = kind.is_of_handshake() || kind.fits(column.endpoint());
            assert_eq!(row.at(column).is_some(), fits, "{} {column:?}", row.mode);
            pairs += usize::from(fits);
        }
    }
    assert!(pairs >= 1_700, "{pairs}");
}

#[tokio::test]
async fn no_answer_to_an_exchange_costs_a_token_that_works() {
    every(Column::Exchange, exchange::check).await;
}

#[tokio::test]
async fn no_answer_to_a_login_costs_a_token_or_a_second_login() {
    every(Column::Login, login::check).await;
}

#[tokio::test]
async fn no_answer_to_a_refresh_costs_a_session() {
    every(Column::Refresh, refresh::check).await;
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_one_clean_login_required_where_tokens_rotate() {
    every(Column::Refresh, rotation::check).await;
}

#[tokio::test]
async fn no_bad_answer_to_a_code_makes_a_session_and_none_is_sent_twice() {
    every(Column::Code, code::check).await;
}

#[tokio::test]
async fn a_logout_forgets_whatever_is_answered() {
    every(Column::Logout, logout::check).await;
}

#[tokio::test]
async fn no_answer_to_a_question_costs_a_token_that_was_not_refused() {
    every(Column::WhoAmI, whoami::check).await;
}

/// Runs `check` on each row that has this column. Each that fails panics with its name, and so does this.
async fn every<F>(column: Column, check: impl Fn(Trial) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut checks = JoinSet::new();
    for row in rows() {
        if let Some(expected) = row.at(column) {
            let trial = Trial::new(row.mode.parse().unwrap(), column, expected);
            let name = trial.name.clone();
            let check = check(trial);
            checks.spawn(async move {
                let _turn = TURNS.acquire().await.unwrap();
                let done = tokio::time::timeout(TOO_LONG, check).await;
                assert!(done.is_ok(), "{name}: hangs");
            });
        }
    }
    let mut failed: usize = 0;
    while let Some(check) = checks.join_next().await {
        failed = failed.saturating_add(usize::from(check.is_err()));
        // More would say no more, and those that hang take their time.
        assert!(
            failed < 20,
            "at least {failed} rows are not as the table says"
        );
    }
    assert_eq!(failed, 0, "so many rows are not as the table says");
}

/// Emulators at a time: each has a thread, and an answer that comes in time with this many should come in time.
static TURNS: Semaphore = Semaphore::const_new(32);

/// Ten times what the slowest of them takes on a busy machine.
const TOO_LONG: Duration = Duration::from_secs(30);
