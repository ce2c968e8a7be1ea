use super::*;

mod body;
mod login;
mod oauth;
mod words;

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
