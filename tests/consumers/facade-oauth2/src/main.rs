use std::sync::Arc;

use bytes::Bytes;
use phrase_auth::oauth2::{OAuth2Auth, OAuth2Client};
use phrase_auth::{
    AuthError, Authenticator, DataCenter, HttpClient, Limits, MemoryStore, TransportError,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AuthError> {
    let client = OAuth2Client::builder("my-client-id", DataCenter::Eu)
        .redirect_uri("https://app.example/callback")
        .http_client(Arc::new(Answering))
        .build()?;
    let (url, pending) = client.begin()?;
    assert!(url.contains("code_challenge_method=S256"));
    let back = format!("/callback?code=c&state={}", pending.state().expose());
    let session = client.finish(pending, &back, "jane").await?;
    let auth = OAuth2Auth::from_store(client, Arc::new(MemoryStore::new()), "jane")?;
    auth.cache().adopt(session).await?;
    let header = auth.header().await?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}

/// A transport that answers like a token endpoint.
#[derive(Debug)]
struct Answering;

#[async_trait::async_trait]
impl HttpClient for Answering {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: Limits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let answer = br#"{"access_token":"access","token_type":"Bearer","expires_in":3600}"#;
        Ok(http::Response::new(Bytes::from_static(answer)))
    }
}
