//! What leads from page to page.

use std::time::Duration;

use super::wire::{assert_error_page, decide, location, log_in, open, query, submit, ticket, url};
use crate::seed::{ADMIN_USER, PLAIN_USER, PUBLIC_CLIENT};
use crate::tests::wire::{FORM, send};
use crate::{Emulator, Endpoint, Person};

#[tokio::test]
async fn a_ticket_is_used_once_and_for_its_own_page() {
    let emulator = Emulator::start().await.unwrap();
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let early = decide(&emulator, &login, "allow").await;
    assert_error_page(&early, 400, None, "a login is no consent");
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    let twice = log_in(&emulator, &login, &PLAIN_USER).await;
    assert_error_page(&twice, 400, None, "login");
    let late = log_in(&emulator, &consent, &PLAIN_USER).await;
    assert_error_page(&late, 400, None, "a consent is no login");
    location(&decide(&emulator, &consent, "allow").await);
    for decision in ["allow", "deny"] {
        let twice = decide(&emulator, &consent, decision).await;
        assert_error_page(&twice, 400, None, "consent");
    }
    let fields = [("ticket", "guessed"), ("decision", "allow")];
    let guessed = submit(&emulator, Endpoint::AuthorizeConsent, &fields).await;
    assert_error_page(&guessed, 400, None, "guessed");
}

#[tokio::test]
async fn an_open_page_of_a_user_who_is_taken_away_leads_nowhere() {
    let emulator = Emulator::start().await.unwrap();
    let request = query(&PUBLIC_CLIENT, &[]);
    let [gone, stays] = [PLAIN_USER, ADMIN_USER];
    let pages = [
        log_in(&emulator, &open(&emulator, &request).await, &gone).await,
        log_in(&emulator, &open(&emulator, &request).await, &stays).await,
    ];
    assert!(emulator.remove_user(gone.user_name));
    let reply = decide(&emulator, &pages[0], "allow").await;
    assert_error_page(&reply, 400, None, "the user is gone");
    location(&decide(&emulator, &pages[1], "allow").await);
}

#[tokio::test]
async fn an_authorization_lasts_ten_minutes_of_the_clock_from_page_to_page() {
    let emulator = Emulator::start().await.unwrap();
    let start = emulator.clock().now();
    let end = start + Duration::from_secs(600);
    let moment = Duration::from_millis(1);
    let request = query(&PUBLIC_CLIENT, &[]);
    let login = open(&emulator, &request).await;
    let late = open(&emulator, &request).await;
    let consents = [
        open(&emulator, &request).await,
        open(&emulator, &request).await,
    ];
    let [last, over] = [
        log_in(&emulator, &consents[0], &PLAIN_USER).await,
        log_in(&emulator, &consents[1], &PLAIN_USER).await,
    ];
    emulator.clock().set(end - moment);
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    assert_eq!(consent.status, 200);
    location(&decide(&emulator, &last, "allow").await);
    emulator.clock().set(end);
    for (what, reply) in [
        ("login", log_in(&emulator, &late, &PLAIN_USER).await),
        ("consent", decide(&emulator, &over, "allow").await),
        ("a new page", decide(&emulator, &consent, "allow").await),
    ] {
        assert_error_page(&reply, 400, None, what);
    }
}

#[tokio::test]
async fn a_post_that_no_page_of_ours_sends_is_refused_explained_and_costs_no_ticket() {
    let emulator = Emulator::start().await.unwrap();
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let ticket = ticket(&login);
    let path = Endpoint::AuthorizeLogin.path().unwrap();
    let whole = format!("ticket={ticket}&userName=x&password=x");
    for (method, target, head, body, status, word) in [
        ("GET", path.to_owned(), FORM, whole.clone(), 405, "POST"),
        ("PUT", path.to_owned(), FORM, whole.clone(), 405, "POST"),
        (
            "POST",
            format!("{path}?x"),
            FORM,
            whole.clone(),
            400,
            "query",
        ),
        (
            "POST",
            path.to_owned(),
            "",
            whole.clone(),
            400,
            "Content-Type",
        ),
        (
            "POST",
            path.to_owned(),
            FORM,
            format!("{whole}&password=y"),
            400,
            "twice",
        ),
        (
            "POST",
            path.to_owned(),
            FORM,
            format!("{whole}%"),
            400,
            "percent",
        ),
        (
            "POST",
            path.to_owned(),
            FORM,
            "userName=x&password=x".to_owned(),
            400,
            "ticket",
        ),
        (
            "POST",
            path.to_owned(),
            FORM,
            format!("ticket={ticket}&userName=x"),
            400,
            "password",
        ),
        (
            "POST",
            path.to_owned(),
            FORM,
            format!("ticket={ticket}&password=x"),
            400,
            "userName",
        ),
    ] {
        let reply = send(&emulator, method, &target, head, &body).await;
        assert_error_page(&reply, status, Some(word), &body);
        assert_eq!(reply.header("allow"), (status == 405).then_some("POST"));
    }
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    for decision in ["", "yes", "Allow"] {
        let reply = decide(&emulator, &consent, decision).await;
        assert_error_page(&reply, 400, Some("decision"), decision);
    }
    location(&decide(&emulator, &consent, "allow").await);
    for method in ["POST", "PUT", "HEAD"] {
        let target = format!("/web/oauth/authorize?{}", query(&PUBLIC_CLIENT, &[]));
        let reply = send(&emulator, method, &target, "", "").await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, Some("GET")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn of_ten_thousand_pages_left_open_the_newest_still_lead_on() {
    let emulator = Emulator::start().await.unwrap();
    let url = url(&emulator, &query(&PUBLIC_CLIENT, &[]));
    let first = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let nobody = Person::named("nobody", "x");
    for _ in 0..9_999 {
        assert!(emulator.authorize_as(&url, &nobody).is_err());
    }
    let newest = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let reply = log_in(&emulator, &first, &PLAIN_USER).await;
    assert_error_page(&reply, 400, None, "the oldest");
    assert_eq!(log_in(&emulator, &newest, &PLAIN_USER).await.status, 200);
}
