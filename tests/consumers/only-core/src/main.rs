use std::{error::Error, time::Duration};

use phrase_auth_core::{
    Ask, Audience, AuthError, Authenticator, HeaderStyle, Token, TokenCache, TokenSource,
};

/// A scheme of the program's own: a token from wherever it gets one.
#[derive(Debug)]
struct Vault;

#[async_trait::async_trait]
impl TokenSource for Vault {
    async fn fetch(&self, _: &Ask<'_>) -> Result<Token, AuthError> {
        Token::new("s3cret", HeaderStyle::bearer(), Duration::from_secs(3600))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let audience = Audience::new("https://cloud.memsource.com/web")?;
    let auth = TokenCache::new(Vault, audience);
    let header = auth.header().await?;
    assert_eq!(header.value(), "Bearer s3cret");
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
