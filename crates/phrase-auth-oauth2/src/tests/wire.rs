//! Over real HTTP, by the transport that users get.

use mockito::{Matcher, Server, ServerGuard};

use super::*;

fn client(server: &ServerGuard) -> OAuth2Client {
    let base = format!("{}/web", server.url());
    let endpoints = Endpoints::of(DataCenter::Eu).with(Product::Tms, &base);
    OAuth2Client::builder("client-1", endpoints.unwrap())
        .redirect_uri(REDIRECT)
        .build()
        .unwrap()
}

/// The form that a code is redeemed with.
fn redemption(code: &str) -> Matcher {
    Matcher::AllOf(vec![
        Matcher::UrlEncoded("grant_type".into(), "authorization_code".into()),
        Matcher::UrlEncoded("code".into(), code.into()),
        Matcher::UrlEncoded("redirect_uri".into(), REDIRECT.into()),
        Matcher::UrlEncoded("client_id".into(), "client-1".into()),
        Matcher::Regex("code_verifier=[A-Za-z0-9_-]{43}".into()),
    ])
}

#[tokio::test]
async fn a_login_and_a_refresh_travel_as_forms() {
    let mut server = Server::new_async().await;
    let client = client(&server);
    let (url, pending) = client.begin().unwrap();
    let code = server
        .mock("POST", "/web/oauth/token")
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(redemption("c 1"))
        .with_body(r#"{"access_token":"a1","expires_in":0,"refresh_token":"r1"}"#)
        .expect(0)
        .create_async()
        .await;
    // A space is in no code: nothing is sent.
    let state = &parameters(&url)["state"];
    let odd = format!("/callback?code=c+1&state={state}");
    assert!(client.finish(pending, &odd, "").await.is_err());
    code.assert_async().await;
    code.remove_async().await;

    let (url, pending) = client.begin().unwrap();
    let code = server
        .mock("POST", "/web/oauth/token")
        .match_body(redemption("c/1"))
        .with_body(r#"{"access_token":"a1","expires_in":0,"refresh_token":"r1"}"#)
        .expect(1)
        .create_async()
        .await;
    let state = &parameters(&url)["state"];
    let back = format!("/callback?code=c%2F1&state={state}");
    let session = client.finish(pending, &back, "").await.unwrap();
    code.assert_async().await;
    code.remove_async().await;

    let refresh = server
        .mock("POST", "/web/oauth/token")
        .match_body("grant_type=refresh_token&refresh_token=r1&client_id=client-1")
        .with_body(r#"{"access_token":"a2","expires_in":3600,"refresh_token":"r2"}"#)
        .expect(1)
        .create_async()
        .await;
    let auth = OAuth2Auth::new(client, session).unwrap();
    assert_eq!(auth.header().await.unwrap().value(), "Bearer a2");
    refresh.assert_async().await;
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let mut server = Server::new_async().await;
    let elsewhere = server
        .mock("POST", "/elsewhere")
        .expect(0)
        .create_async()
        .await;
    let moved = server
        .mock("POST", "/web/oauth/token")
        .with_status(307)
        .with_header("location", "/elsewhere")
        .expect(1)
        .create_async()
        .await;
    let client = client(&server);
    let session = client.session_from_refresh_token("canary", "").unwrap();
    let auth = OAuth2Auth::new(client, session).unwrap();
    let error = auth.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    moved.assert_async().await;
    elsewhere.assert_async().await;
}
