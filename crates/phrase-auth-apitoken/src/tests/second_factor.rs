use std::sync::Mutex;

use super::*;

const WANTED: &str = "AuthAccountTwoFactorProtected";

/// A person who types this, and writes down what was asked.
fn person(code: &'static str, asked: &Arc<Mutex<Vec<Challenge>>>) -> SecondFactor {
    let asked = Arc::clone(asked);
    SecondFactor::callback(move |challenge| {
        asked.lock().unwrap().push(challenge);
        async move { Ok(Secret::new(code)) }
    })
}

fn protected(second_factor: SecondFactor) -> Bench {
    Bench::with(Credentials::new("jane.doe", "pw").second_factor(second_factor))
}

#[tokio::test]
async fn a_code_is_asked_for_once_with_what_the_server_said() {
    let asked = Arc::default();
    let bench = protected(person("123456\n", &asked));
    bench.client.answer(401, &tms(WANTED));
    bench.client.answer(200, GOOD);
    assert!(bench.auth.header().await.is_ok());
    let sent = bench.client.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(body(&sent[0]).get("code"), None);
    assert_eq!(body(&sent[1])["code"], "123456");
    assert_eq!(body(&sent[1])["password"], "pw");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].user_name(), "jane.doe");
    assert_eq!(asked[0].said().code(), Some(WANTED));
    assert_eq!(asked[0].said().description(), Some("Said by the server."));
}

