use super::*;

fn adopting(token: &str, left: Option<Duration>) -> Bench {
    let expires = left.and_then(|left| std::time::SystemTime::now().checked_add(left));
    Bench::of(ApiTokenAuth::builder_from_token(
        token,
        expires,
        DataCenter::Us,
    ))
}

#[tokio::test]
async fn an_adopted_token_is_used_and_ends_in_a_demand_for_a_login() {
    let bench = adopting("t\n", Some(Duration::from_secs(3600)));
    let header = bench.auth.header().await.unwrap();
    assert_eq!(header.value(), "ApiToken t");
    bench.clock.advance(Duration::from_secs(3600));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    assert_eq!(bench.requests(), 0);
}

#[tokio::test]
async fn an_adopted_token_that_is_refused_ends_in_a_demand_for_a_login() {
    let bench = adopting("t", None);
    let header = bench.auth.header().await.unwrap();
    assert!(bench.auth.reject(&header));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    assert!(error.message().contains("refused it"), "{error}");
}

#[tokio::test]
async fn an_adopted_token_lives_a_day_at_the_most() {
    let day = Duration::from_secs(86_400);
    for left in [None, Some(day * 30)] {
        let bench = adopting("t", left);
        bench.clock.advance(day - Duration::from_secs(60));
        assert!(bench.auth.header().await.is_ok());
        bench.clock.advance(Duration::from_secs(60));
        assert_eq!(bench.error().await.kind(), ErrorKind::LoginRequired);
    }
}

#[tokio::test]
async fn a_password_beside_it_renews_it() {
    let ended = std::time::SystemTime::now() - Duration::from_secs(1);
    let live = std::time::SystemTime::now() + Duration::from_secs(3600);
    for (expires, requests) in [(ended, 1), (live, 0)] {
        let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Us);
        let bench = Bench::of(builder.token("old", Some(expires)));
        bench.client.answer(200, GOOD);
        let header = bench.auth.header().await.unwrap();
        assert_eq!(bench.requests(), requests);
        assert_eq!(header.token() == "old", requests == 0);
        assert!(bench.auth.reject(&header));
        bench.client.answer(200, r#"{"token":"t2"}"#);
        assert!(bench.auth.header().await.is_ok());
        assert_eq!(bench.requests(), requests + 1);
    }
}

#[tokio::test]
async fn an_adopted_token_can_be_asked_about_and_logged_out() {
    let bench = adopting("t", None);
    bench
        .client
        .answer(200, r#"{"user":{"userName":"jane.doe"}}"#);
    assert!(bench.auth.who_am_i().await.unwrap().user.is_some());
    bench.client.answer(204, "");
    assert_eq!(bench.auth.logout().await.unwrap(), Revocation::Revoked);
    assert!(bench.auth.peek().is_none());
}

#[test]
fn a_token_that_is_none_is_refused_at_once_and_not_shown() {
    for bad in [
        "",
        "ApiToken canary",
        "canary\r\nx",
        "canary\n\n",
        "canaryé",
    ] {
        let client = Arc::new(ScriptedClient::new());
        let builder = ApiTokenAuth::builder_from_token(bad, None, DataCenter::Eu);
        let error = builder.http_client(client).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{bad:?}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

fn key() -> StoreKey {
    let base = BaseUrl::parse("https://us.cloud.memsource.com/web").unwrap();
    StoreKey::new(ApiTokenAuth::SCHEME, &base, "jane").unwrap()
}

#[tokio::test]
async fn a_store_shares_the_token_of_one_login() {
    let store = MemoryStore::new();
    let mut requests = 0;
    for _ in 0..3 {
        let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Us);
        let bench = Bench::of(builder.store(Arc::new(store.clone()), key()));
        bench.client.answer(200, GOOD);
        assert_eq!(bench.auth.header().await.unwrap().token(), "t1");
        requests += bench.requests();
    }
    assert_eq!(requests, 1);
    let saved = store.load(&key()).await.unwrap().unwrap();
    assert_eq!(saved.token().style(), &HeaderStyle::api_token());
    let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Us);
    let bench = Bench::of(builder.session(saved.clone()));
    assert_eq!(bench.auth.header().await.unwrap().token(), "t1");
    // With something to be expected of it, it is proven first.
    let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Us);
    let bench = Bench::of(builder.session(saved).expect_organization("o-1"));
    bench.client.answer(
        200,
        r#"{"user":{"uid":"u-1"},"organization":{"uid":"o-2"}}"#,
    );
    assert_eq!(bench.error().await.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_session_of_another_scheme_or_host_is_refused() {
    let base = BaseUrl::parse("https://us.cloud.memsource.com/web").unwrap();
    let eu = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
    for key in [
        StoreKey::new("oauth2", &base, "jane").unwrap(),
        StoreKey::new(ApiTokenAuth::SCHEME, &eu, "jane").unwrap(),
    ] {
        let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Us)
            .http_client(Arc::new(ScriptedClient::new()))
            .store(Arc::new(MemoryStore::new()), key);
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Config);
    }
}
