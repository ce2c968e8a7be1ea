use std::time::{Duration, SystemTime};

use phrase_auth_core::{AuthHeader, DataCenter, Need, Product, Secret};
use serde::Serialize;

use crate::cli::{Network, Token, TokenFormat};
use crate::client::Client;
use crate::environment::Environment;
use crate::report::Report;
use crate::rotation::Rotation;
use crate::{output, shell, time};

/// `phrase-auth token`
pub(crate) async fn run(
    token: Token,
    network: &Network,
    rotation: &Rotation,
) -> Result<(), Report> {
    let environment = Environment::of_process(None)?;
    let (region, product) = (environment.place.region, environment.product);
    let client = Client::of(environment, network, rotation).await?;
    let need = Need::default().at_least(token.min_ttl);
    let header = client.finish(client.auth.obtain(need)).await?;
    if let Some(left) = left(&header).filter(|left| *left < token.min_ttl) {
        output::note(&format!(
            "note: the token lives {} s only, less than --min-ttl",
            left.as_secs()
        ));
    }
    output::answer(&written(&header, token.output, region, product)?)
}

fn left(header: &AuthHeader) -> Option<Duration> {
    let left = header.expires_at()?.duration_since(SystemTime::now());
    Some(left.unwrap_or_default())
}

fn written(
    header: &AuthHeader,
    format: TokenFormat,
    region: DataCenter,
    product: Product,
) -> Result<Secret, Report> {
    let assign = match format {
        TokenFormat::Raw => return Ok(Secret::new(header.token())),
        TokenFormat::Json => {
            return output::json(&Answer {
                schema_version: 1,
                token: header.token(),
                product: product.to_string(),
                region: region.to_string(),
                expires_at: header.expires_at().and_then(time::rfc3339),
                expires_at_unix: header.expires_at().and_then(time::unix),
            });
        }
        TokenFormat::Env => shell::export,
        TokenFormat::Fish => shell::fish,
        TokenFormat::Powershell => shell::powershell,
        TokenFormat::Dotenv => shell::dotenv,
    };
    let mut lines = vec![
        assign("PHRASE_AUTH_TOKEN", header.token()),
        assign("PHRASE_AUTH_HEADER", &super::header::line(header)),
    ];
    if let Some(end) = header.expires_at().and_then(time::rfc3339) {
        lines.push(assign("PHRASE_AUTH_EXPIRES_AT", &end));
    }
    Ok(Secret::new(lines.join("\n")))
}

/// `phrase-auth token -o json`
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    token: &'a str,
    product: String,
    region: String,
    expires_at: Option<String>,
    expires_at_unix: Option<i64>,
}
