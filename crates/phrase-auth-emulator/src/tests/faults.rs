use std::collections::BTreeSet;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::wire::{self, FORM, Reply, TOKEN_PATH, exchange, form, login, password, send};
use crate::seed::PLAIN_USER;
use crate::{Application, Emulator, Endpoint, FaultError, FaultKind, LogFilter, fault, seed};

fn kind(name: &str) -> FaultKind {
    name.parse().expect(name)
}

async fn statuses(emulator: &Emulator, requests: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..requests {
        statuses.push(exchange(emulator, seed::GOOD_TMS).await.status);
    }
    statuses
}

#[test]
fn there_are_more_than_two_hundred_named_faults_each_with_a_name_and_words_of_its_own() {
    let mut names = BTreeSet::new();
    for kind in FaultKind::all() {
        let name = kind.name();
        assert!(names.insert(name), "{name} comes twice");
        let is_letter =
            |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.".contains(it);
        assert!(name.chars().all(is_letter), "{name}");
        assert!(!kind.description().is_empty(), "{name}");
        assert_eq!(name.parse::<FaultKind>().unwrap().name(), name);
    }
    assert!(names.len() > 200, "{}", names.len());
    let mut words: Vec<_> = FaultKind::all().map(|it| it.description()).collect();
    words.sort_unstable();
    let doubled: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
}

#[tokio::test]
async fn a_rule_spares_the_first_and_then_happens_so_often_and_only_there() {
    let emulator = Emulator::start().await.unwrap();
    let rule = fault(FaultKind::status(503))
        .on(Endpoint::TokenExchange)
        .skip(1)
        .times(2);
    let number = emulator.faults().add(rule).unwrap();
    assert_eq!(login(&emulator, &password(&PLAIN_USER)).await.status, 200);
    assert_eq!(statuses(&emulator, 5).await, [200, 503, 503, 200, 200]);
    let status = &emulator.faults().list()[0];
    assert_eq!((status.number, status.happened), (number, 2));
    assert!(emulator.faults().remove(number) && !emulator.faults().remove(number));
}

#[tokio::test]
async fn of_two_rules_the_first_that_is_not_spent_happens() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(fault(FaultKind::status(500)).times(1))
        .unwrap();
    emulator
        .faults()
        .add(fault(FaultKind::status(502)).times(1))
        .unwrap();
    assert_eq!(statuses(&emulator, 3).await, [500, 502, 200]);
}

#[tokio::test]
async fn half_of_the_time_is_the_same_half_in_every_emulator_and_after_a_reset() {
    let emulator = Emulator::start().await.unwrap();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let rule = fault(FaultKind::status(503)).probability(0.5);
        emulator.faults().add(rule).unwrap();
        runs.push(statuses(&emulator, 60).await);
        emulator.reset();
        assert!(emulator.faults().list().is_empty());
    }
    assert_eq!(runs[0], runs[1]);
    let hit = runs[0].iter().filter(|status| **status == 503).count();
    assert!((15..=45).contains(&hit), "{hit} of 60");
}

#[tokio::test]
async fn a_request_that_meets_a_fault_has_no_effect_unless_that_was_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let tokens = || {
        let issued = emulator.issue_oauth(seed::PUBLIC_CLIENT.client_id, PLAIN_USER.user_name);
        issued.unwrap().refresh_token.unwrap()
    };
    for (takes_effect, then) in [(false, 200), (true, 400)] {
        let refresh = tokens();
        let rule = fault(kind("close-before-head"))
            .on(Endpoint::OAuthToken)
            .times(1);
        let rule = if takes_effect {
            rule.takes_effect()
        } else {
            rule
        };
        emulator.faults().add(rule).unwrap();
        let body = format!(
            "grant_type=refresh_token&client_id={}&refresh_token={refresh}",
            seed::PUBLIC_CLIENT.client_id
        );
        let path = Endpoint::OAuthToken.path().unwrap();
        assert_eq!(bytes(&emulator, path, FORM, &body).await, b"");
        let reply = send(&emulator, "POST", path, FORM, &body).await;
        assert_eq!(reply.status, then, "{reply:?}");
    }
}

