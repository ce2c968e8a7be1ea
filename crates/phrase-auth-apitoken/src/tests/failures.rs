use super::*;

#[tokio::test]
async fn a_refused_login_is_never_repeated_by_itself() {
    for (status, answer, kind, word) in [
        (401, tms("AuthUnauthorized"), ErrorKind::Refused, "password"),
        (401, String::new(), ErrorKind::Refused, "password"),
        (400, tms("AuthUnauthorized"), ErrorKind::Refused, "password"),
        (403, tms("NoIdea"), ErrorKind::Forbidden, "single sign-on"),
        (403, tms("NoIdea"), ErrorKind::Forbidden, "edition"),
        (
            403,
            tms("NoIdea"),
            ErrorKind::Forbidden,
            "Platform API token",
        ),
        (
            403,
            String::new(),
            ErrorKind::Unavailable,
            "before it is sent again",
        ),
        (400, tms("NoIdea"), ErrorKind::Protocol, "user uid"),
        (404, tms("NoIdea"), ErrorKind::Config, "base URL"),
        (
            415,
            String::new(),
            ErrorKind::Unavailable,
            "before it is sent again",
        ),
        (302, String::new(), ErrorKind::Config, "redirect"),
        (
            401,
            "Unauthorized".to_owned(),
            ErrorKind::Refused,
            "password",
        ),
        (
            400,
            "Bad request".to_owned(),
            ErrorKind::Unavailable,
            "before it is sent again",
        ),
        (
            200,
            String::new(),
            ErrorKind::Unavailable,
            "before it is sent again",
        ),
    ] {
        let bench = Bench::new("pw");
        bench.client.answer(status, &answer);
        let error = bench.error().await;
        assert_eq!(error.kind(), kind, "{status} {answer}");
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.endpoint(), Some(format!("POST {LOGIN}").as_str()));
        assert!(error.hint().unwrap_or_default().contains(word), "{error}");
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0, "{status}");
        bench.auth.cache().reset();
        bench.client.answer(200, GOOD);
        assert!(bench.auth.header().await.is_ok());
    }
}

#[tokio::test]
async fn the_servers_code_and_words_are_told_whatever_the_status() {
    for status in [400, 401, 403, 404, 429, 500, 501] {
        let bench = Bench::new("pw");
        bench.client.answer(status, &tms("SomeCode"));
        let error = bench.error().await;
        assert_eq!(error.code(), Some("SomeCode"), "{status}");
        assert_eq!(error.description(), Some("Said by the server."));
    }
}

#[tokio::test]
async fn what_passes_opens_a_window_and_the_same_password_is_sent_again_after_it() {
    let html = "<html>Sign in to the network</html>";
    for (status, answer, kind) in [
        (401, html, ErrorKind::Unavailable),
        (200, html, ErrorKind::Unavailable),
        (408, "", ErrorKind::Unavailable),
        (425, "{}", ErrorKind::Unavailable),
        (429, "", ErrorKind::Throttled),
        (500, "{}", ErrorKind::Unavailable),
        (503, html, ErrorKind::Unavailable),
    ] {
        let bench = Bench::new("pw");
        bench.client.answer(status, answer);
        for _ in 0..100 {
            assert_eq!(bench.error().await.kind(), kind, "{status} {answer}");
        }
        assert_eq!(bench.requests(), 1);
        bench.clock.advance(Duration::from_secs(60));
        bench.client.answer(200, GOOD);
        assert!(bench.auth.header().await.is_ok(), "{status} {answer}");
        assert_eq!(bench.requests(), 2);
    }
}

