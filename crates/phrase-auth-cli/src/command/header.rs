use http::HeaderName;
use phrase_auth_core::{AuthHeader, DataCenter, Product, Secret};
use serde::Serialize;

use crate::cli::{Header, HeaderFormat, Network};
use crate::client::Client;
use crate::environment::Environment;
use crate::report::Report;
use crate::rotation::Rotation;
use crate::{file, output, shell, time};

/// `phrase-auth header`
pub(crate) async fn run(
    header: Header,
    network: &Network,
    rotation: &Rotation,
) -> Result<(), Report> {
    let environment = Environment::of_process(header.product)?;
    let (region, product) = (environment.place.region, environment.product);
    let client = Client::of(environment, network, rotation).await?;
    let found = client.finish(client.auth.header()).await?;
    let answer = written(&found, header.output, region, product)?;
    match header.out {
        Some(path) => file::replace(&path, answer.expose()),
        None => output::answer(&answer),
    }
}

/// The header as it stands in a request.
pub(super) fn line(header: &AuthHeader) -> String {
    format!("{}: {}", shown(header.name()), value(header))
}

/// The header in a form.
///
/// # Errors
///
/// As [`output::json`].
pub(super) fn written(
    header: &AuthHeader,
    format: HeaderFormat,
    region: DataCenter,
    product: Product,
) -> Result<Secret, Report> {
    match format {
        HeaderFormat::Raw => Ok(Secret::new(line(header))),
        HeaderFormat::Curl => Ok(Secret::new(shell::curl("header", &line(header)))),
        HeaderFormat::Json => output::json(&Answer {
            schema_version: 1,
            name: shown(header.name()),
            value: value(header),
            product: product.to_string(),
            region: region.to_string(),
            expires_at: header.expires_at().and_then(time::rfc3339),
            expires_at_unix: header.expires_at().and_then(time::unix),
        }),
    }
}

/// Visible ASCII, as the core has made sure.
fn value(header: &AuthHeader) -> &str {
    header.value().to_str().unwrap_or_default()
}

/// The name as documentation writes it; to a server, case says nothing (RFC 9110, 5.1).
fn shown(name: &HeaderName) -> String {
    let words = name.as_str().split('-').map(|word| match word {
        "api" => "API".to_owned(),
        _ => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_ascii_uppercase() + rest
        }
    });
    words.collect::<Vec<_>>().join("-")
}

/// `phrase-auth header -o json`
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    name: String,
    value: &'a str,
    product: String,
    region: String,
    expires_at: Option<String>,
    expires_at_unix: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_documentation_writes_them() {
        for (name, written) in [
            ("authorization", "Authorization"),
            ("x-api-key", "X-API-Key"),
        ] {
            assert_eq!(shown(&HeaderName::from_static(name)), written);
        }
    }
}
