//! What is read of an answer, and what is not.

use super::*;

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