#[tokio::test]
async fn a_fault_that_changes_a_good_answer_waits_for_one() {
    let emulator = Emulator::start().await.unwrap();
    let rule = fault(kind("token-type-mac")).times(1);
    emulator.faults().add(rule).unwrap();
    assert_eq!(exchange(&emulator, seed::EXPIRED).await.status, 400);
    assert_eq!(emulator.faults().list()[0].happened, 0);
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.json()["token_type"], "mac");
    let jwt = reply.json()["access_token"].as_str().unwrap().to_owned();
    let head = wire::credential(Application::Tms, &jwt);
    assert_eq!(
        wire::call(&emulator, Application::Tms, &head).await.status,
        200
    );
    assert_eq!(
        exchange(&emulator, seed::GOOD_TMS).await.json()["token_type"],
        "Bearer"
    );
}

#[tokio::test]
async fn every_fault_that_fits_happens_is_named_and_leaves_the_next_request_alone() {
    let emulator = Emulator::start().await.unwrap();
    let mut happened = 0;
    for kind in FaultKind::all().filter(|it| it.fits(Endpoint::TokenExchange)) {
        let name = kind.name();
        if name.starts_with("latency") && name != "latency-100ms" {
            continue;
        }
        happened += 1;
        let rule = fault(kind).on(Endpoint::TokenExchange).times(1);
        let number = emulator.faults().add(rule).unwrap();
        let stream = meet(&emulator, name).await;
        let met = || emulator.log().find(&LogFilter::new().fault(name)).len();
        wire::until(|| met() == 1).await;
        drop(stream);
        assert_eq!(
            exchange(&emulator, seed::GOOD_TMS).await.status,
            200,
            "{name}"
        );
        emulator.faults().remove(number);
        emulator.log().clear();
    }
    assert!(happened > 200, "{happened}");
}

