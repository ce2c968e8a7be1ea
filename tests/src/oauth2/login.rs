use phrase_auth_oauth2::ClientAuth;

use super::*;

#[tokio::test]
async fn every_kind_of_client_logs_in_and_refreshes() {
    let world = World::new().await;
    for (client, how) in [
        (seed::PUBLIC_CLIENT, None),
        (seed::PKCE_CLIENT, None),
        (seed::TERSE_CLIENT, None),
        (seed::CONFIDENTIAL_CLIENT, Some(ClientAuth::Body)),
        (seed::CONFIDENTIAL_CLIENT, Some(ClientAuth::Basic)),
        (seed::RAW_BASIC_CLIENT, Some(ClientAuth::RawBasic)),
    ] {
        let redirect = match client.client_secret {
            Some(_) => "https://app.example/callback",
            None => "http://127.0.0.1:50505/callback",
        };
        let builder = world.builder(&client).redirect_uri(redirect).scope("a");
        let builder = match how {
            Some(how) => builder.client_secret(client.client_secret.unwrap(), how),
            None => builder,
        };
        let oauth = builder.build().unwrap();
        let session = world.log_in(&oauth).await;
        let auth = OAuth2Auth::new(oauth, session).unwrap();
        let first = auth.header().await.unwrap();
        assert_eq!(world.call(first.clone()).await, StatusCode::OK);
        assert_eq!(auth.scope().as_deref(), Some("a"), "{}", client.client_id);
        world.advance(HOUR);
        let second = auth.header().await.unwrap();
        assert_ne!(first.token(), second.token());
        assert_eq!(
            world.call(second).await,
            StatusCode::OK,
            "{}",
            client.client_id
        );
    }
}

#[tokio::test]
async fn a_secret_that_is_sent_in_the_wrong_way_says_what_to_check() {
    let world = World::new().await;
    let client = seed::CONFIDENTIAL_CLIENT;
    let oauth = world
        .builder(&client)
        .redirect_uri("https://app.example/callback")
        .client_secret(client.client_secret.unwrap(), ClientAuth::RawBasic)
        .build()
        .unwrap();
    let (url, pending) = oauth.begin().unwrap();
    let back = world.emulator.authorize(&url).unwrap();
    let error = oauth.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Config, Some("invalid_client"))
    );
    assert!(error.hint().unwrap().contains("ClientAuth"), "{error}");
}

#[tokio::test]
async fn a_person_who_denies_it_is_not_logged_in_and_no_token_is_asked_for() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let (url, pending) = oauth.begin().unwrap();
    let person = Person::of(&seed::PLAIN_USER).who_denies();
    let back = world.emulator.authorize_as(&url, &person).unwrap();
    let error = oauth.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(
        (error.kind(), world.token_requests()),
        (ErrorKind::Forbidden, 0)
    );
}

#[tokio::test]
async fn the_issuer_of_a_redirect_is_checked_where_it_is_known() {
    let world = World::of(Emulator::builder().oauth_issuer(true)).await;
    let of = |issuer: &str| {
        let builder = world.builder(&seed::PUBLIC_CLIENT).required_issuer(issuer);
        builder
            .redirect_uri("http://127.0.0.1:50505/callback")
            .build()
            .unwrap()
    };
    let probe = of("x");
    let (url, pending) = probe.begin().unwrap();
    let back = world.emulator.authorize(&url).unwrap();
    let issuer = back
        .split("iss=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let issuer = issuer.replace("%3A", ":").replace("%2F", "/");
    assert!(probe.finish(pending, &back, "").await.is_err());
    assert_eq!(world.token_requests(), 0);
    world.log_in(&of(&issuer)).await;
}

#[tokio::test]
async fn without_pkce_a_client_that_has_to_send_it_hears_so() {
    let world = World::new().await;
    let oauth = |client| {
        let builder = world
            .builder(&client)
            .redirect_uri("http://127.0.0.1:50505/callback");
        builder.without_pkce().build().unwrap()
    };
    world.log_in(&oauth(seed::PUBLIC_CLIENT)).await;
    let strict = oauth(seed::PKCE_CLIENT);
    let (url, pending) = strict.begin().unwrap();
    let back = world.emulator.authorize(&url).unwrap();
    let error = strict.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Config, Some("invalid_request"))
    );
}

#[tokio::test]
async fn a_code_that_is_over_is_refused_and_says_to_begin_again() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let (url, pending) = oauth.begin().unwrap();
    let back = world.emulator.authorize(&url).unwrap();
    world.advance(Duration::from_secs(61));
    let error = oauth.finish(pending, &back, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        error.hint().unwrap().starts_with("begin the login again"),
        "{error}"
    );
}
