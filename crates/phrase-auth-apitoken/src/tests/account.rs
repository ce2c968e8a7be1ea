use tokio::sync::Semaphore;

use super::*;

const WHO: &str = r#"{"user":{"uid":"u-1"},"organization":{"uid":"o-1","name":"Acme"}}"#;

fn expecting(user: Option<&str>, organization: Option<&str>) -> Bench {
    let mut builder = ApiTokenAuth::builder(Credentials::new("jane.doe", "pw"), DataCenter::Us);
    if let Some(uid) = user {
        builder = builder.expect_user(uid);
    }
    if let Some(uid) = organization {
        builder = builder.expect_organization(uid);
    }
    Bench::of(builder)
}

/// Expecting an organization, before a server that is no script.
fn before(server: Arc<dyn HttpClient>) -> (ApiTokenAuth, Arc<ManualRuntime>) {
    let clock = Arc::new(ManualRuntime::new());
    let auth = ApiTokenAuth::builder(Credentials::new("jane.doe", "pw"), DataCenter::Us)
        .expect_organization("o-1")
        .http_client(server)
        .runtime(clock.clone())
        .build();
    (auth.unwrap(), clock)
}

#[tokio::test]
async fn a_login_that_lands_where_it_should_is_handed_out() {
    for (user, organization, requests) in [
        (Some("u-1"), None, 1),
        (None, Some("o-1"), 2),
        (Some("u-1"), Some("o-1"), 2),
    ] {
        let bench = expecting(user, organization);
        bench.client.answer(200, GOOD);
        bench.client.answer(200, WHO);
        assert!(bench.auth.header().await.is_ok());
        assert_eq!(bench.requests(), requests);
    }
}

#[tokio::test]
async fn a_login_that_lands_elsewhere_is_an_error_that_stands_and_hands_out_nothing() {
    for (user, organization, found) in [
        (Some("u-2"), None, "u-1"),
        (None, Some("o-2"), "o-1"),
        (Some("u-1"), Some("o-2"), "o-1"),
        (Some("U-1"), None, "u-1"),
    ] {
        let bench = expecting(user, organization);
        bench.client.answer(200, GOOD);
        bench.client.answer(200, WHO);
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(found), "{error}");
        assert!(error.hint().unwrap().contains("user uid"), "{error}");
        assert!(bench.auth.peek().is_none());
        assert_eq!(bench.auth.last_login(), None);
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    }
}

