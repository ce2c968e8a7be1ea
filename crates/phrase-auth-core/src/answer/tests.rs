use http::header::HeaderName;

use super::*;

const GOOD: &str = r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600}"#;

fn uri() -> Uri {
    Uri::from_static("https://eu.phrase.com/idm/oauth/token")
}

fn answer(status: u16, body: impl AsRef<[u8]>) -> Response<Bytes> {
    let body = Bytes::copy_from_slice(body.as_ref());
    Response::builder().status(status).body(body).unwrap()
}

fn read(response: Response<Bytes>) -> Result<TokenAnswer, AuthError> {
    Call::new(Grant::Exchange, &uri()).read(Ok(response), SystemTime::now())
}

fn kind(status: u16, body: impl AsRef<[u8]>) -> ErrorKind {
    read(answer(status, body)).unwrap_err().kind()
}

#[test]
fn every_answer_has_the_class_of_the_first_row_that_fits() {
    use ErrorKind::{
        Config, Forbidden, Protocol, Refused, SecondFactorRequired, Throttled, Unavailable,
    };
    let html = "<html><body>Sign in</body></html>";
    let error = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    let tms = |code: &str| format!(r#"{{"errorCode":"{code}"}}"#);
    let rows: Vec<(u16, String, ErrorKind)> = vec![
        // 3xx, whatever is in it.
        (301, String::new(), Config),
        (302, GOOD.into(), Config),
        (307, html.into(), Config),
        (308, error("invalid_grant"), Config),
        // Status before body.
        (429, String::new(), Throttled),
        (429, error("invalid_grant"), Throttled),
        (429, html.into(), Throttled),
        (408, String::new(), Unavailable),
        (425, error("invalid_grant"), Unavailable),
        (500, error("invalid_grant"), Unavailable),
        (500, GOOD.into(), Unavailable),
        (502, html.into(), Unavailable),
        (503, String::new(), Unavailable),
        (599, "{".into(), Unavailable),
        // 404.
        (404, String::new(), Config),
        (404, html.into(), Config),
        (404, "{}".into(), Config),
        (404, error("no_such_thing"), Config),
        (404, error("access_denied"), Forbidden),
        (404, error("invalid_grant"), Config),
        // Empty and foreign bodies: someone else answered.
        (200, String::new(), Unavailable),
        (200, "  \r\n\t".into(), Unavailable),
        (204, String::new(), Unavailable),
        (200, html.into(), Unavailable),
        (200, format!("\u{feff}{GOOD}"), Unavailable),
        (200, "[1]".into(), Unavailable),
        (200, "null".into(), Unavailable),
        (400, html.into(), Unavailable),
        (401, String::new(), Unavailable),
        (401, html.into(), Unavailable),
        (403, html.into(), Unavailable),
        (405, String::new(), Config),
        (410, String::new(), Config),
        (405, html.into(), Unavailable),
        (410, html.into(), Unavailable),
        // Not what it starts as.
        (200, "{".into(), Protocol),
        (200, format!("{GOOD}{GOOD}"), Protocol),
        (200, format!("{GOOD} x"), Protocol),
        (400, r#"{"error":7}"#.into(), Protocol),
        (
            401,
            r#"{"error":{"code":"invalid_grant"}}"#.into(),
            Protocol,
        ),
        (
            200,
            r#"{"access_token":"a","access_token":"b"}"#.into(),
            Protocol,
        ),
        (
            200,
            r#"{"access_token":"a","access\u005ftoken":"b"}"#.into(),
            Protocol,
        ),
        (200, r#"{"access_token":"\ud800"}"#.into(), Protocol),
        (200, r#"{"access_token":["a"]}"#.into(), Protocol),
        (
            200,
            r#"{"access_token":"a","token_type":1}"#.into(),
            Protocol,
        ),
        // Known codes.
        (400, error("temporarily_unavailable"), Unavailable),
        (400, error("server_error"), Unavailable),
        (
            400,
            tms("AuthAccountTwoFactorProtected"),
            SecondFactorRequired,
        ),
        (
            418,
            tms("AuthAccountTwoFactorProtected"),
            SecondFactorRequired,
        ),
        (400, error("access_denied"), Forbidden),
        (400, error("invalid_grant"), Refused),
        (401, error("invalid_grant"), Refused),
        (403, error("invalid_token"), Refused),
        (401, error("unauthorized"), Refused),
        (401, tms("AuthUnauthorized"), Refused),
        (200, error("invalid_grant"), Refused),
        (422, error("invalid_grant"), Protocol),
        (400, error("invalid_client"), Config),
        (401, error("invalid_client"), Config),
        (400, error("unauthorized_client"), Config),
        (400, error("unsupported_grant_type"), Config),
        (400, error("invalid_scope"), Config),
        (400, error("invalid_request"), Config),
        // A token beside an error, or with an error status, is not used.
        (
            200,
            r#"{"access_token":"a","error":"invalid_grant"}"#.into(),
            Refused,
        ),
        (
            200,
            r#"{"access_token":"a","error":"odd"}"#.into(),
            Protocol,
        ),
        (400, GOOD.into(), Protocol),
        // Unknown codes and none.
        (401, error("odd"), Unavailable),
        (401, "{}".into(), Unavailable),
        (403, "{}".into(), Unavailable),
        (405, "{}".into(), Config),
        (410, "{}".into(), Config),
        (400, "{}".into(), Protocol),
        (400, error("odd"), Protocol),
        (409, error("odd"), Protocol),
        (200, "{}".into(), Protocol),
        (200, r#"{"access_token":null}"#.into(), Protocol),
    ];
    assert!(rows.len() >= 40);
    for (status, body, expected) in rows {
        assert_eq!(kind(status, &body), expected, "{status} {body}");
    }
}

#[test]
fn every_transport_fault_has_a_class() {
    for (fault, expected) in [
        (Fault::NotAllowed, ErrorKind::Config),
        (Fault::Connect, ErrorKind::Unreachable),
        (Fault::Broken, ErrorKind::Unreachable),
        (Fault::Timeout, ErrorKind::Timeout),
        (Fault::TooLarge, ErrorKind::Protocol),
    ] {
        let lost = Err(TransportError::new(fault, true));
        let error = Call::new(Grant::Exchange, &uri())
            .read(lost, SystemTime::now())
            .unwrap_err();
        assert_eq!(error.kind(), expected);
        assert_eq!(
            error.endpoint(),
            Some("POST https://eu.phrase.com/idm/oauth/token")
        );
        assert_eq!(error.status(), None);
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn a_dead_refresh_token_may_be_called_an_invalid_request() {
    let body = r#"{"error":"invalid_request"}"#;
    let uri = uri();
    let refresh = Call::new(Grant::Refresh, &uri).read(Ok(answer(400, body)), SystemTime::now());
    assert_eq!(refresh.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(kind(400, body), ErrorKind::Config);
}

fn lifetime(expires_in: &str) -> Option<Duration> {
    let body = format!(r#"{{"access_token":"a","expires_in":{expires_in}}}"#);
    match read(answer(200, &body)) {
        Ok(token) => Some(token.lifetime),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Protocol, "{expires_in}");
            None
        }
    }
}

#[test]
fn a_lifetime_is_read_in_every_form_and_never_overflows() {
    let secs = Duration::from_secs;
    let ten_years = secs(315_360_000);
    for (written, expected) in [
        ("14399", Some(secs(14_399))),
        ("3600.9", Some(secs(3600))),
        ("3.6e3", Some(secs(3600))),
        ("\"3600\"", Some(secs(3600))),
        ("\"3600.9\"", Some(secs(3600))),
        ("0", Some(Duration::ZERO)),
        ("-0", Some(Duration::ZERO)),
        ("0.9", Some(Duration::ZERO)),
        ("-1", Some(Duration::ZERO)),
        ("\"-1\"", Some(Duration::ZERO)),
        ("-1e400", Some(Duration::ZERO)),
        ("1e-400", Some(Duration::ZERO)),
        ("315360001", Some(ten_years)),
        ("18446744073709551615", Some(ten_years)),
        ("18446744073709551616", Some(ten_years)),
        ("1e400", Some(ten_years)),
        ("\"99999999999999999999999999\"", Some(ten_years)),
        ("null", Some(secs(300))),
        ("\"\"", None),
        ("\"soon\"", None),
        ("\"NaN\"", None),
        ("\"inf\"", None),
        ("\"1e3\"", None),
        ("\"+5\"", None),
        ("\" 5\"", None),
        ("\"0x10\"", None),
        ("\"5.\"", None),
        ("\"\\u0035\"", None),
        ("true", None),
        ("[3600]", None),
        ("{}", None),
        ("NaN", None),
        ("01", None),
        ("+5", None),
    ] {
        assert_eq!(lifetime(written), expected, "{written}");
    }
    assert_eq!(
        read(answer(200, r#"{"access_token":"a"}"#))
            .unwrap()
            .lifetime,
        secs(300)
    );
}

#[test]
fn only_an_access_token_to_be_borne_is_taken() {
    for (extra, taken) in [
        ("", true),
        (r#","token_type":"Bearer""#, true),
        (r#","token_type":"bEARER""#, true),
        (r#","token_type":null"#, true),
        (r#","token_type":"mac""#, false),
        (r#","token_type":"N_A""#, false),
        (r#","token_type":"""#, false),
        (
            r#","issued_token_type":"urn:ietf:params:oauth:token-type:access_token""#,
            true,
        ),
        (
            r#","issued_token_type":"urn:ietf:params:oauth:token-type:jwt""#,
            true,
        ),
        (
            r#","issued_token_type":"urn:ietf:params:oauth:token-type:refresh_token""#,
            false,
        ),
        (r#","issued_token_type":"""#, false),
        (
            r#","refresh_token":{"odd":[1]},"scope":["a"],"unknown":1e999"#,
            true,
        ),
    ] {
        let result = read(answer(201, format!(r#"{{"access_token":"a"{extra}}}"#)));
        assert_eq!(result.is_ok(), taken, "{extra}");
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::Protocol, "{extra}");
        }
    }
}

#[test]
fn a_token_that_may_not_stand_in_a_header_is_refused_unseen() {
    for token in [
        "",
        " ",
        "canary x",
        "canary\\r\\nX-Evil: 1",
        "canary\\u0000",
        "canaryé",
        "\\u202e",
    ] {
        let error = read(answer(200, format!(r#"{{"access_token":"{token}"}}"#))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{token}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    let long = |length| format!(r#"{{"access_token":"{}"}}"#, "x".repeat(length));
    assert!(read(answer(200, long(65_536))).is_ok());
    assert_eq!(kind(200, long(65_537)), ErrorKind::Protocol);
}

#[test]
fn a_compressed_answer_that_nobody_asked_for_is_refused() {
    let mut response = answer(200, GOOD);
    response
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(read(response).unwrap_err().kind(), ErrorKind::Protocol);
    let mut response = answer(200, GOOD);
    response
        .headers_mut()
        .insert("content-encoding", "identity".parse().unwrap());
    assert!(read(response).is_ok());
}

#[test]
fn bytes_that_are_not_utf8_are_refused_wherever_they_stand() {
    let body = [
        br#"{"access_token":"a","x":""#.as_slice(),
        b"\xff",
        br#""}"#,
    ]
    .concat();
    assert_eq!(kind(200, body), ErrorKind::Protocol);
}

/// Each takes milliseconds if it is linear, and minutes if it is not.
#[test]
fn large_answers_are_read_in_linear_time() {
    let keys: Vec<String> = (0..200_000).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let body = format!(r#"{{"access_token":"a",{}}}"#, keys.join(","));
    assert!(read(answer(200, body)).is_ok());
    let brackets = format!(
        r#"{{"access_token":"a","x":{}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    assert!(read(answer(200, brackets)).is_ok());
    assert_eq!(
        kind(200, format!(r#"{{"x":{}"#, "[".repeat(200_000))),
        ErrorKind::Protocol
    );
    assert!(
        read(answer(
            200,
            format!(r#"{{"access_token":"{}"}}"#, ".".repeat(60_000))
        ))
        .is_ok()
    );
}

#[test]
fn an_error_tells_what_the_server_said_and_where() {
    let body = r#"{"error":"invalid_grant","error_description":"gone\u001b[31m","error_uri":"https://evil.example"}"#;
    let mut response = answer(400, body);
    response
        .headers_mut()
        .insert("x-request-id", "r-42".parse().unwrap());
    let error = read(response).unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"));
    assert_eq!(error.description(), Some("gone\\u{1b}[31m"));
    assert_eq!(error.request_id(), Some("r-42"));
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(
        error.endpoint(),
        Some("POST https://eu.phrase.com/idm/oauth/token")
    );
    assert!(!format!("{error} {error:?}").contains("evil"));
}

#[test]
fn nothing_that_was_sent_comes_back_in_an_error() {
    let secret = Secret::new("ca/na ry");
    let uri = uri();
    let call = Call::new(Grant::Exchange, &uri).sent(&secret);
    let echo = "ca/na ry ca%2Fna+ry ca%2fna%20ry";
    let body = serde_json::json!({ "error": echo, "error_description": echo });
    let header = |name: &'static str, value: &str| {
        let mut response = answer(302, "");
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, value.parse().unwrap());
        response
    };
    let page = |media: &str| {
        let mut response = answer(200, format!("<p>{echo}"));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, media.parse().unwrap());
        response
    };
    for response in [
        answer(400, body.to_string()),
        answer(200, echo),
        answer(200, format!(r#"{{"access_token":["{echo}"]}}"#)),
        header("x-request-id", "ca%2fna%20ry"),
        header("location", "https://x.example/ca%2fna%20ry"),
        page("text/ca%2fna%20ry"),
    ] {
        let error = call.read(Ok(response), SystemTime::now()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("ca/na") && !shown.to_lowercase().contains("ca%2fna"),
            "{shown}"
        );
    }
}

#[test]
fn a_redirect_names_the_host_and_nothing_else_of_its_target() {
    let mut response = answer(302, "");
    let location = "https://user:pw@evil.example/path?token=canary";
    response
        .headers_mut()
        .insert(LOCATION, location.parse().unwrap());
    let error = read(response).unwrap_err();
    assert!(error.to_string().contains("evil.example"), "{error}");
    for hidden in ["canary", "pw", "path"] {
        assert!(!format!("{error} {error:?}").contains(hidden), "{error}");
    }
}

#[test]
fn a_page_is_called_what_it_is_without_its_text() {
    let mut response = answer(200, "<html>canary</html>");
    response
        .headers_mut()
        .insert(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
    let error = read(response).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not a token endpoint's answer (text/html)"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn the_wait_that_the_server_asks_for_is_kept() {
    let now = SystemTime::now();
    for (status, wait, expected) in [
        (429, "7", Some(7)),
        (503, "7", Some(7)),
        (429, "soon", None),
        (429, "18446744073709551615", None),
    ] {
        let mut response = answer(status, "");
        response
            .headers_mut()
            .insert("retry-after", wait.parse().unwrap());
        let error = Call::new(Grant::Exchange, &uri())
            .read(Ok(response), now)
            .unwrap_err();
        assert_eq!(
            error.retry_at(),
            expected.map(|secs| now + Duration::from_secs(secs)),
            "{wait}"
        );
    }
}

#[test]
fn debug_of_a_granted_token_hides_it() {
    let token = read(answer(200, r#"{"access_token":"canary"}"#)).unwrap();
    assert!(!format!("{token:?}").contains("canary"));
}

/// Whatever a server sends: a token or an error, and no panic. The seed is fixed, so that a find
/// can be found again.
#[test]
fn mangled_answers_are_judged_without_a_panic() {
    let mut random = fastrand::Rng::with_seed(8_693);
    let odd: [&[u8]; 10] = [
        b"{",
        b"}",
        b"\"",
        b"\\u",
        b"\xff",
        b"1e999",
        b"null",
        b"[[[[",
        b"\x00",
        b",\"error\":",
    ];
    let samples = [
        GOOD,
        r#"{"error":"invalid_grant","error_description":"no"}"#,
        "",
        "<html>",
    ];
    for _ in 0..20_000 {
        let mut body = random.choice(samples).unwrap().as_bytes().to_vec();
        for _ in 0..random.usize(0..4) {
            let at = random.usize(0..=body.len());
            let to = random.usize(at..=body.len().min(at + 5));
            body.splice(at..to, random.choice(odd).unwrap().iter().copied());
        }
        let status = random.u16(200..600);
        match read(answer(status, &body)) {
            Ok(token) => assert!(
                token
                    .access_token
                    .expose()
                    .bytes()
                    .all(|b| b.is_ascii_graphic())
            ),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
