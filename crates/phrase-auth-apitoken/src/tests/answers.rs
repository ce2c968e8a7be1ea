use super::*;

#[tokio::test]
async fn the_request_is_the_one_that_is_documented() {
    let bench = Bench::with(Credentials::new("jane.doe", "pä\"ss\\word\n").user_uid("u-1"));
    bench.client.answer(200, GOOD);
    let header = bench.auth.header().await.unwrap();
    assert_eq!(header.name(), "authorization");
    assert_eq!(header.value(), "ApiToken t1");
    let sent = bench.client.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].method(), Method::POST);
    assert_eq!(sent[0].uri(), LOGIN);
    assert_eq!(sent[0].headers()["content-type"], "application/json");
    assert_eq!(sent[0].headers()["accept"], "application/json");
    assert!(!sent[0].headers().contains_key(AUTHORIZATION));
    let expected = serde_json::json!({
        "userName": "jane.doe", "password": "pä\"ss\\word", "userUid": "u-1",
    });
    assert_eq!(body(&sent[0]), expected);
}

#[tokio::test]
async fn what_was_not_given_is_not_sent() {
    let bench = Bench::new("pw");
    bench.client.answer(200, GOOD);
    bench.auth.header().await.unwrap();
    let expected = serde_json::json!({ "userName": "jane.doe", "password": "pw" });
    assert_eq!(body(&bench.client.sent()[0]), expected);
}

