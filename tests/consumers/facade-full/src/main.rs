use std::{env, error::Error, sync::Arc};

use bytes::Bytes;
use phrase_auth::apitoken::{ApiTokenAuth, Credentials};
use phrase_auth::oauth2::{OAuth2Auth, OAuth2Client};
use phrase_auth::platform::PlatformAuth;
use phrase_auth::{
    Authenticator, DataCenter, Endpoints, HttpClient, Limits, Product, SecretSource, TransportError,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints =
        Endpoints::of(DataCenter::Eu).with(Product::Tms, &env::var("PHRASE_TMS_BASE_URL")?)?;
    let password = SecretSource::env("PHRASE_TMS_PASSWORD");
    let credentials = Credentials::new(env::var("PHRASE_TMS_USERNAME")?, password);
    let client = OAuth2Client::builder("my-client-id", DataCenter::Eu)
        .http_client(Arc::new(Answering))
        .build()?;
    let session = client.session_from_refresh_token("refresh", "")?;
    let schemes: [Box<dyn Authenticator>; 3] = [
        Box::new(ApiTokenAuth::new(credentials, endpoints)?),
        Box::new(OAuth2Auth::new(client, session)?),
        Box::new(
            PlatformAuth::builder("api-token", DataCenter::Eu, Product::Tms)
                .http_client(Arc::new(Answering))
                .build()?,
        ),
    ];
    for auth in schemes {
        let header = auth.header().await?;
        println!("{}: {} characters", header.name(), header.token().len());
    }
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
