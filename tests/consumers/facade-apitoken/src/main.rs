use std::{env, error::Error};

use phrase_auth::apitoken::{ApiTokenAuth, Credentials};
use phrase_auth::{Authenticator, DataCenter, Endpoints, Product, SecretSource};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints =
        Endpoints::of(DataCenter::Eu).with(Product::Tms, &env::var("PHRASE_TMS_BASE_URL")?)?;
    let password = SecretSource::env("PHRASE_TMS_PASSWORD");
    let credentials = Credentials::new(env::var("PHRASE_TMS_USERNAME")?, password);
    let auth = ApiTokenAuth::new(credentials, endpoints)?;
    let header = auth.header().await?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