#[tokio::test]
async fn a_login_that_may_have_arrived_is_not_sent_again_within_its_flight() {
    for (fault, kind) in [
        (Fault::Timeout, ErrorKind::Timeout),
        (Fault::Broken, ErrorKind::Unreachable),
        (Fault::Connect, ErrorKind::Unreachable),
        (Fault::TooLarge, ErrorKind::Protocol),
    ] {
        let bench = Bench::new("pw");
        bench.lose(fault);
        assert_eq!(bench.error().await.kind(), kind);
        assert_eq!(bench.requests(), 1, "{fault:?}");
        // The window is over: once more for all who ask, and that is all until the next is over.
        bench.clock.advance(Duration::from_secs(60));
        bench.lose(fault);
        for _ in 0..50 {
            assert_eq!(bench.error().await.kind(), kind);
        }
        assert_eq!(bench.requests(), 2, "{fault:?}");
        bench.clock.advance(Duration::from_secs(60));
        bench.client.answer(200, GOOD);
        assert!(bench.auth.header().await.is_ok());
        assert_eq!(bench.requests(), 3, "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_that_may_not_be_sent_is_an_error_of_that_round() {
    let bench = Bench::new("pw");
    bench
        .client
        .answer_with(Err(TransportError::new(Fault::NotAllowed, false)));
    assert_eq!(bench.error().await.kind(), ErrorKind::Config);
    bench.client.answer(200, GOOD);
    assert!(bench.auth.header().await.is_ok());
}

fn too_many(header: Option<(&str, &str)>) -> Response<Bytes> {
    let mut answer = Response::builder().status(429);
    if let Some((name, value)) = header {
        answer = answer.header(name, value);
    }
    answer.body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn a_crowded_server_is_left_alone_for_a_minute_and_a_busy_proxy_for_a_moment() {
    for (header, least, most) in [
        (Some(("ratelimit-limit", "50")), 60, 75),
        (Some(("ratelimit-remaining", "0")), 60, 75),
        (Some(("retry-after", "7")), 7, 7),
        (None, 0, 1),
    ] {
        let bench = Bench::new("pw");
        bench.client.answer_with(Ok(too_many(header)));
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::Throttled);
        let now = bench.clock.now().wall;
        let wait = error.retry_at().unwrap().duration_since(now).unwrap();
        assert!(
            (least..=most).contains(&wait.as_secs()),
            "{header:?}: {wait:?}"
        );
        bench.client.answer(200, GOOD);
        if least > 0 {
            bench.clock.advance(Duration::from_secs(least - 1));
            bench.error().await;
            assert_eq!(bench.requests(), 1, "{header:?}");
        }
        bench.clock.advance(Duration::from_secs(17));
        assert!(bench.auth.header().await.is_ok(), "{header:?}");
    }
}

#[tokio::test]
async fn a_session_that_ended_early_costs_one_login_and_a_second_401_is_handed_on() {
    let bench = Bench::new("pw");
    bench.client.answer(200, GOOD);
    let first = bench.auth.header().await.unwrap();
    bench.clock.advance(Duration::from_secs(3600));
    bench.client.answer(200, r#"{"token":"t2"}"#);
    assert!(bench.auth.reject(&first));
    let second = bench.auth.header().await.unwrap();
    assert_eq!(second.token(), "t2");
    for _ in 0..100 {
        assert!(!bench.auth.reject(&second), "handed on");
        assert_eq!(bench.auth.header().await.unwrap().token(), "t2");
    }
    assert_eq!(bench.requests(), 2);
}

/// The user is logged out again and again, as fast as a browser can.
#[tokio::test]
async fn a_server_that_ends_every_session_costs_at_most_one_login_a_minute() {
    let bench = Bench::new("pw");
    for _ in 0..20 {
        bench.client.answer(200, GOOD);
    }
    for _ in 0..600 {
        let header = bench.auth.header().await.unwrap();
        let _ = bench.auth.reject(&header);
        bench.auth.header().await.unwrap();
        bench.clock.advance(Duration::from_secs(1));
    }
    // Ten minutes: the first, one because of the first rejection, and one a minute after it.
    assert!(
        (10..=12).contains(&bench.requests()),
        "{}",
        bench.requests()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_with_a_wrong_password_make_one_request_until_a_reset() {
    let bench = Bench::new("wrong");
    bench.client.answer(401, &tms("AuthUnauthorized"));
    for _ in 0..2 {
        let callers: Vec<_> = (0..1000)
            .map(|_| {
                let auth = bench.auth.clone();
                tokio::spawn(async move { auth.header().await.unwrap_err().kind() })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), ErrorKind::Refused);
        }
        assert_eq!(bench.requests(), 1);
    }
    bench.auth.cache().reset();
    bench.client.answer(401, "");
    bench.error().await;
    bench.error().await;
    assert_eq!(bench.requests(), 2);
}