#[tokio::test]
async fn a_login_that_does_not_name_its_user_is_asked_who_it_is() {
    let bench = expecting(Some("u-1"), None);
    bench.client.answer(200, r#"{"token":"t"}"#);
    bench.client.answer(200, WHO);
    assert!(bench.auth.header().await.is_ok());
    assert_eq!(
        bench.client.sent()[1].headers()[AUTHORIZATION],
        "ApiToken t"
    );
    let silent = expecting(Some("u-1"), None);
    silent.client.answer(200, r#"{"token":"t"}"#);
    silent.client.answer(200, "{}");
    let error = silent.error().await;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("does not say"), "{error}");
}

#[tokio::test]
async fn a_uid_that_could_not_be_printed_is_not_printed() {
    let bench = expecting(Some("u-1"), None);
    let answer = r#"{"token":"t","user":{"uid":"\u001b[2J evil"}}"#;
    bench.client.answer(200, answer);
    let error = bench.error().await;
    assert!(error.message().contains("another uid"), "{error}");
    assert!(!error.to_string().contains("evil"));
}

#[tokio::test]
async fn a_fault_while_asking_passes_and_costs_no_second_login() {
    let denied = tms("AuthUnauthorized");
    for (status, body) in [
        (503, ""),
        (401, ""),
        (401, "<html>"),
        (403, denied.as_str()),
        (429, ""),
    ] {
        let bench = expecting(None, Some("o-1"));
        bench.client.answer(200, GOOD);
        bench.client.answer(status, body);
        let error = bench.error().await;
        assert!(error.is_transient(), "{status} {error}");
        assert!(bench.auth.peek().is_none());
        bench.clock.advance(Duration::from_secs(75));
        bench.client.answer(200, WHO);
        assert_eq!(bench.auth.header().await.unwrap().token(), "t1");
        let asked = paths(&bench.client);
        assert_eq!(asked, ["v3/auth/login", "v1/auth/whoAmI", "v1/auth/whoAmI"]);
    }
}

#[tokio::test]
async fn a_day_in_which_nobody_can_be_asked_costs_one_login() {
    let bench = expecting(None, Some("o-1"));
    bench.client.answer(200, GOOD);
    let faults = [(503, ""), (404, ""), (302, ""), (401, "<html>"), (200, "{")];
    for (status, body) in faults.into_iter().cycle().take(1000) {
        bench.client.answer(status, body);
        bench.error().await;
        bench.clock.advance(Duration::from_secs(80));
    }
    let asked = paths(&bench.client);
    let logins = asked.iter().filter(|path| path.ends_with("login")).count();
    assert_eq!((logins, asked.len()), (1, 1001));
    // What is left of the token's day is all that it gets.
    bench.client.answer(200, WHO);
    let header = bench.auth.header().await.unwrap();
    let left = header.expires_at().unwrap();
    let left = left.duration_since(bench.clock.now().wall).unwrap();
    assert_eq!(left.as_secs(), 86_400 - 80_000);
}

#[tokio::test]
async fn a_token_whose_day_is_over_before_it_could_be_proven_is_replaced() {
    let bench = expecting(None, Some("o-1"));
    bench.client.answer(200, GOOD);
    bench.client.answer(503, "");
    bench.error().await;
    bench.clock.advance(Duration::from_secs(86_400));
    bench.client.answer(200, r#"{"token":"t2"}"#);
    bench.client.answer(200, WHO);
    assert_eq!(bench.auth.header().await.unwrap().token(), "t2");
    assert_eq!(bench.requests(), 4);
}

/// Grants every login and knows no token.
#[derive(Debug, Default)]
struct Forgets(AtomicUsize);

#[async_trait::async_trait]
impl HttpClient for Forgets {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let login = request.uri().path().ends_with("login");
        self.0.fetch_add(usize::from(login), Ordering::SeqCst);
        let (status, body) = if login { (200, GOOD) } else { (401, "") };
        let answer = Response::builder().status(status);
        Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
    }
}

#[tokio::test]
async fn a_server_that_forgets_every_token_costs_at_most_one_login_a_minute() {
    let server = Arc::new(Forgets::default());
    let (auth, clock) = before(server.clone());
    for _ in 0..600 {
        assert!(auth.header().await.unwrap_err().is_transient());
        clock.advance(Duration::from_secs(1));
    }
    let logins = server.0.load(Ordering::SeqCst);
    assert!((2..=11).contains(&logins), "{logins}");
}

/// The first question is never answered, and the fetch is cut off with it.
#[derive(Debug, Default)]
struct Hangs {
    logins: AtomicUsize,
    questions: AtomicUsize,
}

#[async_trait::async_trait]
impl HttpClient for Hangs {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let login = request.uri().path().ends_with("login");
        let count = [&self.questions, &self.logins][usize::from(login)];
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        if !login && first {
            std::future::pending::<()>().await;
        }
        let body = if login { GOOD } else { WHO };
        Ok(Response::new(Bytes::from_static(body.as_bytes())))
    }
}

