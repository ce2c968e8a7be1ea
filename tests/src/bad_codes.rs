//! Codes whose redemption is answered badly, over real HTTP: each is sent once, none makes a session, and
//! nothing of the answer or of what was sent is shown.

use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{CachePolicy, ErrorKind};
use phrase_auth_oauth2::OAuth2Client;

use crate::bad_answers::{Case, cases};
use crate::bad_refreshes::FOR_EXCHANGES;
use crate::fixture::{client, endpoints};
use crate::hostile::Hostile;

#[tokio::test]
async fn no_bad_answer_to_a_code_makes_a_session_and_none_is_sent_twice() {
    let mut checks = tokio::task::JoinSet::new();
    let fitting = cases().into_iter();
    for case in fitting.filter(|case| !FOR_EXCHANGES.contains(&case.name)) {
        checks.spawn(check(case));
    }
    assert!(checks.len() >= 40, "{}", checks.len());
    // Whichever fails first panics here, with its name.
    checks.join_all().await;
}

async fn check(case: Case) {
    let Case {
        name, answer, kind, ..
    } = case;
    let server = Hostile::start(move |_| answer.clone()).await;
    let mut policy = CachePolicy::default();
    policy.deadline = Duration::from_secs(2);
    let oauth = OAuth2Client::builder("c", endpoints(server.origin()))
        .redirect_uri("https://app.example/callback")
        .http_client(Arc::new(client()))
        .policy(policy)
        .build()
        .unwrap();
    let (_, pending) = oauth.begin().unwrap();
    let state = pending.state().expose().to_owned();
    let back = format!("/callback?code=canary-api-token&state={state}");
    let error = oauth.finish(pending, &back, "").await.expect_err(name);
    assert_eq!(
        (error.kind(), server.requests()),
        (kind, 1),
        "{name}: {error}"
    );
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("canary") && !shown.contains(&state),
        "{name}: {shown}"
    );
    // A code that may have arrived is spent: whoever reads this is told to begin again.
    let told = error.hint().unwrap_or_default();
    let begins_again = !matches!(kind, ErrorKind::Config | ErrorKind::Forbidden);
    assert!(
        !begins_again || told.contains("begin the login again"),
        "{name}: {error}"
    );
}
