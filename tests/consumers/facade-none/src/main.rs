use std::error::Error;

use phrase_auth::{Audience, Authenticator, HeaderStyle, StaticAuth};

fn main() -> Result<(), Box<dyn Error>> {
    let audience = Audience::new("https://api.phrase.com/v2")?;
    let auth = StaticAuth::new(HeaderStyle::token(), "0123456789abcdef", audience)?;
    let header = auth.peek().ok_or("a constant secret is always at hand")?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}
