use super::*;

#[test]
fn the_url_has_what_the_standards_want_and_nothing_that_is_secret() {
    let bench = Bench::new();
    let (url, pending) = bench.client.begin().unwrap();
    let start = "https://us.cloud.memsource.com/web/oauth/authorize?";
    assert!(url.starts_with(start), "{url}");
    let asked = parameters(&url);
    let names: Vec<&str> = asked.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "client_id",
            "code_challenge",
            "code_challenge_method",
            "redirect_uri",
            "response_type",
            "state"
        ]
    );
    assert_eq!(
        (asked["response_type"].as_str(), asked["client_id"].as_str()),
        ("code", "client-1")
    );
    assert_eq!(asked["redirect_uri"], REDIRECT);
    assert_eq!(asked["code_challenge_method"], "S256");
    // 256 bits each, in base64 without padding.
    assert_eq!(
        (asked["state"].len(), asked["code_challenge"].len()),
        (43, 43)
    );
    let verifier = pending.verifier.unwrap();
    assert_eq!(verifier.expose().len(), 43);
    assert!(!url.contains(verifier.expose()));
    assert_eq!(asked["state"], pending.state.expose());
    assert_ne!(asked["state"], verifier.expose());
    assert!(bench.sent().is_empty());
}

#[test]
fn every_login_has_a_state_and_a_verifier_of_its_own() {
    let bench = Bench::new();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let (_, pending) = bench.begin();
        assert!(seen.insert(pending.state.expose().to_owned()));
        assert!(seen.insert(pending.verifier.unwrap().expose().to_owned()));
    }
}

#[test]
fn scope_urls_and_the_challenge_are_as_the_builder_says() {
    let bench = Bench::with(|builder| {
        builder
            .scope("openid")
            .scope("offline_access")
            .authorize_url("https://a.example/authorize?prompt=consent")
            .without_pkce()
    });
    let (url, pending) = bench.client.begin().unwrap();
    assert!(
        url.starts_with("https://a.example/authorize?prompt=consent&"),
        "{url}"
    );
    let asked = parameters(&url);
    assert_eq!(asked["scope"], "openid offline_access");
    assert!(!asked.contains_key("code_challenge") && pending.verifier.is_none());
}

#[test]
fn the_redirect_uri_is_the_same_byte_for_byte() {
    for uri in [
        "https://app.example",
        "https://APP.example:443/call%20back?a=b&c=",
    ] {
        let bench = Bench::with(|builder| builder.redirect_uri(uri));
        assert_eq!(bench.begin().0["redirect_uri"], uri);
    }
}

#[test]
fn what_cannot_be_meant_is_refused_when_the_client_is_built() {
    let http: Arc<dyn HttpClient> = Arc::new(ScriptedClient::new());
    let builder =
        |id: &str| OAuth2Client::builder(id, DataCenter::Eu).http_client(Arc::clone(&http));
    let good = || builder("c");
    for (what, bad) in [
        ("client id", builder("")),
        ("client id", builder("a b")),
        ("client id", builder("a\n")),
        ("scope", good().scope("a b")),
        ("authorize URL", good().authorize_url("http://a.example")),
        (
            "client_id",
            good().authorize_url("https://a.example/authorize?client_id=x"),
        ),
        (
            "redirect URI",
            good().redirect_uri("https://app.example/callback?state=x"),
        ),
        (
            "colon",
            builder("a:b").client_secret("s", ClientAuth::RawBasic),
        ),
        ("token URL", good().token_url("https://a.example/#x")),
        (
            "redirect URI",
            good().redirect_uri("http://localhost/callback"),
        ),
        (
            "client secret",
            good().client_secret("canary\n\n", ClientAuth::Basic),
        ),
        (
            "base URL",
            OAuth2Client::builder("c", Endpoints::custom()).http_client(Arc::clone(&http)),
        ),
    ] {
        let error = bad.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{what}");
        assert!(
            error.message().contains(what) && error.hint().is_some(),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("canary"));
    }
    let without = good().build().unwrap();
    assert_eq!(without.begin().unwrap_err().kind(), ErrorKind::Config);
}
