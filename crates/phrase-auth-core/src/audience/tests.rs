use super::*;
use crate::error::ErrorKind;

#[test]
fn a_secret_goes_to_https_or_to_a_loopback_literal() {
    for (url, allowed) in [
        ("https://eu.phrase.com/idm", true),
        ("HTTPS://EU.Phrase.com/idm/", true),
        ("https://xn--bcher-kva.example", true),
        ("https://10.0.0.1:8443/x", true),
        ("https://[::1]:1/", true),
        ("http://127.0.0.1:8080", true),
        ("http://127.9.9.9", true),
        ("http://[::1]:8080/idm", true),
        ("http://eu.phrase.com/idm", false),
        ("http://localhost:8080", false),
        ("http://127.0.0.1.example.com", false),
        ("http://127.1", false),
        ("http://0x7f.0.0.1", false),
        ("http://0x7f000001", false),
        ("http://2130706433", false),
        ("https://2130706433", false),
        ("http://0177.0.0.1", false),
        ("http://[::ffff:127.0.0.1]", false),
        ("http://128.0.0.1", false),
        ("http://10.0.0.1", false),
        ("http://0.0.0.0", false),
        ("ftp://127.0.0.1", false),
        ("ws://127.0.0.1", false),
        ("127.0.0.1:80", false),
        ("eu.phrase.com", false),
        ("/idm", false),
        ("*", false),
        ("", false),
        ("https://", false),
        ("https://user@eu.phrase.com", false),
        ("https://user:canary@eu.phrase.com", false),
        ("https://eu.phrase.com@evil.example", false),
        ("https://eu.phrase.com.", false),
        ("https://eu..phrase.com", false),
        ("https://eu%2ephrase.com", false),
        ("https://eu.phrase.com/idm?x=1", false),
        ("https://eu.phrase.com/idm?", false),
        ("https://eu.phrase.com/idm#top", false),
        ("https://eu.phrase.com/idm#", false),
        ("https://eu.phrase.com\\@evil.example/", false),
        ("https://eu.phrase.com/a b", false),
        ("https://eu.phrase.com/\n", false),
        ("https://bücher.example", false),
        ("https://eu.phrase.com:0", false),
        ("https://eu.phrase.com:70000", false),
        ("https://eu.phrase.com:", false),
        ("https://eu.phrase.com/idm/../admin", false),
    ] {
        let parsed = BaseUrl::parse(url);
        assert_eq!(parsed.is_ok(), allowed, "{url:?}: {parsed:?}");
        if let Err(error) = parsed {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.hint().is_some());
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}

#[test]
fn a_base_url_is_written_in_one_way() {
    for (text, written) in [
        (
            "HTTPS://EU.Phrase.com:443/idm/",
            "https://eu.phrase.com/idm",
        ),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("https://[::1]:9/a", "https://[::1]:9/a"),
    ] {
        assert_eq!(BaseUrl::parse(text).unwrap().to_string(), written);
    }
    let joined = BaseUrl::parse("https://eu.phrase.com/idm/")
        .unwrap()
        .join("/oauth/token");
    assert_eq!(joined.unwrap(), "https://eu.phrase.com/idm/oauth/token");
}

fn covers(base: &str, url: &str) -> bool {
    let uri: Uri = url.parse().unwrap();
    Target::try_from(&uri).is_ok_and(|target| Audience::new(base).unwrap().covers(target))
}

#[test]
fn a_credential_belongs_to_one_origin_and_what_lies_under_its_path() {
    let tms = "https://cloud.memsource.com/web";
    for (url, covered) in [
        ("https://cloud.memsource.com/web", true),
        ("https://cloud.memsource.com/web/", true),
        (
            "https://CLOUD.Memsource.com:443/web/api2/v1/x?token=no",
            true,
        ),
        ("https://cloud.memsource.com/web/branches/feature%2Fx", true),
        ("https://cloud.memsource.com/website", false),
        ("https://cloud.memsource.com/", false),
        ("https://cloud.memsource.com/web/../idm", false),
        ("https://cloud.memsource.com/web/%2e%2E/idm", false),
        ("https://cloud.memsource.com/web/x%2f..%2fidm", false),
        ("https://cloud.memsource.com/web/x%5c..%5cidm", false),
        ("https://cloud.memsource.com/web/..;/idm", false),
        ("https://cloud.memsource.com/web/..;x=1/idm", false),
        ("https://cloud.memsource.com/web/%252e%252e/idm", false),
        ("https://cloud.memsource.com/web/%25252e%25252e/idm", false),
        ("https://cloud.memsource.com/web/..%3b/idm", false),
        ("https://cloud.memsource.com/web/a;b=c/d..e", true),
        ("https://cloud.memsource.com:+443/web/x", false),
        ("http://cloud.memsource.com/web", false),
        ("https://cloud.memsource.com:8443/web", false),
        ("https://us.cloud.memsource.com/web", false),
        ("https://cloud.memsource.com.evil.example/web", false),
        ("https://evilcloud.memsource.com/web", false),
        ("https://cloud.memsource.com@evil.example/web", false),
        ("https://user@cloud.memsource.com/web", false),
        ("https://cloud.memsource.com./web", false),
    ] {
        assert_eq!(covers(tms, url), covered, "{url}");
    }
    assert!(covers(
        "https://api.phrase.com",
        "https://api.phrase.com/v2/../v3"
    ));
    assert!(covers(
        "http://127.0.0.1:9/v2",
        "http://127.0.0.1:9/v2/user"
    ));
    assert!(!covers(
        "http://127.0.0.1:9/v2",
        "https://127.0.0.1:9/v2/user"
    ));
}

#[test]
fn several_bases_make_one_audience() {
    let both = Audience::new("https://a.example")
        .unwrap()
        .also("https://b.example/x")
        .unwrap();
    let uri = Uri::from_static("https://b.example/x/y");
    assert!(both.covers(Target::try_from(&uri).unwrap()));
}

#[test]
fn nothing_that_is_joined_leads_out_of_its_base() {
    let base = BaseUrl::parse("https://eu.phrase.com").unwrap();
    assert!(base.join("/idm/x?y=1").is_ok());
    for path in [
        "",
        "idm",
        "@evil.example/x",
        ".evil.example/x",
        ":8443/x",
        "/../x",
        "/a b",
    ] {
        assert!(base.join(path).is_err(), "{path:?}");
    }
    let idm = BaseUrl::parse("https://eu.phrase.com/idm").unwrap();
    assert!(idm.join("entity/x").is_err());
    assert!(idm.join("/%2e%2e/x").is_err());
}
