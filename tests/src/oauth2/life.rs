use super::*;

#[tokio::test]
async fn a_session_lives_through_fifty_refreshes_and_its_family_stays_alive() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let session = world.log_in(&oauth).await;
    let auth = OAuth2Auth::new(oauth, session).unwrap();
    for _ in 0..50 {
        world.advance(HOUR);
        let header = auth.header().await.unwrap();
        assert_eq!(world.call(header).await, StatusCode::OK);
    }
    assert_eq!(world.token_requests(), 51);
}

#[tokio::test]
async fn a_401_costs_one_refresh_and_a_second_one_is_handed_on() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let session = world.log_in(&oauth).await;
    let auth = OAuth2Auth::new(oauth, session).unwrap();
    let first = auth.header().await.unwrap();
    assert!(auth.reject(&first));
    let second = auth.header().await.unwrap();
    assert_ne!(first.token(), second.token());
    assert!(!auth.reject(&second), "it has just been issued");
    assert!(auth.reject(&first), "a straggler");
    assert_eq!(auth.header().await.unwrap().token(), second.token());
    assert_eq!(world.token_requests(), 2);
}

#[tokio::test]
async fn a_consent_that_is_taken_back_is_a_login_required_that_stands() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let session = world.log_in(&oauth).await;
    let auth = OAuth2Auth::new(oauth.clone(), session).unwrap();
    world.emulator.revoke_oauth(seed::PLAIN_USER.user_name);
    let header = auth.header().await.unwrap();
    assert_eq!(world.call(header.clone()).await, StatusCode::UNAUTHORIZED);
    assert!(auth.reject(&header));
    for _ in 0..100 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::LoginRequired, Some("invalid_grant"))
        );
        world.advance(Duration::from_secs(61));
    }
    assert_eq!(world.token_requests(), 2);
    // A new login ends it.
    let session = world.log_in(&oauth).await;
    auth.cache().adopt(session).await.unwrap();
    let header = auth.header().await.unwrap();
    assert_eq!(world.call(header).await, StatusCode::OK);
}

#[tokio::test]
async fn a_client_without_refresh_tokens_has_to_log_in_again_and_asks_for_nothing() {
    let world = World::new().await;
    let oauth = world.client(&seed::NO_REFRESH_CLIENT);
    let session = world.log_in(&oauth).await;
    let auth = OAuth2Auth::new(oauth, session).unwrap();
    assert!(auth.header().await.is_ok());
    world.advance(HOUR);
    for _ in 0..100 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoginRequired);
        world.advance(Duration::from_secs(61));
    }
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test]
async fn a_session_goes_on_in_another_process_from_its_bytes() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let bytes = world.log_in(&oauth).await.to_secret_bytes();
    let session = Session::from_secret_bytes(&bytes).unwrap();
    world.advance(HOUR);
    let auth = OAuth2Auth::new(oauth, session).unwrap();
    let header = auth.header().await.unwrap();
    assert_eq!(world.call(header).await, StatusCode::OK);
}

#[tokio::test]
async fn without_a_store_the_second_of_two_loses_the_session_and_with_one_nobody_does() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let session = world.log_in(&oauth).await;
    let apart = [0; 2].map(|_| OAuth2Auth::new(oauth.clone(), session.clone()).unwrap());
    world.advance(HOUR);
    assert!(apart[0].header().await.is_ok());
    let error = apart[1].header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);

    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let of = || OAuth2Auth::from_store(oauth.clone(), Arc::clone(&store), "jane").unwrap();
    of().cache()
        .adopt(world.log_in(&oauth).await)
        .await
        .unwrap();
    let before = world.token_requests();
    let together = [0; 2].map(|_| of());
    for _ in 0..10 {
        world.advance(HOUR);
        for auth in &together {
            let header = auth.header().await.unwrap();
            assert_eq!(world.call(header).await, StatusCode::OK);
        }
    }
    assert_eq!(world.token_requests(), before + 10);
}
