//! Over real HTTP, to a server that only counts and answers.

use mockito::{Matcher, Server};

use super::*;

fn auth(server: &Server) -> ApiTokenAuth {
    let endpoints = Endpoints::custom().with(Product::Tms, &format!("{}/web", server.url()));
    ApiTokenAuth::new(Credentials::new("jane.doe", "pw"), endpoints.unwrap()).unwrap()
}

#[tokio::test]
async fn one_login_serves_all_and_a_logout_carries_its_token() {
    let mut server = Server::new_async().await;
    let login = server
        .mock("POST", "/web/api2/v3/auth/login")
        .match_header("content-type", "application/json")
        .match_header("user-agent", Matcher::Regex("^phrase-auth/".to_owned()))
        .match_body(Matcher::JsonString(
            r#"{"userName":"jane.doe","password":"pw"}"#.to_owned(),
        ))
        .with_body(GOOD)
        .expect(1)
        .create_async()
        .await;
    let logout = server
        .mock("POST", "/web/api2/v1/auth/logout")
        .match_header("authorization", "ApiToken t1")
        .match_query(Matcher::Missing)
        .with_status(204)
        .expect(1)
        .create_async()
        .await;
    let auth = auth(&server);
    for _ in 0..50 {
        assert_eq!(auth.header().await.unwrap().value(), "ApiToken t1");
    }
    assert_eq!(auth.logout().await.unwrap(), Revocation::Revoked);
    login.assert_async().await;
    logout.assert_async().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_a_password() {
    let mut server = Server::new_async().await;
    let target = server
        .mock("POST", "/elsewhere")
        .expect(0)
        .create_async()
        .await;
    let login = server
        .mock("POST", "/web/api2/v3/auth/login")
        .with_status(307)
        .with_header("location", &format!("{}/elsewhere", server.url()))
        .expect(1)
        .create_async()
        .await;
    let auth = auth(&server);
    for _ in 0..2 {
        let error = auth.header().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    login.assert_async().await;
    target.assert_async().await;
}

#[tokio::test]
async fn a_wrong_password_reaches_the_server_once() {
    let mut server = Server::new_async().await;
    let login = server
        .mock("POST", "/web/api2/v3/auth/login")
        .with_status(401)
        .with_body(tms("AuthUnauthorized"))
        .expect(1)
        .create_async()
        .await;
    let auth = auth(&server);
    for _ in 0..50 {
        assert_eq!(auth.header().await.unwrap_err().kind(), ErrorKind::Refused);
    }
    login.assert_async().await;
}