/// Sends an exchange, and reads at most the head of what comes.
async fn meet(emulator: &Emulator, name: &str) -> TcpStream {
    let mut stream = wire::connect(emulator).await;
    let body = form(seed::GOOD_TMS);
    let request = format!(
        "POST {TOKEN_PATH} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-length: {}\r\n{FORM}\r\n{body}",
        emulator.port(),
        body.len(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    if !name.starts_with("silence") {
        let mut first = [0; 4096];
        // An end, a reset and bytes are all an answer.
        let read = timeout(wire::PATIENCE, stream.read(&mut first))
            .await
            .expect(name);
        let text = String::from_utf8_lossy(&first[..read.unwrap_or(0)]).into_owned();
        let labelled = text.contains(&format!("x-phrase-emulator-fault: {name}\r\n"));
        let is_http =
            text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("x-phrase-emulator:");
        assert!(labelled || !is_http, "{name}: {text}");
    }
    stream
}

/// What comes back, up to the end of the connection.
async fn bytes(emulator: &Emulator, path: &str, head: &str, body: &str) -> Vec<u8> {
    let mut stream = wire::connect(emulator).await;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-length: {}\r\n{head}\r\n{body}",
        emulator.port(),
        body.len(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let read = stream.read_to_end(&mut reply);
    let _ = timeout(wire::PATIENCE, read).await.expect("an end");
    reply
}

#[tokio::test]
async fn a_connection_is_closed_or_reset_where_the_fault_says() {
    let emulator = Emulator::start().await.unwrap();
    for (name, ends) in [
        ("close-in-status-line", "HTTP/1.1 20"),
        ("close-in-head", "x-cut: of"),
        ("not-http", "SSH-2.0-OpenSSH_9.9\r\n"),
        ("answer-twice", "\r\n\r\n{}"),
    ] {
        let rule = fault(kind(name)).times(1);
        emulator.faults().add(rule).unwrap();
        let reply = bytes(&emulator, TOKEN_PATH, FORM, &form(seed::GOOD_TMS)).await;
        let reply = String::from_utf8(reply).unwrap();
        assert!(reply.ends_with(ends), "{name}: {reply}");
    }
    let slow = fault(kind("slow-answer")).times(1);
    emulator.faults().add(slow).unwrap();
    let reply = bytes(&emulator, TOKEN_PATH, FORM, &form(seed::GOOD_TMS)).await;
    let reply = String::from_utf8(reply).unwrap();
    assert!(reply.ends_with("\"Bearer\"}"), "{reply}");
    let slow = fault(kind("slow-answer")).times(1);
    emulator.faults().add(slow).unwrap();
    let session = emulator.issue_session(PLAIN_USER.user_name).unwrap();
    let head = wire::api_token(&session);
    let reply = bytes(&emulator, Endpoint::Logout.path().unwrap(), &head, "").await;
    let reply = String::from_utf8(reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 204 No Content\r\n"), "{reply}");
    assert!(
        !reply.contains("content-length") && reply.ends_with("\r\n\r\n"),
        "{reply}"
    );
    emulator
        .faults()
        .add(fault(kind("reset-before-head")).times(1))
        .unwrap();
    let mut stream = wire::connect(&emulator).await;
    let request = format!(
        "GET /v2/user HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n",
        emulator.port()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn what_is_written_slowly_is_written_to_its_end() {
    let emulator = Emulator::start().await.unwrap();
    let slow = fault(kind("slow-answer")).times(1);
    emulator.faults().add(slow).unwrap();
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);

    emulator.faults().add(fault(kind("drip-body"))).unwrap();
    let mut stream = wire::connect(&emulator).await;
    let request = format!(
        "GET /v2/user HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n",
        emulator.port()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut came = String::new();
    while !came.ends_with("{\"x\":\"xxxxxxxxxx") {
        let byte = timeout(wire::PATIENCE, stream.read_u8()).await;
        came.push(char::from(byte.expect("one more").expect(&came)));
    }
}

#[tokio::test]
async fn an_answer_of_ones_own_has_its_status_headers_and_body_and_says_whose_it_is() {
    let emulator = Emulator::start().await.unwrap();
    let own = FaultKind::status(418)
        .with_header("X-Tea", "pot")
        .and_then(|kind| kind.with_body("short and stout"))
        .unwrap();
    emulator.faults().add(fault(own)).unwrap();
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (418, "short and stout")
    );
    assert_eq!(reply.header("x-tea"), Some("pot"));
    assert_eq!(reply.header("x-phrase-emulator-fault"), Some("status"));
    assert!(reply.header("x-phrase-emulator").is_some() && reply.explains().is_none());
}

#[tokio::test]
async fn a_late_answer_is_the_true_one() {
    let emulator = Emulator::start().await.unwrap();
    let late = FaultKind::latency(Duration::from_millis(1));
    emulator.faults().add(fault(late)).unwrap();
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("x-phrase-emulator-fault"), Some("latency"));
}

#[tokio::test]
async fn a_true_page_that_is_late_keeps_its_policy_and_can_be_sent() {
    let emulator = Emulator::start().await.unwrap();
    let path = format!(
        "/web/oauth/authorize?response_type=code&client_id={}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback",
        seed::PUBLIC_CLIENT.client_id
    );
    let policy = |reply: &Reply| {
        assert_eq!(reply.status, 200, "{reply:?}");
        let policy = reply.header("content-security-policy");
        policy.unwrap().to_owned()
    };
    let own = policy(&send(&emulator, "GET", &path, "", "").await);
    let late = FaultKind::latency(Duration::from_millis(1));
    for kind in [late, kind("date-hour-ahead"), kind("slow-answer")] {
        let rule = fault(kind).times(1);
        emulator.faults().add(rule).unwrap();
        let reply = send(&emulator, "GET", &path, "", "").await;
        assert_eq!(policy(&reply), own);
        assert!(reply.header("x-phrase-emulator-fault").is_some());
    }
}

#[tokio::test]
async fn one_brace_is_lost_also_where_two_stand_at_the_end() {
    let emulator = Emulator::start().await.unwrap();
    let body = password(&PLAIN_USER);
    let whole = login(&emulator, &body).await.body;
    assert!(whole.ends_with("}}"), "{whole}");
    for (name, end) in [("json-without-end", "}"), ("json-trailing-comma", "},}")] {
        emulator.faults().add(fault(kind(name)).times(1)).unwrap();
        let spoiled = login(&emulator, &body).await.body;
        assert!(
            spoiled.ends_with(end) && !spoiled.ends_with("}}"),
            "{spoiled}"
        );
    }
}

#[tokio::test]
async fn what_can_never_happen_is_refused_and_changes_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let at = Endpoint::Tms;
    for (rule, error) in [
        (fault(kind("html-200")).times(0), FaultError::Never),
        (
            fault(kind("html-200")).probability(0.0),
            FaultError::Probability,
        ),
        (
            fault(kind("html-200")).probability(1.1),
            FaultError::Probability,
        ),
        (
            fault(kind("html-200")).probability(f64::NAN),
            FaultError::Probability,
        ),
        (
            fault(kind("token-null")).on(at),
            FaultError::DoesNotFit {
                fault: "token-null",
                endpoint: at,
            },
        ),
        (
            fault(kind("jwt-none")).on(Endpoint::Login),
            FaultError::DoesNotFit {
                fault: "jwt-none",
                endpoint: Endpoint::Login,
            },
        ),
        (
            fault(kind("tls-expired")),
            FaultError::NoTls {
                fault: "tls-expired",
            },
        ),
    ] {
        assert_eq!(emulator.faults().add(rule).unwrap_err(), error);
    }
    assert!(emulator.faults().list().is_empty());
    assert_eq!(
        "no-such".parse::<FaultKind>().unwrap_err(),
        FaultError::Unknown
    );
    for (name, value) in [
        ("Content-Length", "5"),
        ("transfer-encoding", "x"),
        ("a b", "c"),
        ("a", "b\r\nc: d"),
    ] {
        let kind = FaultKind::status(200).with_header(name, value);
        assert_eq!(kind.unwrap_err(), FaultError::Header, "{name}");
    }
    assert_eq!(
        FaultKind::status(204).with_body("x").unwrap_err(),
        FaultError::Body
    );
    assert_eq!(
        kind("html-200").with_body("x").unwrap_err(),
        FaultError::Body
    );
}

#[tokio::test]
async fn faults_come_and_go_with_a_snapshot() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(fault(FaultKind::status(503)).times(2))
        .unwrap();
    assert_eq!(statuses(&emulator, 1).await, [503]);
    let past = emulator.snapshot();
    emulator.faults().clear();
    assert_eq!(statuses(&emulator, 1).await, [200]);
    let since = emulator
        .faults()
        .add(fault(FaultKind::status(500)).skip(9))
        .unwrap();
    emulator.restore(&past).unwrap();
    assert_eq!(statuses(&emulator, 2).await, [503, 200]);
    let next = emulator
        .faults()
        .add(fault(FaultKind::status(500)))
        .unwrap();
    assert!(
        next > since,
        "who holds an old number must not take away another's rule"
    );
}

#[tokio::test]
async fn a_rule_does_not_count_what_it_cannot_befall() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(fault(kind("token-null")).skip(1))
        .unwrap();
    for _ in 0..2 {
        wire::call(&emulator, Application::Tms, "").await;
    }
    assert!(exchange(&emulator, seed::GOOD_TMS).await.json()["access_token"].is_string());
    assert!(exchange(&emulator, seed::GOOD_TMS).await.json()["access_token"].is_null());
}
