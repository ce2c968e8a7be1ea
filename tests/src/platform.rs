//! The platform scheme, end to end, over real HTTP.

use std::time::Duration;

use http::{HeaderName, StatusCode};
use phrase_auth_core::{Authenticator, ErrorKind, Need};
use phrase_auth_emulator::{Application, Emulator, Endpoint, seed};

use crate::fixture::{World, call_as_an_application_does, hurried, until};

#[tokio::test]
async fn an_api_token_becomes_a_header_that_every_protected_api_accepts() {
    for &application in Application::ALL {
        let world = World::new(application).await;
        let header = world.auth.header().await.unwrap();
        assert_eq!(world.call(header).await, StatusCode::OK, "{application}");
        assert_eq!(world.exchanges(), 1);
    }
}

#[tokio::test]
async fn connectors_takes_the_header_that_its_documentation_prints_too() {
    let emulator = Emulator::start().await.unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let product = Application::Connectors.product();
    let style = product
        .header_style()
        .under(HeaderName::from_static("authentication"));
    let auth =
        phrase_auth_platform::PlatformAuth::builder(seed::GOOD_CONNECTORS, endpoints, product)
            .header_style(style)
            .build()
            .unwrap();
    let header = auth.header().await.unwrap();
    assert_eq!(header.name(), "authentication");
    let mut request = http::Request::new(bytes::Bytes::new());
    let url = format!(
        "{}/v1/connectors",
        emulator.base_url(Application::Connectors)
    );
    *request.uri_mut() = url.parse().unwrap();
    header.apply(request.headers_mut());
    let client = crate::fixture::client();
    let answer = phrase_auth_core::HttpClient::send(&client, request, Default::default()).await;
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn strings_answers_because_the_transport_names_its_agent() {
    let world = World::new(Application::Strings).await;
    let header = world.auth.header().await.unwrap();
    assert_eq!(world.call(header).await, StatusCode::OK);
    let log = world.emulator.log().requests();
    let agents: Vec<_> = log
        .iter()
        .filter_map(|request| request.header("user-agent"))
        .collect();
    assert_eq!(agents.len(), log.len());
    assert!(agents[0].starts_with("phrase-auth/"), "{agents:?}");
}

#[tokio::test]
async fn a_token_is_kept_for_its_life_renewed_early_and_replaced_when_it_is_over() {
    let world = World::new(Application::Tms).await;
    let first = world.auth.header().await.unwrap();
    for _ in 0..1000 {
        assert_eq!(
            world.auth.header().await.unwrap().generation(),
            first.generation()
        );
    }
    assert_eq!(world.exchanges(), 1);

    // 14,399 s less at least 48 minutes: aging.
    world.advance(Duration::from_secs(3 * 3600 + 1800));
    let aging = world.auth.header().await.unwrap();
    assert_eq!(aging.generation(), first.generation());
    until(|| world.auth.peek().is_some()).await;
    let second = world.auth.peek().unwrap();
    assert!(second.generation() > first.generation());
    assert_eq!(world.exchanges(), 2);

    world.advance(Duration::from_secs(4 * 3600));
    assert_eq!(world.call(second).await, StatusCode::UNAUTHORIZED);
    let third = world.auth.header().await.unwrap();
    assert_eq!(world.call(third).await, StatusCode::OK);
    assert_eq!(world.exchanges(), 3);
}

#[tokio::test]
async fn a_revoked_token_costs_one_exchange_and_one_retry() {
    let world = World::new(Application::Tms).await;
    assert_eq!(
        call_as_an_application_does(&world).await.unwrap(),
        StatusCode::OK
    );
    world.emulator.revoke_tokens();
    assert_eq!(
        call_as_an_application_does(&world).await.unwrap(),
        StatusCode::OK
    );
    assert_eq!(world.exchanges(), 2);
    assert_eq!(world.emulator.log().count(Endpoint::Tms), 3);
}

#[tokio::test]
async fn a_token_for_another_application_ends_in_a_401_that_is_explained() {
    let world = World::with(Application::Tms, seed::OTHER_APPLICATION).await;
    for _ in 0..50 {
        let status = call_as_an_application_does(&world).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    // The first, and one because it was refused; then it is believed for a minute.
    assert_eq!(world.exchanges(), 2);
    let error = world.auth.explain_401();
    assert!(error.hint().unwrap().contains("Phrase TMS"), "{error}");
    assert!(error.hint().unwrap().contains("data centre eu"), "{error}");
}

#[tokio::test]
async fn expired_deleted_and_unknown_api_tokens_are_refused_once_and_for_all() {
    for api_token in [seed::EXPIRED, seed::DELETED, "nobody-knows-me"] {
        let world = World::with(Application::Tms, api_token).await;
        for _ in 0..1000 {
            let error = world.auth.header().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert_eq!(error.code(), Some("invalid_grant"));
            assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
            let place = format!("POST {}/oauth/token", world.emulator.idm_base_url());
            assert_eq!(error.endpoint(), Some(place.as_str()));
        }
        assert_eq!(world.exchanges(), 1);
        world.auth.cache().reset();
        world.auth.header().await.unwrap_err();
        assert_eq!(world.exchanges(), 2);
    }
}

#[tokio::test]
async fn a_forced_refresh_brings_another_token() {
    let world = World::new(Application::Tms).await;
    let first = world.auth.header().await.unwrap();
    let need = Need::default().newer_than(first.generation());
    let second = world.auth.obtain(need).await.unwrap();
    assert_ne!(second.token(), first.token());
    assert_eq!(world.call(second).await, StatusCode::OK);
}

#[tokio::test]
async fn an_emulator_that_is_gone_is_unreachable_and_the_token_is_still_there() {
    let world = World::new(Application::Tms).await;
    let header = world.auth.header().await.unwrap();
    let World {
        emulator,
        clock,
        auth,
        ..
    } = world;
    drop(emulator);
    let need = Need::default().newer_than(header.generation());
    let error = hurried(&clock, auth.obtain(need)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(auth.header().await.unwrap().token(), header.token());
}

#[tokio::test]
async fn the_claims_of_a_jwt_can_be_looked_at() {
    let world = World::new(Application::Tms).await;
    let header = world.auth.header().await.unwrap();
    let claims = phrase_auth_platform::unverified_claims(header.token()).unwrap();
    assert_eq!(claims.audience, ["tms"]);
    assert!(claims.expires_at > claims.issued_at);
}
