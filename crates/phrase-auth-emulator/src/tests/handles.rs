use std::time::{Duration, UNIX_EPOCH};

use phrase_auth_core::{DataCenter, Product};

use super::wire::{self, call, credential, exchange, jwt, send, until};
use crate::{ApiToken, Application, Emulator, EmulatorError, Endpoint, seed};

#[tokio::test]
async fn urls_and_environment_point_at_the_one_origin_on_loopback() {
    let emulator = Emulator::builder()
        .data_center(DataCenter::Us)
        .start()
        .await
        .unwrap();
    let url = format!("http://127.0.0.1:{}", emulator.port());
    assert_eq!(emulator.url(), url);
    assert_eq!(emulator.idm_base_url(), format!("{url}/idm"));
    assert_eq!(emulator.data_center(), DataCenter::Us);
    let expected = [
        ("PHRASE_AUTH_EMULATOR", url.clone()),
        ("PHRASE_IDM_BASE_URL", format!("{url}/idm")),
        ("PHRASE_TMS_BASE_URL", format!("{url}/web")),
        ("PHRASE_STRINGS_BASE_URL", format!("{url}/v2")),
    ];
    assert_eq!(emulator.env(), expected);
    for &application in Application::ALL {
        let path = Endpoint::protected(application).path().unwrap();
        let base = emulator.base_url(application);
        assert!(format!("{url}{path}").starts_with(&base), "{application}");
    }
}

#[tokio::test]
async fn the_clock_stands_until_told_and_is_the_date_of_every_answer() {
    let emulator = Emulator::start().await.unwrap();
    let clock = emulator.clock();
    let start = clock.now();
    let date =
        |reply: wire::Reply| httpdate::parse_http_date(reply.header("date").unwrap()).unwrap();
    assert_eq!(date(exchange(&emulator, seed::GOOD_TMS).await), start);
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(clock.now(), start + Duration::from_secs(86_400));
    assert_eq!(
        date(send(&emulator, "GET", "/nothing", "", "").await),
        clock.now()
    );
    clock.set(UNIX_EPOCH + Duration::from_secs(1_000_000));
    assert_eq!(
        date(call(&emulator, Application::Tms, "").await),
        clock.now()
    );
}

#[tokio::test]
async fn no_time_that_the_clock_is_told_breaks_an_answer() {
    let emulator = Emulator::start().await.unwrap();
    let clock = emulator.clock();
    clock.advance(Duration::MAX);
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.header("date"), Some("Fri, 31 Dec 9999 23:59:59 GMT"));
    clock.set(UNIX_EPOCH - Duration::from_secs(1));
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.header("date"), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
}

#[tokio::test]
async fn reset_keeps_seeds_and_forgets_jwts_log_and_time() {
    let emulator = Emulator::builder()
        .api_token(ApiToken::new("my-own", Application::Tms))
        .start()
        .await
        .unwrap();
    let start = emulator.clock().now();
    let before = credential(Application::Tms, &jwt(&emulator, "my-own").await);
    emulator.clock().advance(Duration::from_secs(5));
    emulator.reset();
    assert_eq!(emulator.clock().now(), start);
    assert_eq!(emulator.log().requests().len(), 0);
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 0);
    assert_eq!(emulator.log().max_concurrency(), 0);
    let reply = call(&emulator, Application::Tms, &before).await;
    assert_eq!(reply.status, 401);
    let after = credential(Application::Tms, &jwt(&emulator, "my-own").await);
    let reply = call(&emulator, Application::Tms, &after).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn the_log_tells_what_arrived_in_order_without_the_secrets() {
    let emulator = Emulator::builder()
        .api_token(ApiToken::new(CANARY, Application::Tms))
        .start()
        .await
        .unwrap();
    let jwt = jwt(&emulator, CANARY).await;
    call(
        &emulator,
        Application::Tms,
        &credential(Application::Tms, &jwt),
    )
    .await;
    let target = format!("/web/login/{CANARY}?token={CANARY}&{CANARY}");
    let head = format!("X-API-Key: {CANARY}\r\nCookie: a={CANARY}\r\nX-Mine: {CANARY}\r\n");
    send(&emulator, CANARY, &target, &head, CANARY).await;
    let form = format!("{CANARY}=1&grant_type={CANARY}&subject_token={CANARY}x");
    send(&emulator, "POST", wire::TOKEN_PATH, wire::FORM, &form).await;

    let log = emulator.log();
    let requests = log.requests();
    let [first, second, third, fourth] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(first.endpoint(), Endpoint::TokenExchange);
    assert_eq!(first.method().as_str(), "POST");
    assert_eq!(first.path(), "/idm/oauth/token");
    assert_eq!(first.status().unwrap(), 200);
    assert_eq!(
        first.body(),
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=[redacted]\
         &subject_token_type=urn:phrase:params:oauth:token-type:api_token\
         &requested_token_type=urn:ietf:params:oauth:token-type:access_token"
    );
    assert_eq!(second.header("Authorization"), Some("[redacted]"));
    assert_eq!(second.header("user-agent"), Some("test"));
    assert_eq!(second.received_at(), emulator.clock().now());
    assert_eq!(third.status().unwrap(), 404);
    assert_eq!(third.query(), Some("token=[redacted]&[redacted]="));
    assert_eq!(third.body(), format!("[{} bytes]", CANARY.len()));
    assert_eq!(fourth.status().unwrap(), 400);

    assert!(first.used_token(CANARY) && !first.used_token(&jwt));
    assert!(second.used_token(&jwt) && !second.used_token(CANARY));
    assert!(third.used_token(CANARY));
    assert!(fourth.used_token(&format!("{CANARY}x")), "whole");
    assert!(!second.used_token(&jwt[..jwt.len() - 1]), "exact");
    let numbers: Vec<_> = requests.iter().map(crate::LogEntry::number).collect();
    assert!(numbers.is_sorted());
    assert_eq!(log.count(Endpoint::TokenExchange), 2);
    assert_eq!(log.count(Endpoint::Tms), 1);
    assert_eq!(log.count(Endpoint::Unknown), 1);

    for entry in &requests {
        let shown = format!(
            "{entry:?} {} {} {:?} {:?} {}",
            entry.method(),
            entry.path(),
            entry.query(),
            entry.headers(),
            entry.body()
        );
        assert!(!shown.contains(CANARY) && !shown.contains(&jwt), "{shown}");
    }
}

