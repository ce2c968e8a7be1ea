use super::*;

#[tokio::test]
async fn a_code_is_redeemed_once_with_everything_that_belongs_to_it() {
    let bench = Bench::new();
    let (url, pending) = bench.begin();
    let verifier = pending.verifier.clone().unwrap();
    bench.http.answer(200, GOOD);
    let back = format!("{REDIRECT}?code=c%2F1&state={}", url["state"]);
    let start = bench.clock.now().wall;
    let session = bench.client.finish(pending, &back, "jane").await.unwrap();

    let sent = bench.sent();
    assert_eq!((sent.len(), sent[0].method().as_str()), (1, "POST"));
    assert_eq!(
        sent[0].uri(),
        "https://us.cloud.memsource.com/web/oauth/token"
    );
    assert_eq!(
        sent[0].headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(sent[0].headers()["accept"], "application/json");
    assert!(!sent[0].headers().contains_key("authorization"));
    let form = bench.form();
    let expected = [
        ("client_id", "client-1"),
        ("code", "c/1"),
        ("code_verifier", verifier.expose()),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
    ];
    let form: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(form, expected);

    assert_eq!(session.token().secret().expose(), "a1");
    assert_eq!(session.token().refresh().unwrap().expose(), "r1");
    assert_eq!(session.token().lifetime(), LIFE);
    assert_eq!(
        (session.requested_at(), session.key().user()),
        (start, "jane")
    );
    assert_eq!(session.key(), &bench.client.key("jane").unwrap());
}

#[tokio::test]
async fn a_login_goes_on_from_its_bytes_in_another_process() {
    let bench = Bench::new();
    let (url, pending) = bench.begin();
    let bytes = pending.to_secret_bytes();
    let pending = PendingAuthorization::from_secret_bytes(&bytes).unwrap();
    bench.http.answer(200, GOOD);
    let back = format!("/callback?code=c&state={}", url["state"]);
    assert!(bench.client.finish(pending, &back, "").await.is_ok());
}

#[tokio::test]
async fn what_is_not_the_answer_sends_nothing() {
    let bench = Bench::with(|builder| builder.required_issuer("https://a.example"));
    for back in [
        "/callback?code=c&state=wrong",
        "/callback?code=c",
        "/callback?code=c&state=STATE",
        "/callback?code=c&state=STATE&iss=https%3A%2F%2Fb.example",
        "/other?code=c&state=STATE&iss=https%3A%2F%2Fa.example",
        "/callback?error=access_denied&state=wrong",
    ] {
        let (url, pending) = bench.begin();
        let back = back.replace("STATE", &url["state"]);
        let error = bench.client.finish(pending, &back, "").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{back}");
    }
    assert!(bench.sent().is_empty());
}

#[tokio::test]
async fn a_forged_redirect_is_told_from_the_answer_before_anything_is_given_up() {
    let bench = Bench::new();
    let (url, pending) = bench.begin();
    for forged in [
        "/callback?error=access_denied&state=x".to_owned(),
        "/callback?code=evil".to_owned(),
        format!("/callback?code=a&code=b&state={}", url["state"]),
    ] {
        assert!(!bench.client.is_answer(&pending, &forged), "{forged}");
    }
    let answer = format!("/callback?code=c&state={}", url["state"]);
    assert!(bench.client.is_answer(&pending, &answer));
    bench.http.answer(200, GOOD);
    assert!(bench.client.finish(pending, &answer, "").await.is_ok());
}

#[tokio::test]
async fn a_session_that_is_over_at_once_is_no_login_unless_it_can_be_renewed() {
    let bench = Bench::new();
    for life in ["0", "-1", "\"0\""] {
        let over = format!(r#"{{"access_token":"a","expires_in":{life}}}"#);
        let error = bench.finish(200, &over).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        let renewable = over.replace('}', r#","refresh_token":"r0"}"#);
        let session = bench.finish(200, &renewable).await.unwrap();
        let auth = OAuth2Auth::new(bench.client.clone(), session).unwrap();
        bench.http.answer(200, GOOD);
        assert_eq!(auth.header().await.unwrap().token(), "a1");
    }
}

#[tokio::test]
async fn a_secret_that_does_not_come_is_waited_for_as_long_as_a_request_may_take() {
    let bench = Bench::with(|builder| {
        let never = SecretSource::callback(std::future::pending);
        builder.client_secret(never, ClientAuth::Basic)
    });
    let (url, pending) = bench.begin();
    let back = format!("/callback?code=c&state={}", url["state"]);
    let client = bench.client.clone();
    let finish = tokio::spawn(async move { client.finish(pending, &back, "").await });
    while bench.clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    bench.clock.advance(Duration::from_secs(30));
    let error = finish.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), bench.sent().len()), (ErrorKind::Timeout, 0));
}

