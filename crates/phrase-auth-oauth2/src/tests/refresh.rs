use super::*;

fn answer(access: &str, extra: &str) -> String {
    format!(r#"{{"access_token":"{access}","token_type":"bearer","expires_in":3600{extra}}}"#)
}

#[tokio::test]
async fn a_refresh_sends_the_refresh_token_in_the_body_and_replaces_or_keeps_it() {
    let bench = Bench::new();
    let auth = bench.auth().await;
    assert_eq!(auth.header().await.unwrap().value(), "Bearer a1");
    for (sent, extra, kept) in [
        ("r1", r#","refresh_token":"r2""#, "r2"),
        ("r2", "", "r2"),
        ("r2", r#","refresh_token":null"#, "r2"),
        ("r2", r#","refresh_token":"r3""#, "r3"),
    ] {
        bench.clock.advance(LIFE);
        bench.http.answer(200, &answer("a2", extra));
        auth.header().await.unwrap();
        let expected = [
            ("client_id", "client-1"),
            ("grant_type", "refresh_token"),
            ("refresh_token", sent),
        ];
        let form = bench.form();
        let form: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(form, expected);
        let session = auth.cache().session().unwrap();
        assert_eq!(session.token().refresh().unwrap().expose(), kept);
    }
}

#[tokio::test]
async fn a_dead_refresh_token_is_a_login_required_that_stands() {
    for (status, code) in [
        (400, "invalid_grant"),
        (401, "invalid_grant"),
        (400, "invalid_request"),
        (401, "invalid_token"),
    ] {
        let bench = Bench::new();
        let auth = bench.auth().await;
        bench.clock.advance(LIFE);
        bench
            .http
            .answer(status, &format!(r#"{{"error":"{code}"}}"#));
        for _ in 0..1000 {
            let error = auth.header().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::LoginRequired, Some(code))
            );
            bench.clock.advance(Duration::from_secs(87));
        }
        assert_eq!(bench.sent().len(), 2, "the code, and one refresh");
        // Another login ends it.
        let session = bench.finish(200, GOOD).await.unwrap();
        auth.cache().adopt(session).await.unwrap();
        assert!(auth.header().await.is_ok());
    }
}

#[tokio::test]
async fn without_a_refresh_token_an_end_or_a_refusal_is_a_login_required_and_no_loop() {
    for rejected in [true, false] {
        let bench = Bench::new();
        let session = bench.finish(200, &answer("a", "")).await.unwrap();
        let auth = OAuth2Auth::new(bench.client.clone(), session).unwrap();
        let header = auth.header().await.unwrap();
        match rejected {
            true => assert!(auth.reject(&header)),
            false => bench.clock.advance(LIFE),
        }
        for _ in 0..100 {
            let error = auth.header().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LoginRequired);
            assert_eq!(error.message().contains("API refused"), rejected);
            bench.clock.advance(Duration::from_secs(87));
        }
        assert_eq!(bench.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_passing_fault_opens_a_window_and_changes_nothing_that_is_held() {
    let bench = Bench::new();
    let auth = bench.auth().await;
    bench.clock.advance(LIFE);
    for _ in 0..4 {
        let before = bench.sent().len();
        bench.lose(Fault::Timeout, true);
        for _ in 0..10 {
            assert_eq!(auth.header().await.unwrap_err().kind(), ErrorKind::Timeout);
        }
        assert_eq!(bench.sent().len(), before + 1, "once in a window");
        assert_eq!(bench.form()["refresh_token"], "r1");
        bench.clock.advance(Duration::from_secs(61));
    }
    for (status, body) in [
        (500, "<html>"),
        (200, "<html>"),
        (200, "{"),
        (401, ""),
        (429, ""),
        (401, r#"{"error":"invalid_client"}"#),
    ] {
        bench.http.answer(status, body);
        assert!(
            !auth.header().await.unwrap_err().needs_login(),
            "{status} {body}"
        );
        bench.clock.advance(Duration::from_secs(61));
    }
    bench
        .http
        .answer(200, &answer("a2", r#","refresh_token":"r2""#));
    assert_eq!(auth.header().await.unwrap().token(), "a2");
    assert_eq!(bench.form()["refresh_token"], "r1");
}

#[tokio::test]
async fn a_narrowed_scope_is_reported_and_what_is_not_said_stays() {
    let bench = Bench::with(|builder| builder.scope("a").scope("b"));
    let auth = bench.auth().await;
    assert_eq!(
        (auth.scope().as_deref(), auth.missing_scope().len()),
        (Some("a b"), 0)
    );
    for (extra, scope, missing) in [
        (r#","scope":"b""#, "b", &["a"] as &[&str]),
        ("", "b", &["a"]),
        (r#","scope":["a","b","c"]"#, "a b c", &[]),
    ] {
        bench.clock.advance(LIFE);
        bench.http.answer(200, &answer("a2", extra));
        auth.header().await.unwrap();
        assert_eq!(auth.scope().as_deref(), Some(scope));
        assert_eq!(auth.missing_scope(), missing);
    }
    assert!(!bench.form().contains_key("scope"));
}

#[tokio::test]
async fn a_session_of_another_client_place_or_scope_is_refused() {
    let bench = Bench::new();
    let session = bench.finish(200, GOOD).await.unwrap();
    for other in [
        Bench::with(|builder| builder.token_url("https://a.example/token")),
        Bench::with(|builder| builder.scope("a")),
    ] {
        let error = OAuth2Auth::new(other.client, session.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert!(OAuth2Auth::new(bench.client, session).is_ok());
}

#[tokio::test]
async fn authenticators_over_one_store_share_each_refresh() {
    let bench = Bench::new();
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let session = bench.finish(200, GOOD).await.unwrap();
    let of = |user| OAuth2Auth::from_store(bench.client.clone(), Arc::clone(&store), user).unwrap();
    let error = of("jane").header().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::LoginRequired, "nobody is logged in")
    );
    of("jane").cache().adopt(session).await.unwrap();
    assert_eq!(of("jane").header().await.unwrap().token(), "a1");
    assert!(of("joe").header().await.is_err());
    bench.clock.advance(LIFE);
    bench
        .http
        .answer(200, &answer("a2", r#","refresh_token":"r2""#));
    for _ in 0..10 {
        assert_eq!(of("jane").header().await.unwrap().token(), "a2");
    }
    assert_eq!(bench.sent().len(), 2);
}

#[tokio::test]
async fn a_bare_refresh_token_is_enough_to_begin_with() {
    let bench = Bench::with(|builder| builder.scope("a"));
    let session = bench.client.session_from_refresh_token("r0\n", "").unwrap();
    let auth = OAuth2Auth::new(bench.client.clone(), session).unwrap();
    bench.http.answer(200, GOOD);
    assert_eq!(auth.header().await.unwrap().token(), "a1");
    assert_eq!(bench.form()["refresh_token"], "r0");
    assert_eq!(
        (auth.scope(), auth.missing_scope().len()),
        (None, 0),
        "nobody has said"
    );
    for bad in ["", "a b", "canary\u{e9}"] {
        let error = bench
            .client
            .session_from_refresh_token(bad, "")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_logout_forgets_and_says_that_the_server_was_not_asked() {
    let bench = Bench::new();
    let auth = bench.auth().await;
    assert_eq!(auth.cache().logout().await.unwrap(), Revocation::NotOffered);
    assert_eq!(
        auth.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    assert_eq!(bench.sent().len(), 1);
}

#[tokio::test]
async fn a_header_is_for_tms_and_nothing_else() {
    let bench = Bench::new();
    let auth = bench.auth().await;
    let covers = |url: &str| auth.covers(Target::try_from(&url.parse().unwrap()).unwrap());
    assert!(covers(
        "https://us.cloud.memsource.com/web/api2/v1/auth/whoAmI"
    ));
    for other in [
        "https://cloud.memsource.com/web/api2/v1/auth/whoAmI",
        "https://us.cloud.memsource.com/other",
        "http://us.cloud.memsource.com/web",
        "https://us.cloud.memsource.com.evil.example/web",
    ] {
        assert!(!covers(other), "{other}");
    }
}
