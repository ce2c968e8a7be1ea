use super::*;

fn granted(grant: Grant, extra: &str) -> Result<TokenAnswer, AuthError> {
    let url = Uri::from_static("https://cloud.memsource.com/web/oauth/token");
    let body = format!(r#"{{"access_token":"a"{extra}}}"#);
    Call::new(grant, &url).read(Ok(answer(200, body)), SystemTime::now())
}

#[test]
fn what_renews_a_token_and_what_it_may_do_are_read_where_they_are_asked_for() {
    for grant in [Grant::Code, Grant::Refresh] {
        let answer = granted(grant, r#","refresh_token":"r","scope":"b  a""#).unwrap();
        assert_eq!(answer.refresh_token.unwrap().expose(), "r");
        assert_eq!(answer.scope.as_deref(), Some("b a"));
        let listed = granted(grant, r#","scope":["b","a"]"#).unwrap();
        assert_eq!(listed.scope.as_deref(), Some("b a"));
        for absent in ["", r#","refresh_token":null,"scope":null"#] {
            let answer = granted(grant, absent).unwrap();
            assert!(answer.refresh_token.is_none() && answer.scope.is_none());
        }
    }
    let other = granted(Grant::Exchange, r#","refresh_token":"r","scope":"b""#).unwrap();
    assert!(other.refresh_token.is_none() && other.scope.is_none());
}

#[test]
fn a_refresh_token_or_scope_that_cannot_be_one_spoils_the_answer_that_it_belongs_to() {
    for bad in [
        r#","refresh_token":"""#,
        r#","refresh_token":"canary x""#,
        r#","refresh_token":"canary\u0000""#,
        r#","refresh_token":7"#,
        r#","refresh_token":["canary"]"#,
        r#","refresh_token":"a","refresh_token":"b""#,
        r#","scope":7"#,
        r#","scope":{"a":"b"}"#,
        r#","scope":["a",7]"#,
        r#","scope":["a",null]"#,
    ] {
        for grant in [Grant::Code, Grant::Refresh] {
            let error = granted(grant, bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{bad}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{bad}");
        }
    }
    assert!(granted(Grant::Exchange, r#","refresh_token":7,"scope":[[{}]]"#).is_ok());
}

#[test]
fn what_a_server_says_in_a_redirect_is_classified_and_made_harmless() {
    let url = Uri::from_static("https://cloud.memsource.com/web/oauth/authorize");
    let secret = Secret::new("canary");
    let call = Call::new(Grant::Authorize, &url)
        .by(Method::GET)
        .sent(&secret);
    for (code, kind) in [
        ("access_denied", ErrorKind::Forbidden),
        ("server_error", ErrorKind::Unavailable),
        ("temporarily_unavailable", ErrorKind::Unavailable),
        ("invalid_scope", ErrorKind::Config),
        ("invalid_request", ErrorKind::Config),
        ("unauthorized_client", ErrorKind::Config),
        ("unsupported_response_type", ErrorKind::Config),
        ("something_new", ErrorKind::Protocol),
    ] {
        let error = call.said(code, None);
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
        assert!(error.hint().is_some() && error.status().is_none(), "{code}");
    }
    let error = call.said("a\nb", Some("\u{1b}[2J canary"));
    assert_eq!(error.code(), None);
    assert_eq!(error.description(), Some("\\u{1b}[2J [redacted]"));
    assert_eq!(
        error.endpoint(),
        Some("GET https://cloud.memsource.com/web/oauth/authorize")
    );
}