#[tokio::test]
async fn a_login_of_another_client_or_of_yesterday_is_refused() {
    let bench = Bench::new();
    let other = Bench::with(|builder| builder.token_url("https://a.example/token"));
    let (url, pending) = other.begin();
    let back = format!("/callback?code=c&state={}", url["state"]);
    let error = bench.client.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let (url, pending) = bench.begin();
    bench.clock.advance(LIFE * 2);
    let back = format!("/callback?code=c&state={}", url["state"]);
    let error = bench.client.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(bench.sent().is_empty());
}

#[tokio::test]
async fn a_secret_is_sent_in_the_one_way_that_was_chosen() {
    for (how, basic) in [
        (ClientAuth::Body, None),
        // "client-1:a%2Bb%3Ac+%25d"
        (
            ClientAuth::Basic,
            Some("Basic Y2xpZW50LTE6YSUyQmIlM0FjKyUyNWQ="),
        ),
        // "client-1:a+b:c %d"
        (ClientAuth::RawBasic, Some("Basic Y2xpZW50LTE6YStiOmMgJWQ=")),
    ] {
        let bench = Bench::with(|builder| builder.client_secret("a+b:c %d", how));
        let auth = bench.auth().await;
        bench.clock.advance(LIFE);
        bench.http.answer(200, GOOD);
        auth.header().await.unwrap();
        for request in bench.sent() {
            let sent = request.headers().get("authorization");
            assert_eq!(sent.map(|it| it.to_str().unwrap()), basic, "{how:?}");
            assert!(sent.is_none_or(http::HeaderValue::is_sensitive));
            let form = pairs(std::str::from_utf8(request.body()).unwrap());
            let in_body = form.get("client_secret").map(String::as_str);
            assert_eq!(in_body.is_some(), basic.is_none(), "{how:?}");
            assert_eq!(form.contains_key("client_id"), basic.is_none(), "{how:?}");
            assert!(in_body.is_none_or(|it| it == "a+b:c %d"));
        }
        assert_eq!(bench.sent().len(), 2);
    }
}

#[tokio::test]
async fn every_failure_says_what_to_do_and_nothing_is_sent_again() {
    for (status, body, kind, word) in [
        (
            400,
            r#"{"error":"invalid_grant"}"#,
            ErrorKind::Refused,
            "authorization code",
        ),
        (
            401,
            r#"{"error":"invalid_client"}"#,
            ErrorKind::Config,
            "client id",
        ),
        (
            400,
            r#"{"error":"invalid_request"}"#,
            ErrorKind::Config,
            "set up",
        ),
        (
            200,
            r#"{"error":"invalid_grant"}"#,
            ErrorKind::Refused,
            "authorization code",
        ),
        (
            200,
            r#"{"token_type":"Bearer"}"#,
            ErrorKind::Protocol,
            "begin the login again",
        ),
        (
            200,
            "<html>",
            ErrorKind::Unavailable,
            "begin the login again",
        ),
        (503, "", ErrorKind::Unavailable, "begin the login again"),
        (429, "", ErrorKind::Throttled, "begin the login again"),
        (302, "", ErrorKind::Config, "redirect"),
    ] {
        let bench = Bench::new();
        let error = bench.finish(status, body).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(bench.sent().len(), 1);
    }
    for (fault, kind) in [
        (Fault::Connect, ErrorKind::Unreachable),
        (Fault::Timeout, ErrorKind::Timeout),
        (Fault::Broken, ErrorKind::Unreachable),
    ] {
        let bench = Bench::new();
        let (url, pending) = bench.begin();
        bench.lose(fault, true);
        let back = format!("/callback?code=c&state={}", url["state"]);
        let error = bench.client.finish(pending, &back, "").await.unwrap_err();
        assert_eq!((error.kind(), bench.sent().len()), (kind, 1));
        assert!(
            error.hint().unwrap().contains("begin the login again"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_person_who_says_no_is_a_forbidden_and_sends_nothing() {
    let bench = Bench::new();
    let (url, pending) = bench.begin();
    let back = format!("/callback?error=access_denied&state={}", url["state"]);
    let error = bench.client.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Forbidden, Some("access_denied"))
    );
    assert!(bench.sent().is_empty());
}

#[tokio::test]
async fn what_a_server_leaves_out_is_made_up_for() {
    let bench = Bench::with(|builder| builder.scope("a").scope("b"));
    let session = bench.finish(200, r#"{"access_token":"a"}"#).await.unwrap();
    assert_eq!(session.token().lifetime(), Duration::from_secs(300));
    assert_eq!(session.token().scope(), Some("a b"), "as asked for");
    assert!(session.token().refresh().is_none());
    let narrowed = r#"{"access_token":"a","scope":"b"}"#;
    let session = bench.finish(200, narrowed).await.unwrap();
    let auth = OAuth2Auth::new(bench.client.clone(), session).unwrap();
    assert_eq!(auth.scope().as_deref(), Some("b"));
    assert_eq!(auth.missing_scope(), ["a"]);
}