#[tokio::test]
async fn the_first_version_is_sent_by_choice_and_nothing_falls_back() {
    for (version, path) in [
        (LoginVersion::V3, "v3/auth/login"),
        (LoginVersion::V1, "v1/auth/login"),
    ] {
        for (status, answer) in [(404, String::new()), (401, tms("AuthUnauthorized"))] {
            let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Eu);
            let bench = Bench::of(builder.login_version(version));
            bench.client.answer(status, &answer);
            bench.error().await;
            bench.error().await;
            assert_eq!(paths(&bench.client), [path]);
        }
    }
    let chosen = Credentials::new("j", "pw").user_uid("u");
    let builder = ApiTokenAuth::builder(chosen, DataCenter::Eu);
    let error = builder.login_version(LoginVersion::V1).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_token_is_kept_for_as_long_as_the_server_says_and_a_day_at_the_most() {
    let day = Duration::from_secs(86_400);
    let bench = Bench::new("pw");
    let start = bench.clock.now().wall;
    let at = |span: Duration, offset: &str| {
        let time = jiff::Timestamp::try_from(start + span).unwrap();
        format!("\"{}\"", time.to_string().replace('Z', offset))
    };
    let hour = Duration::from_secs(3600);
    for (expires, life) in [
        (at(hour, "Z"), hour),
        (at(hour, "+0000"), hour),
        (at(hour, "+00:00"), hour),
        (at(day * 3, "Z"), day),
        ("null".to_owned(), day),
        ("1418403302".to_owned(), day),
        (r#""some day""#.to_owned(), day),
        ("{}".to_owned(), day),
    ] {
        let bench = Bench::new("pw");
        bench
            .client
            .answer(200, &format!(r#"{{"token":"t","expires":{expires}}}"#));
        let header = bench.auth.header().await.unwrap();
        let end = header.expires_at().unwrap();
        let left = end.duration_since(bench.clock.now().wall).unwrap();
        let off = left.abs_diff(life);
        assert!(off < Duration::from_secs(5), "{expires}: {left:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes_is_used_once_and_not_kept() {
    let bench = Bench::new("pw");
    let past = r#"{"token":"t","expires":"2014-12-12T16:55:02Z"}"#;
    bench.client.answer(200, past);
    assert_eq!(bench.auth.header().await.unwrap().token(), "t");
    assert!(bench.auth.peek().is_none());
    bench.error().await;
    assert_eq!(bench.requests(), 1);
}

#[tokio::test]
async fn what_a_login_says_can_be_asked_for() {
    let bench = Bench::new("pw");
    assert_eq!(bench.auth.last_login(), None);
    bench.client.answer(
        200,
        r#"{"token":"t","expires":"2014-12-12T16:55:02Z","new":{"deep":[[[]]]},
            "lastInvalidateAllSessionsPerformed":"2014-12-12T16:55:02+0000",
            "user":{"userName":"jane.doe","uid":"u-1","id":"1","role":"SOMETHING_NEW"}}"#,
    );
    bench.auth.header().await.unwrap();
    let login = bench.auth.last_login().unwrap();
    let user = login.user.unwrap();
    assert_eq!(user.role.as_deref(), Some("SOMETHING_NEW"));
    assert_eq!(user.uid.as_deref(), Some("u-1"));
    assert_eq!(login.expires, parse_expires("2014-12-12T16:55:02Z"));
    assert_eq!(login.last_invalidate_all_sessions_performed, login.expires);
    bench.client.answer(204, "");
    bench.auth.logout().await.unwrap();
    assert_eq!(bench.auth.last_login(), None);
}

#[tokio::test]
async fn a_user_of_another_form_breaks_no_login() {
    for user in ["null", "7", "[]", r#"{"role":["A"],"id":3,"uid":null}"#] {
        let bench = Bench::new("pw");
        bench
            .client
            .answer(200, &format!(r#"{{"token":"t","user":{user}}}"#));
        assert_eq!(bench.auth.header().await.unwrap().token(), "t", "{user}");
    }
}

#[tokio::test]
async fn a_success_without_a_usable_token_is_an_error_that_stands() {
    let long = format!(r#"{{"token":"{}"}}"#, "x".repeat(70_000));
    for answer in [
        "{}",
        r#"{"token":null}"#,
        r#"{"token":""}"#,
        r#"{"token":7}"#,
        r#"{"token":"a\r\nb"}"#,
        r#"{"token":"a b"}"#,
        r#"{"token":"é"}"#,
        r#"{"token":"a","token":"b"}"#,
        r#"{"token":"\ud800"}"#,
        r#"{"token":"a"}{"#,
        &long,
    ] {
        let bench = Bench::new("pw");
        bench.client.answer(200, answer);
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{answer}");
        assert!(!error.is_transient());
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0, "{answer}");
    }
}

#[tokio::test]
async fn whoever_is_logged_in_can_be_asked() {
    let bench = Bench::new("pw");
    bench.client.answer(200, GOOD);
    let who = r#"{"user":{"uid":"u-1"},"organization":{"uid":"o-1"},"csrfToken":"c"}"#;
    bench.client.answer(200, who);
    let who = bench.auth.who_am_i().await.unwrap();
    assert_eq!(who.organization.unwrap().uid.as_deref(), Some("o-1"));
    let sent = bench.client.sent();
    assert_eq!(sent[1].method(), Method::GET);
    assert_eq!(sent[1].uri().path(), "/web/api2/v1/auth/whoAmI");
    assert_eq!(sent[1].uri().query(), None);
    assert_eq!(sent[1].headers()[AUTHORIZATION], "ApiToken t1");
    assert!(sent[1].headers()[AUTHORIZATION].is_sensitive());
    assert_eq!(sent[1].headers()["accept"], "application/json");
}

#[tokio::test]
async fn a_question_with_a_token_that_has_ended_is_asked_once_more() {
    let bench = Bench::new("pw");
    bench.client.answer(200, GOOD);
    bench.client.answer(401, &tms("AuthUnauthorized"));
    bench.client.answer(200, r#"{"token":"t2"}"#);
    bench.client.answer(200, "{}");
    bench.auth.who_am_i().await.unwrap();
    let who = "v1/auth/whoAmI";
    let login = "v3/auth/login";
    assert_eq!(paths(&bench.client), [login, who, login, who]);
    // And not a third time, nor with another login.
    bench.client.answer(401, "");
    let error = bench.auth.who_am_i().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(bench.requests(), 5);
}

#[tokio::test]
async fn a_question_that_fails_otherwise_costs_no_token() {
    let denied = tms("AuthUnauthorized");
    for (status, answer) in [
        (403, denied.as_str()),
        (503, ""),
        (401, "<html>"),
        (200, "[]"),
    ] {
        let bench = Bench::new("pw");
        bench.client.answer(200, GOOD);
        bench.client.answer(status, answer);
        bench.auth.who_am_i().await.unwrap_err();
        assert_eq!(bench.auth.header().await.unwrap().token(), "t1");
        assert_eq!(bench.requests(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_credential_for_another_address_is_not_sent_to_tms() {
    let client = ScriptedClient::new();
    let strings = Audience::new("https://api.phrase.com/v2").unwrap();
    let auth = StaticAuth::new(HeaderStyle::token(), "t", strings).unwrap();
    let error = who_am_i(&auth, DataCenter::Eu, &client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let tms = Audience::new("https://cloud.memsource.com/web").unwrap();
    let auth = StaticAuth::new(HeaderStyle::bearer(), "jwt", tms).unwrap();
    client.answer(200, r#"{"user":{"uid":"u"}}"#);
    assert!(who_am_i(&auth, DataCenter::Eu, &client).await.is_ok());
    assert_eq!(client.sent().len(), 1);
    assert_eq!(client.sent()[0].headers()[AUTHORIZATION], "Bearer jwt");
}

#[tokio::test]
async fn a_logout_is_told_to_the_server_in_a_header() {
    for (status, answer) in [(204, ""), (401, ""), (401, "{}"), (200, ""), (200, "{}")] {
        let bench = Bench::new("pw");
        bench.client.answer(200, GOOD);
        bench.auth.header().await.unwrap();
        bench.client.answer(status, answer);
        let out = bench.auth.logout().await.unwrap();
        assert_eq!(out, Revocation::Revoked, "{status} {answer}");
        let sent = bench.client.sent();
        assert_eq!(sent[1].method(), Method::POST);
        assert_eq!(sent[1].uri().path(), "/web/api2/v1/auth/logout");
        assert_eq!(sent[1].uri().query(), None);
        assert_eq!(sent[1].headers()[AUTHORIZATION], "ApiToken t1");
        assert!(sent[1].body().is_empty());
        assert!(!sent[1].headers().contains_key("content-type"));
        // Over, and nothing is asked for until somebody says so.
        assert_eq!(bench.error().await.kind(), ErrorKind::LoginRequired);
        assert_eq!(bench.auth.logout().await.unwrap(), Revocation::NothingHeld);
        assert_eq!(bench.requests(), 2);
        bench.auth.cache().reset();
        bench.client.answer(200, GOOD);
        assert!(bench.auth.header().await.is_ok());
    }
}

#[tokio::test]
async fn a_logout_that_the_server_does_not_hear_of_is_one_here() {
    let denied = tms("AuthUnauthorized");
    for answer in [
        Some((500, "")),
        Some((200, "<html>")),
        Some((401, "<html>")),
        Some((403, denied.as_str())),
        Some((302, "")),
        None,
    ] {
        let bench = Bench::new("pw");
        bench.client.answer(200, GOOD);
        bench.auth.header().await.unwrap();
        match answer {
            Some((status, body)) => bench.client.answer(status, body),
            None => bench.lose(Fault::Broken),
        }
        bench.auth.logout().await.unwrap_err();
        assert!(bench.auth.peek().is_none());
        assert_eq!(bench.error().await.kind(), ErrorKind::LoginRequired);
        assert_eq!(bench.requests(), 2, "{answer:?}");
    }
}