#[tokio::test]
async fn an_account_without_a_second_factor_asks_nobody() {
    let asked = Arc::default();
    let bench = protected(person("123456", &asked));
    bench.client.answer(200, GOOD);
    bench.auth.header().await.unwrap();
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_password_asks_nobody() {
    let asked = Arc::default();
    let bench = protected(person("123456", &asked));
    bench.client.answer(401, &tms("AuthUnauthorized"));
    assert_eq!(bench.error().await.kind(), ErrorKind::Refused);
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn unattended_renewal_stops_and_says_what_to_use_instead() {
    for status in [400, 401, 403, 404, 418] {
        let bench = Bench::new("pw");
        bench.client.answer(status, &tms(WANTED));
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::SecondFactorRequired, "{status}");
        assert!(
            error.hint().unwrap().contains("Platform API token"),
            "{error}"
        );
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    }
}

#[tokio::test]
async fn a_wrong_code_ends_the_login_and_nobody_is_asked_again_until_a_reset() {
    let asked = Arc::default();
    let bench = protected(person("000000", &asked));
    bench.client.answer(401, &tms(WANTED));
    bench.client.answer(401, &tms(WANTED));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
    assert!(error.message().contains("not accept"), "{error}");
    assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    assert_eq!(bench.requests(), 2);
    assert_eq!(asked.lock().unwrap().len(), 1);
    bench.auth.cache().reset();
    bench.client.answer(401, &tms(WANTED));
    bench.client.answer(200, GOOD);
    assert!(bench.auth.header().await.is_ok());
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_else_may_be_wrong_is_told_after_a_code_as_before_one() {
    let asked = Arc::default();
    for (status, code, kind, word) in [
        (401, "AuthUnauthorized", ErrorKind::Refused, "password"),
        (403, "AccountLocked", ErrorKind::Forbidden, "locked"),
    ] {
        let bench = protected(person("123456", &asked));
        bench.client.answer(401, &tms(WANTED));
        bench.client.answer(status, &tms(code));
        let error = bench.error().await;
        assert_eq!(error.kind(), kind);
        assert!(error.hint().unwrap().contains(word), "{error}");
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    }
}

#[tokio::test]
async fn whoever_gives_no_code_is_not_asked_over_and_over() {
    let gone = SecondFactor::callback(|_| async {
        Err(AuthError::new(ErrorKind::Timeout, "nobody was there"))
    });
    let odd = SecondFactor::callback(|_| async { Ok(Secret::new("12\n34")) });
    for (second_factor, cause) in [(gone, "nobody was there"), (odd, "line break")] {
        let bench = protected(second_factor);
        bench.client.answer(401, &tms(WANTED));
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(cause), "{source}");
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    }
}

/// Asks for a header until there is an answer; time passes while somebody waits for a code.
async fn error_in_time(bench: &Bench) -> AuthError {
    let auth = bench.auth.clone();
    let caller = tokio::spawn(async move { auth.header().await.unwrap_err() });
    while !caller.is_finished() {
        tokio::task::yield_now().await;
        // The caller's patience, the flight's bound, and the person's time.
        if bench.clock.sleepers() >= 3 {
            bench.clock.advance(Duration::from_secs(1));
        }
    }
    caller.await.unwrap()
}

#[tokio::test]
async fn a_callback_that_never_answers_or_panics_is_asked_once_too() {
    let silent = SecondFactor::callback(|_| std::future::pending());
    let panics = SecondFactor::callback(|_| async { panic!("on purpose") });
    let panics_first =
        SecondFactor::callback(|_| -> std::future::Ready<_> { panic!("on purpose") });
    for (second_factor, cause) in [
        (silent, "in time"),
        (panics, "panicked"),
        (panics_first, "panicked"),
    ] {
        let bench = protected(second_factor);
        bench.client.answer(401, &tms(WANTED));
        let error = error_in_time(&bench).await;
        assert_eq!(error.kind(), ErrorKind::SecondFactorRequired, "{cause}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(cause), "{source}");
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
        assert_eq!(bench.requests(), 1);
    }
}

/// The time of the fingerprint is taken from the fetch, so that this one ends it, and not the cache.
#[tokio::test]
async fn a_vault_that_takes_its_time_takes_it_from_the_person() {
    let clock = Arc::new(ManualRuntime::new());
    let vault = SecretSource::callback({
        let clock = Arc::clone(&clock);
        move || {
            clock.advance(Duration::from_secs(20));
            async { Ok(Secret::new("pw")) }
        }
    });
    let silent = SecondFactor::callback(|_| std::future::pending());
    let credentials = Credentials::new("jane.doe", vault).second_factor(silent);
    let bench = Bench::on(clock, ApiTokenAuth::builder(credentials, DataCenter::Us));
    bench.client.answer(401, &tms(WANTED));
    let error = error_in_time(&bench).await;
    assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
}

#[tokio::test]
async fn a_code_that_comes_too_late_to_be_sent_is_none() {
    let clock = Arc::new(ManualRuntime::new());
    let slow = SecondFactor::callback({
        let clock = Arc::clone(&clock);
        move |_| {
            let pause = clock.sleep(Duration::from_secs(295)).unwrap();
            async move {
                pause.await;
                Ok(Secret::new("123456"))
            }
        }
    });
    let credentials = Credentials::new("jane.doe", "pw").second_factor(slow);
    let bench = Bench::on(clock, ApiTokenAuth::builder(credentials, DataCenter::Us));
    bench.client.answer(401, &tms(WANTED));
    bench.client.answer(200, GOOD);
    let error = error_in_time(&bench).await;
    assert_eq!(error.kind(), ErrorKind::SecondFactorRequired);
    assert_eq!(bench.requests(), 1);
}

#[tokio::test]
async fn a_code_that_comes_at_the_last_moment_still_has_time_to_be_sent() {
    let clock = Arc::new(ManualRuntime::new());
    let client = Arc::new(Patience::default());
    let slow = SecondFactor::callback({
        let clock = Arc::clone(&clock);
        move |_| {
            clock.advance(Duration::from_secs(289));
            async { Ok(Secret::new("123456")) }
        }
    });
    let credentials = Credentials::new("jane.doe", "pw").second_factor(slow);
    let auth = ApiTokenAuth::builder(credentials, DataCenter::Eu)
        .http_client(client.clone())
        .runtime(clock)
        .build()
        .unwrap();
    assert!(auth.header().await.is_ok());
    let allowed = client.0.lock().unwrap().clone();
    assert_eq!(allowed, [Duration::from_secs(30), Duration::from_secs(11)]);
}

#[tokio::test]
async fn a_request_has_no_more_time_than_the_policy_gives_a_login() {
    let mut policy = CachePolicy::default();
    policy.deadline = Duration::from_secs(2);
    let client = Arc::new(Patience::default());
    let auth = ApiTokenAuth::builder(Credentials::new("jane.doe", "pw"), DataCenter::Eu)
        .http_client(client.clone())
        .runtime(Arc::new(ManualRuntime::new()))
        .policy(policy)
        .build()
        .unwrap();
    auth.header().await.unwrap_err();
    auth.cache().reset();
    auth.who_am_i().await.unwrap();
    auth.login_as("somebody").unwrap().header().await.unwrap();
    let allowed = client.0.lock().unwrap().clone();
    assert_eq!(allowed, [Duration::from_secs(2); 4]);
}

#[tokio::test]
async fn a_person_has_minutes_and_a_request_has_seconds() {
    let clock = Arc::new(ManualRuntime::new());
    let slow = SecondFactor::callback({
        let clock = Arc::clone(&clock);
        move |_| {
            clock.advance(Duration::from_secs(270));
            async { Ok(Secret::new("123456")) }
        }
    });
    let client = Arc::new(Patience::default());
    let auth = ApiTokenAuth::builder(
        Credentials::new("jane.doe", "pw").second_factor(slow),
        DataCenter::Eu,
    )
    .http_client(client.clone())
    .runtime(clock)
    .build()
    .unwrap();
    assert!(auth.header().await.is_ok());
    let allowed: Vec<_> = client.0.lock().unwrap().clone();
    assert_eq!(allowed, [Duration::from_secs(30), Duration::from_secs(30)]);
}

/// Asks for a code first, and writes down how long each answer may take.
#[derive(Debug, Default)]
struct Patience(Mutex<Vec<Duration>>);

#[async_trait::async_trait]
impl HttpClient for Patience {
    async fn send(
        &self,
        _request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut seen = self.0.lock().unwrap();
        seen.push(limits.timeout);
        let (status, body) = match seen.len() {
            1 => (401, tms(WANTED)),
            _ => (200, GOOD.to_owned()),
        };
        let answer = Response::builder().status(status);
        Ok(answer.body(body.into()).unwrap())
    }
}