#[tokio::test]
async fn a_fetch_that_is_given_up_does_not_lose_what_it_logged_in_for() {
    let server = Arc::new(Hangs::default());
    let (auth, clock) = before(server.clone());
    let caller = tokio::spawn({
        let auth = auth.clone();
        async move { auth.header().await.unwrap_err() }
    });
    while !caller.is_finished() {
        tokio::task::yield_now().await;
        if server.questions.load(Ordering::SeqCst) == 1 {
            clock.advance(Duration::from_millis(100));
        }
    }
    assert_eq!(caller.await.unwrap().kind(), ErrorKind::Timeout);
    clock.advance(Duration::from_secs(60));
    assert_eq!(auth.header().await.unwrap().token(), "t1");
    assert_eq!(server.logins.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_log_out_reaches_a_token_that_was_not_proven_yet() {
    let adopted = ApiTokenAuth::builder_from_token("adopted", None, DataCenter::Us);
    let bench = Bench::of(adopted.expect_organization("o-1"));
    bench.client.answer(204, "");
    assert_eq!(bench.auth.logout().await.unwrap(), Revocation::Revoked);
    let sent = bench.client.sent();
    assert_eq!(sent[0].headers()[AUTHORIZATION], "ApiToken adopted");

    // Nor does it come back after a reset.
    let bench = expecting(None, Some("o-1"));
    bench.client.answer(200, GOOD);
    bench.client.answer(503, "");
    bench.error().await;
    bench.client.answer(204, "");
    bench.auth.logout().await.unwrap();
    bench.auth.cache().reset();
    bench.client.answer(200, r#"{"token":"t2"}"#);
    bench.client.answer(200, WHO);
    assert_eq!(bench.auth.header().await.unwrap().token(), "t2");
    let asked = paths(&bench.client);
    assert_eq!(asked[2], "v1/auth/logout");
}

/// The first login is answered when it is let go, and each question by `status`.
#[derive(Debug)]
struct Gated {
    gate: Semaphore,
    logins: AtomicUsize,
    status: u16,
}

#[async_trait::async_trait]
impl HttpClient for Gated {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let login = request.uri().path().ends_with("login");
        if login && self.logins.fetch_add(1, Ordering::SeqCst) == 0 {
            self.gate.acquire().await.unwrap().forget();
        }
        let (status, body) = if login {
            (200, GOOD)
        } else {
            (self.status, WHO)
        };
        let answer = Response::builder().status(status);
        Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
    }
}

#[tokio::test]
async fn what_comes_after_a_log_out_is_kept_nowhere() {
    for status in [200, 503] {
        let server = Arc::new(Gated {
            gate: Semaphore::new(0),
            logins: AtomicUsize::new(0),
            status,
        });
        let (auth, _clock) = before(server.clone());
        let caller = tokio::spawn({
            let auth = auth.clone();
            async move { auth.header().await.unwrap_err() }
        });
        while server.logins.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        auth.logout().await.unwrap();
        server.gate.add_permits(1);
        assert_eq!(caller.await.unwrap().kind(), ErrorKind::LoginRequired);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(auth.last_login(), None, "{status}");
        assert!(auth.peek().is_none());
        auth.cache().reset();
        let _ = auth.header().await;
        assert_eq!(server.logins.load(Ordering::SeqCst), 2, "{status}");
    }
}

#[tokio::test]
async fn a_password_for_one_login_is_not_lost_to_a_fault_while_asking() {
    let credentials = Credentials::new("jane.doe", SecretSource::once("pw"));
    let builder = ApiTokenAuth::builder(credentials, DataCenter::Us);
    let bench = Bench::of(builder.expect_organization("o-1"));
    bench.client.answer(200, GOOD);
    bench.client.answer(503, "");
    bench.error().await;
    bench.clock.advance(Duration::from_secs(60));
    bench.client.answer(200, WHO);
    assert!(bench.auth.header().await.is_ok());
}

#[tokio::test]
async fn an_adopted_token_is_proven_before_it_is_handed_out() {
    for (organization, good) in [("o-1", true), ("o-2", false)] {
        let builder = ApiTokenAuth::builder_from_token("adopted", None, DataCenter::Us);
        let bench = Bench::of(builder.expect_organization(organization));
        assert!(bench.auth.peek().is_none());
        bench.client.answer(200, WHO);
        let header = bench.auth.header().await;
        assert_eq!(header.is_ok(), good);
        assert_eq!(bench.auth.last_login(), None);
        let sent = bench.client.sent();
        assert_eq!(sent[0].headers()[AUTHORIZATION], "ApiToken adopted");
        if !good {
            assert_eq!(header.unwrap_err().kind(), ErrorKind::Config);
            assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
        }
    }
    // A password beside it logs in where it should.
    let builder = ApiTokenAuth::builder(Credentials::new("jane.doe", "pw"), DataCenter::Us);
    let bench = Bench::of(builder.token("adopted", None).expect_user("u-1"));
    bench.client.answer(200, r#"{"user":{"uid":"u-9"}}"#);
    assert_eq!(bench.error().await.kind(), ErrorKind::Config);
    bench.client.answer(200, GOOD);
    assert_eq!(bench.auth.header().await.unwrap().token(), "t1");
}

#[tokio::test]
async fn whoever_may_not_even_ask_is_told_so_once() {
    let bench = expecting(None, Some("o-1"));
    bench.client.answer(200, GOOD);
    bench.client.answer(403, &tms("NoApi"));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("may not ask"), "{error}");
    for _ in 0..100 {
        bench.error().await;
        bench.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(bench.requests(), 2);
    // Somebody has changed something: from the beginning.
    bench.auth.cache().reset();
    bench.client.answer(200, GOOD);
    bench.client.answer(200, WHO);
    assert!(bench.auth.header().await.is_ok());
    assert_eq!(paths(&bench.client)[2], "v3/auth/login");
}

#[test]
fn an_expectation_that_cannot_be_met_is_found_at_once() {
    for bad in ["", "a\nb"] {
        let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Eu);
        let error = builder.expect_organization(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("organization"), "{error}");
    }
}