#[tokio::test]
async fn no_public_type_shows_a_secret_in_debug() {
    let builder = || Emulator::builder().api_token(ApiToken::new(CANARY, Application::Tms));
    let mut shown = format!("{:?}", builder());
    let twice = builder()
        .api_token(ApiToken::new(CANARY, Application::Tms))
        .start()
        .await;
    let broken = builder().api_token(ApiToken::new(format!("{CANARY}\n"), Application::Tms));
    for error in [twice.unwrap_err(), broken.start().await.unwrap_err()] {
        shown += &format!("{error:?} {error}");
    }
    let emulator = builder().start().await.unwrap();
    let jwt = jwt(&emulator, CANARY).await;
    shown += &format!("{emulator:?} {:?} {:?}", emulator.clock(), emulator.log());
    shown += &format!("{:?}", emulator.log().requests());
    shown += &format!("{:?}", emulator.env());
    assert!(!shown.contains(CANARY) && !shown.contains(&jwt), "{shown}");
}

#[tokio::test]
async fn requests_count_as_in_flight_until_they_are_answered_or_their_client_leaves() {
    let emulator = Emulator::builder()
        .latency(Duration::MAX)
        .start()
        .await
        .unwrap();
    let log = emulator.log();
    {
        let calls = async {
            let [a, b, c] = [0; 3].map(|_| exchange(&emulator, seed::GOOD_TMS));
            tokio::join!(a, b, c)
        };
        tokio::select! {
            _ = calls => panic!("nothing is answered"),
            () = until(|| log.in_flight() == 3) => (),
        }
    }
    until(|| log.in_flight() == 0).await;
    send(&emulator, "GET", "/nothing", "", "").await;
    assert_eq!(log.max_concurrency(), 3);
    assert_eq!(log.count(Endpoint::TokenExchange), 3);
    let answered = |request: &&crate::LogEntry| request.status().is_some();
    assert_eq!(log.requests().iter().filter(answered).count(), 1);

    log.clear();
    call(&emulator, Application::Tms, "").await;
    assert_eq!((log.in_flight(), log.max_concurrency()), (0, 1));
    assert_eq!(log.count(Endpoint::TokenExchange), 0);
}

#[test]
fn a_full_log_drops_the_oldest_request_and_still_counts_it() {
    let log = crate::Log::new();
    let request = axum::extract::Request::new(axum::body::Body::empty());
    for _ in 0..10_001 {
        drop(log.arrive(Endpoint::Unknown, &request, UNIX_EPOCH));
    }
    let requests = log.requests();
    assert_eq!((requests.len(), requests[0].number()), (10_000, 1));
    assert_eq!(log.count(Endpoint::Unknown), 10_001);
}

#[test]
fn the_emulator_and_its_handles_go_to_any_thread() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Emulator>();
    travels::<crate::EmulatorBuilder>();
    travels::<crate::Clock>();
    travels::<crate::Log>();
    travels::<crate::LogEntry>();
    travels::<EmulatorError>();
}

#[tokio::test]
async fn an_api_token_that_no_header_could_carry_does_not_start() {
    for (value, word) in [
        ("", "empty"),
        ("two words", "ASCII"),
        ("li\nne", "ASCII"),
        (seed::GOOD_TMS, "known"),
        (seed::EXPIRED, "known"),
    ] {
        let builder = Emulator::builder().api_token(ApiToken::new(value, Application::Tms));
        let error = builder.start().await.unwrap_err();
        assert!(matches!(error, EmulatorError::ApiToken { .. }), "{value}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

const CANARY: &str = "canary-0123456789-abcdefghij";

#[tokio::test]
async fn the_endpoints_of_a_client_lead_to_the_emulator() {
    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    assert_eq!(
        endpoints.idm().unwrap().to_string(),
        emulator.idm_base_url()
    );
    for &application in Application::ALL {
        let base = endpoints.base(application.product()).unwrap();
        assert_eq!(base.to_string(), emulator.base_url(application));
    }
    for &product in Product::ALL {
        let base = endpoints.base(product).unwrap().to_string();
        assert!(base.starts_with(&emulator.url()), "{base}");
    }
}
