use std::{env, error::Error};

use phrase_auth::{Authenticator, DataCenter, Endpoints, Product, platform::PlatformAuth};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints = Endpoints::of(DataCenter::Eu)
        .with_idm(&env::var("PHRASE_IDM_BASE_URL")?)?
        .with(Product::Tms, &env::var("PHRASE_TMS_BASE_URL")?)?;
    let auth = PlatformAuth::new(env::var("PHRASE_API_TOKEN")?, endpoints, Product::Tms)?;
    let header = auth.header().await?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
