//! The rows of TMS's own endpoints, and on what an answer of theirs is the last word.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::*;

const HTML: &str = "<html>Sign in</html>";

fn tms(code: &str) -> String {
    format!(r#"{{"errorCode":"{code}","errorDescription":"no"}}"#)
}

fn ask(grant: Grant, status: u16, body: &str) -> AuthError {
    let (uri, secret) = (uri(), Secret::new("password"));
    let call = Call::new(grant, &uri).tried(&secret);
    let nothing = |_: &[u8]| Err::<(), _>("there is no token in it");
    let read = call.read_with(Ok(answer(status, body)), SystemTime::now(), nothing);
    let error = read.unwrap_err();
    if let Some(verdict) = error.verdict() {
        assert_eq!(verdict, secret.id());
    }
    error
}

#[test]
fn a_login_has_rows_of_its_own_and_every_answer_but_a_passing_one_is_the_last_word() {
    use ErrorKind::{
        Config, Forbidden, Protocol, Refused, SecondFactorRequired, Throttled, Unavailable,
    };
    let error = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    let second_factor = tms("AuthAccountTwoFactorProtected");
    let rows: Vec<(u16, String, ErrorKind, bool)> = vec![
        // Wrong credentials, in whatever words.
        (401, String::new(), Refused, true),
        (401, " ".into(), Refused, true),
        (401, "{}".into(), Refused, true),
        (401, "{".into(), Refused, true),
        (401, tms("AuthUnauthorized"), Refused, true),
        (401, tms("SomethingNew"), Refused, true),
        (401, error("temporarily_unavailable"), Refused, true),
        (400, tms("AuthUnauthorized"), Refused, true),
        (403, tms("AuthUnauthorized"), Refused, true),
        (200, tms("AuthUnauthorized"), Refused, true),
        // The second factor, at whatever status.
        (400, second_factor.clone(), SecondFactorRequired, true),
        (401, second_factor.clone(), SecondFactorRequired, true),
        (403, second_factor.clone(), SecondFactorRequired, true),
        (404, second_factor.clone(), SecondFactorRequired, true),
        (410, second_factor.clone(), SecondFactorRequired, true),
        (200, second_factor.clone(), SecondFactorRequired, true),
        (500, second_factor.clone(), Unavailable, false),
        (429, second_factor, Throttled, false),
        // A reason that is not documented.
        (403, tms("SsoOnly"), Forbidden, true),
        (403, error("access_denied"), Forbidden, true),
        (403, error("temporarily_unavailable"), Unavailable, true),
        // All else that is JSON or empty.
        (403, "{}".into(), Unavailable, true),
        (403, String::new(), Unavailable, true),
        (400, String::new(), Unavailable, true),
        (400, "{}".into(), Protocol, true),
        (400, "{".into(), Protocol, true),
        (400, tms("SomethingNew"), Protocol, true),
        (404, String::new(), Config, true),
        (404, tms("NotFound"), Config, true),
        (405, String::new(), Config, true),
        (410, String::new(), Config, true),
        (415, "{}".into(), Protocol, true),
        (200, String::new(), Unavailable, true),
        (204, String::new(), Unavailable, true),
        (200, "{}".into(), Protocol, true),
        (200, "{".into(), Protocol, true),
        // A text that is no page: somebody who speaks for the server.
        (401, "Unauthorized".into(), Refused, true),
        (401, r#""no""#.into(), Refused, true),
        (401, "[1]".into(), Refused, true),
        (401, "<?xml version='1.0'?><e/>".into(), Refused, true),
        (401, "\u{feff}{}".into(), Refused, true),
        (403, "Forbidden".into(), Unavailable, true),
        (400, "no".into(), Unavailable, true),
        (200, "OK".into(), Unavailable, true),
        (302, String::new(), Config, true),
        (307, "{}".into(), Config, true),
        // What passes.
        (401, HTML.into(), Unavailable, false),
        (403, HTML.into(), Unavailable, false),
        (400, HTML.into(), Unavailable, false),
        (404, HTML.into(), Config, false),
        (302, HTML.into(), Config, false),
        (200, HTML.into(), Unavailable, false),
        (408, String::new(), Unavailable, false),
        (425, "{}".into(), Unavailable, false),
        (429, String::new(), Throttled, false),
        (429, tms("TooManyRequests"), Throttled, false),
        (500, "{}".into(), Unavailable, false),
        (501, String::new(), Unavailable, false),
        (503, tms("AuthUnauthorized"), Unavailable, false),
    ];
    for (status, body, kind, last) in rows {
        let error = ask(Grant::Login, status, &body);
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(error.verdict().is_some(), last, "{status} {body}");
    }
}

#[test]
fn a_page_is_known_by_its_media_type_too_and_json_is_json_whatever_it_is_called() {
    let (uri, secret) = (uri(), Secret::new("password"));
    let call = Call::new(Grant::Login, &uri).tried(&secret);
    for (media, coding, body, last) in [
        ("text/html", "identity", "Sign in to the network", false),
        ("Text/HTML; charset=utf-8", "identity", "Sign in", false),
        ("text/html", "gzip", "\u{1f}compressed", false),
        ("text/html", "identity", r#"{"errorCode":"New"}"#, true),
        ("application/json", "gzip", "\u{1f}compressed", true),
        ("text/plain", "identity", "Sign in", true),
        (
            "application/xml",
            "identity",
            "<Map><errorCode>New</errorCode></Map>",
            true,
        ),
        ("text/plain", "identity", "<!DOCTYPE html><p>Sign in", false),
        ("text/plain", "identity", "<HTML lang=en>", false),
        ("text/html", "identity", "<p>Sign in", false),
    ] {
        let mut response = answer(401, body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.parse().unwrap());
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
        let read = call.read_with(Ok(response), SystemTime::now(), |_| Ok(()));
        let error = read.unwrap_err();
        assert_eq!(error.verdict().is_some(), last, "{media} {coding}");
        let kind = [ErrorKind::Unavailable, ErrorKind::Refused][usize::from(last)];
        assert_eq!(error.kind(), kind, "{media} {coding}");
    }
}

#[test]
fn what_stands_without_a_reason_does_not_pretend_to_pass() {
    for (status, body) in [(403, ""), (400, ""), (200, ""), (403, "{}")] {
        let error = ask(Grant::Login, status, body);
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(!error.is_transient());
        let hint = error.hint().unwrap();
        assert!(hint.contains("before it is sent again"), "{status}: {hint}");
    }
}

#[test]
fn a_login_that_got_no_answer_is_no_verdict() {
    let (uri, secret) = (uri(), Secret::new("password"));
    let call = Call::new(Grant::Login, &uri).tried(&secret);
    for fault in [
        Fault::Connect,
        Fault::Broken,
        Fault::Timeout,
        Fault::TooLarge,
    ] {
        let lost = Err(TransportError::new(fault, true));
        let error = call
            .read_with(lost, SystemTime::now(), |_| Ok(()))
            .unwrap_err();
        assert_eq!(error.verdict(), None, "{fault:?}");
    }
}

#[test]
fn a_token_request_is_a_verdict_only_if_its_kind_is_one() {
    for grant in [Grant::Exchange, Grant::Refresh, Grant::Api] {
        let refused = ask(grant, 400, r#"{"error":"invalid_grant"}"#);
        assert!(refused.verdict().is_some(), "{grant:?}");
        let odd = ask(grant, 200, r#"{"access_token":7}"#);
        assert!(odd.verdict().is_none(), "{grant:?}");
    }
}

#[test]
fn what_stands_behind_a_credential_refuses_it_with_any_401() {
    for body in ["", "{}", &tms("AuthUnauthorized")] {
        assert_eq!(ask(Grant::Api, 401, body).kind(), ErrorKind::Refused);
        assert_eq!(ask(Grant::Exchange, 401, "").kind(), ErrorKind::Unavailable);
    }
    assert_eq!(ask(Grant::Api, 401, HTML).kind(), ErrorKind::Unavailable);
    let denied = ask(Grant::Api, 403, &tms("NotYours"));
    assert_eq!(denied.kind(), ErrorKind::Forbidden);
}

#[test]
fn a_success_is_handed_to_whoever_knows_its_form() {
    let uri = uri();
    let body = r#"{"token":"t","access_token":null}"#;
    for grant in [Grant::Login, Grant::Api] {
        let call = Call::new(grant, &uri).by(Method::GET);
        let read = call.read_with(Ok(answer(200, body)), SystemTime::now(), |read| {
            Ok(read == body.as_bytes())
        });
        assert!(read.unwrap(), "{grant:?}");
    }
    let error = ask(Grant::Login, 200, "{}");
    assert_eq!(error.message(), "there is no token in it");
    assert_eq!(error.status(), Some(http::StatusCode::OK));
    assert!(error.endpoint().is_some());
}
