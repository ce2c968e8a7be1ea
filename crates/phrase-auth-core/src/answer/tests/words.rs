//! What of a server's words reaches an error.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};

use super::*;

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
