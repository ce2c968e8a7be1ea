use std::{error::Error, panic};

use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto};
use phrase_auth::platform::{PlatformAuth, unverified_claims};
use phrase_auth::{Authenticator, Product};
use phrase_auth_emulator::{Emulator, seed};

/// `{"alg":"RS256"}`, `{"sub":"jane"}`, and no signature that anybody would verify.
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2ln";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Both are compiled in, or these names would not be here …
    let _ = (
        &crypto::aws_lc::DEFAULT_PROVIDER,
        &crypto::rust_crypto::DEFAULT_PROVIDER,
    );
    // … and nobody has chosen yet: this is the panic that must not be met below.
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let sign = || jsonwebtoken::encode(&Header::new(Algorithm::HS256), &(), &EncodingKey::from_secret(b"k"));
    assert!(panic::catch_unwind(sign).is_err());
    panic::set_hook(before);

    // A client only looks, and needs no backend for it.
    assert!(unverified_claims(JWT).is_some());

    // The emulator signs, with the backend that it chose itself.
    let emulator = Emulator::start().await?;
    let auth = PlatformAuth::new(seed::GOOD_TMS, emulator.endpoints()?, Product::Tms)?;
    let header = auth.header().await?;
    assert!(unverified_claims(header.token()).is_some());
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
