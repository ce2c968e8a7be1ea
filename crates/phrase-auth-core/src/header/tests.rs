use super::*;

fn lent(style: &HeaderStyle, token: &str) -> AuthHeader {
    LoanedHeader::new(style, &Secret::new(token), None)
        .unwrap()
        .lend()
}

#[test]
fn every_style_of_phrase_is_written_as_its_server_expects() {
    let key = HeaderName::from_static("x-api-key");
    let authentication = HeaderName::from_static("authentication");
    for (style, name, value) in [
        (HeaderStyle::bearer(), "authorization", "Bearer abc"),
        (HeaderStyle::api_token(), "authorization", "ApiToken abc"),
        (HeaderStyle::token(), "authorization", "token abc"),
        (HeaderStyle::raw(key), "x-api-key", "abc"),
        (
            HeaderStyle::bearer().under(authentication),
            "authentication",
            "Bearer abc",
        ),
    ] {
        let header = lent(&style, "abc");
        assert_eq!(header.name().as_str(), name);
        assert_eq!(header.value(), value);
        assert_eq!(header.token(), "abc");
    }
}

#[test]
fn a_header_prints_without_its_value() {
    let shown = format!("{:?}", lent(&HeaderStyle::bearer(), "canary"));
    assert!(
        shown.contains("Sensitive") && !shown.contains("canary"),
        "{shown}"
    );
    let loaned = LoanedHeader::new(&HeaderStyle::bearer(), &Secret::new("canary"), None).unwrap();
    assert!(!format!("{loaned:?}").contains("canary"));
}

#[test]
fn applying_replaces_what_was_there() {
    let mut headers = HeaderMap::new();
    headers.append(AUTHORIZATION, HeaderValue::from_static("old"));
    headers.append(AUTHORIZATION, HeaderValue::from_static("older"));
    lent(&HeaderStyle::bearer(), "new").apply(&mut headers);
    let values: Vec<_> = headers.get_all(AUTHORIZATION).iter().collect();
    assert_eq!(values, ["Bearer new"]);
    assert!(values[0].is_sensitive());
}

#[test]
fn every_thread_gets_the_same_value_and_the_same_generation() {
    let loaned = LoanedHeader::new(&HeaderStyle::bearer(), &Secret::new("abc"), None).unwrap();
    let here = loaned.lend();
    std::thread::scope(|scope| {
        for _ in 0..MAX_SHARDS * 2 {
            scope.spawn(|| {
                let there = loaned.lend();
                assert_eq!(there.value(), here.value());
                assert!(there.value().is_sensitive());
                assert_eq!(there.generation(), here.generation());
            });
        }
    });
}

#[test]
fn threads_do_not_share_a_buffer_until_the_shards_are_used_up() {
    let loaned = LoanedHeader::new(&HeaderStyle::bearer(), &Secret::new("abc"), None).unwrap();
    let here = loaned.lend().value().as_bytes().as_ptr() as usize;
    let there = std::thread::scope(|scope| {
        let thread = scope.spawn(|| loaned.lend().value().as_bytes().as_ptr() as usize);
        thread.join().unwrap()
    });
    assert_ne!(here, there);
    assert_eq!(here, loaned.lend().value().as_bytes().as_ptr() as usize);
}

#[test]
fn only_visible_ascii_becomes_a_header() {
    let good = Secret::new("A-Za-z0-9!~\"");
    assert!(check_token(&good, ErrorKind::Protocol, "the token").is_ok());
    let long = "x".repeat(MAX_TOKEN + 1);
    for bad in [
        "",
        " ",
        "a b",
        "a\tb",
        "a\r\nX-Evil: 1",
        "a\0",
        "a\u{7f}",
        "é",
        "a\u{202e}b",
        &long,
    ] {
        let error = check_token(&Secret::new(bad), ErrorKind::Protocol, "the token").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{bad:?}");
        assert!(!error.to_string().contains("Evil"));
    }
    assert!(
        check_token(
            &Secret::new("x".repeat(MAX_TOKEN)),
            ErrorKind::Protocol,
            "it"
        )
        .is_ok()
    );
}

#[test]
fn generations_only_rise() {
    let (first, second) = (Generation::next(), Generation::next());
    assert!(first < second);
}
