use std::{
    env,
    error::Error,
    process::{Command, Stdio},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto};
use phrase_auth::platform::{PlatformAuth, unverified_claims};
use phrase_auth::{Authenticator, Product};
use phrase_auth_emulator::{Emulator, seed};

/// `{"alg":"RS256"}`, `{"sub":"jane"}`, and no signature that anybody would verify.
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2ln";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|arg| arg == "alone") {
        let key = EncodingKey::from_secret(b"key");
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &(), &key)?;
        return Ok(());
    }
    // Both backends are compiled in, or these names would not be here …
    let _ = (
        &crypto::aws_lc::DEFAULT_PROVIDER,
        &crypto::rust_crypto::DEFAULT_PROVIDER,
    );
    // … and where nobody has chosen one, signing ends in a panic: that is what must not be met below.
    let alone = Command::new(env::current_exe()?)
        .arg("alone")
        .stderr(Stdio::null())
        .status()?;
    assert_eq!(alone.code(), Some(101));

    // A client only looks, and needs no backend for it.
    assert!(unverified_claims(JWT).is_some());

    // The emulator signs, with the backend that it has chosen itself.
    let emulator = Emulator::start().await?;
    let auth = PlatformAuth::new(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)?;
    let header = auth.header().await?;
    assert!(unverified_claims(header.token()).is_some());
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
