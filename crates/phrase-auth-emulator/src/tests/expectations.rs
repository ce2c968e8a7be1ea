use super::wire::{TOKEN_PATH, exchange, send};
use crate::{Emulator, Endpoint, LogFilter, seed};

#[tokio::test]
async fn what_is_expected_is_judged_from_the_moment_it_was_said() {
    let emulator = Emulator::start().await.unwrap();
    exchange(&emulator, seed::GOOD_TMS).await;
    let log = emulator.log();
    log.expect(Endpoint::TokenExchange).times(1);
    log.expect(Endpoint::Login).at_most(0);
    let unmet = log.verify().unwrap_err();
    assert_eq!(
        unmet.to_string(),
        "1 requests were expected at token-exchange, 0 arrived"
    );
    exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(log.verify(), Ok(()));
    exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(log.verify().unwrap_err().misses()[0].arrived, 2);
    log.expect(Endpoint::TokenExchange).at_least(1);
    assert_eq!(log.verify().unwrap_err().misses().len(), 2);
    log.clear();
    assert_eq!(log.verify(), Ok(()), "forgotten with the requests");
}

#[tokio::test]
async fn the_next_request_is_one_that_arrives_from_now_on() {
    let emulator = Emulator::start().await.unwrap();
    exchange(&emulator, seed::GOOD_TMS).await;
    let log = emulator.log();
    let filter = LogFilter::new().endpoint(Endpoint::TokenExchange);
    let next = log.next(filter.clone());
    let (next, _) = tokio::join!(next, exchange(&emulator, seed::EXPIRED));
    assert_eq!(next.number(), 2);
    assert_eq!(next.status().map(|it| it.as_u16()), Some(400));
    let next = log.next(filter.clone());
    exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(next.await.number(), 3, "it came after the call");
    let seen = log.next(filter.clone().after(1)).await;
    assert_eq!(seen.number(), 2, "it has come already");
    let first = log.next(filter.after(0)).await;
    assert_eq!(first.number(), 1, "0 is before all of them");
}

#[tokio::test]
async fn requests_are_found_by_where_how_and_when() {
    let emulator = Emulator::start().await.unwrap();
    exchange(&emulator, seed::GOOD_TMS).await;
    exchange(&emulator, seed::EXPIRED).await;
    let found = |filter| emulator.log().find(&filter).len();
    assert_eq!(found(LogFilter::new()), 2);
    assert_eq!(found(LogFilter::new().endpoint(Endpoint::Login)), 0);
    assert_eq!(found(LogFilter::new().status(http::StatusCode::OK)), 1);
    assert_eq!(found(LogFilter::new().after(0)), 2);
    assert_eq!(found(LogFilter::new().after(1)), 1);
    assert_eq!(found(LogFilter::new().fault("html-200")), 0);
}

#[tokio::test]
async fn the_log_says_why_a_request_was_refused_that_nothing_allows() {
    let emulator = Emulator::start().await.unwrap();
    let reply = send(&emulator, "GET", TOKEN_PATH, "", "").await;
    exchange(&emulator, seed::EXPIRED).await;
    let [misuse, refused] = emulator.log().requests().try_into().unwrap();
    assert!(reply.explains().is_some());
    assert_eq!(misuse.explains(), reply.explains());
    assert_eq!(refused.explains(), None);
}
