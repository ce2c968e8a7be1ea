use phrase_auth_core::Revocation;

use super::*;

#[tokio::test]
async fn a_log_out_in_the_browser_costs_one_login_and_a_second_one_at_once_is_handed_on() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    world.advance(HOUR);
    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 2);
    let login = auth.last_login().unwrap();
    assert!(login.last_invalidate_all_sessions_performed.is_some());

    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    for _ in 0..100 {
        let status = world.call_twice(&auth).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.logins(), 2);
    world.advance(Duration::from_secs(60));
    assert_eq!(world.call_twice(&auth).await.unwrap(), StatusCode::OK);
    assert_eq!(world.logins(), 3);
}

#[tokio::test]
async fn whoever_is_logged_out_all_the_time_logs_in_at_most_once_a_minute() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    for _ in 0..120 {
        world.call_twice(&auth).await.unwrap();
        world.emulator.end_sessions(seed::PLAIN_USER.user_name);
        world.advance(Duration::from_secs(5));
    }
    // Ten minutes.
    assert!((10..=12).contains(&world.logins()), "{}", world.logins());
}

#[tokio::test]
async fn a_log_out_ends_the_session_at_the_server_and_the_other_ones_live_on() {
    let world = World::new().await;
    let (one, two) = (world.user(&seed::PLAIN_USER), world.user(&seed::PLAIN_USER));
    let header = one.header().await.unwrap();
    let other = two.header().await.unwrap();
    assert_eq!(one.logout().await.unwrap(), Revocation::Revoked);
    assert_eq!(world.call(header.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.call(other).await, StatusCode::OK);
    assert_eq!(
        one.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    let log = world.emulator.log().requests();
    let out = log.iter().find(|it| it.endpoint() == Endpoint::Logout);
    let out = out.unwrap();
    assert!(out.used_token(header.token()) && out.query().is_none());

    // Ended in the browser first: as good.
    world.emulator.end_sessions(seed::PLAIN_USER.user_name);
    assert_eq!(two.logout().await.unwrap(), Revocation::Revoked);
}

#[tokio::test]
async fn a_log_out_without_a_server_is_one_here() {
    let world = World::new().await;
    let auth = world.user(&seed::PLAIN_USER);
    auth.header().await.unwrap();
    drop(world.emulator);
    let error = auth.logout().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(auth.peek().is_none());
}

#[tokio::test]
async fn a_login_under_way_at_a_log_out_brings_nothing_back() {
    let world = World::of(Emulator::builder().latency(Duration::from_millis(50))).await;
    let auth = world.user(&seed::PLAIN_USER);
    let caller = tokio::spawn({
        let auth = auth.clone();
        async move { auth.header().await }
    });
    until(|| world.logins() == 1).await;
    auth.logout().await.unwrap();
    let error = caller.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    until(|| world.emulator.log().in_flight() == 0).await;
    for _ in 0..100 {
        assert!(auth.peek().is_none());
        tokio::task::yield_now().await;
    }
}
