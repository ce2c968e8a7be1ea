use std::collections::BTreeMap;
use std::path::Path;

use phrase_auth_emulator::{Emulator, seed};
use serde::Serialize;

use crate::cli::Run;
use crate::exit::Exit;
use crate::report::{self, Report};
use crate::{file, output, shell, stop};

/// `phrase-auth emulator run`
pub(crate) async fn run(run: Run) -> Result<Exit, Report> {
    let seed = super::seed(run.seed.as_deref())?;
    for path in [&run.ca_file, &run.port_file].into_iter().flatten() {
        file::check(path)?;
    }
    // Before anything can be read of it: whoever has seen the first line may ask it to stop.
    let mut signals = stop::signals().map_err(|error| {
        Report::new(Exit::CONFIGURATION, "signals cannot be listened to")
            .with("cause", error.to_string())
    })?;
    // Whoever waits for them must not find those of an emulator that is gone.
    for path in [&run.ca_file, &run.port_file].into_iter().flatten() {
        file::clear(path)?;
    }
    let builder = Emulator::builder().port(run.port);
    let builder = if run.tls { builder.tls() } else { builder };
    let emulator = super::start(builder, seed).await?;
    if let (Some(path), Some(pem)) = (&run.ca_file, emulator.ca_pem()) {
        file::replace(path, pem.trim_end())?;
    }
    // The last of the files: whoever has seen this one finds the other.
    if let Some(path) = &run.port_file {
        file::replace(path, &emulator.port().to_string())?;
    }
    output::answer(&output::json(&Started::of(&emulator))?)?;
    output::note(&pointers(&emulator));
    if run.tls {
        output::note(&believers(run.ca_file.as_deref()));
    }
    Ok(signals.next().await)
}

/// How a program is pointed at it.
fn pointers(emulator: &Emulator) -> String {
    let url = emulator.url();
    format!(
        "note: the emulator answers at {url}, until Ctrl-C; point programs at it with\n  \
         export PHRASE_AUTH_EMULATOR={url} PHRASE_REGION={} PHRASE_API_TOKEN={}\n\
         or, for a user of TMS, in the place of the token\n  \
         export PHRASE_TMS_USERNAME={} PHRASE_TMS_PASSWORD={}\n\
         and steer it at {}",
        emulator.data_center(),
        seed::GOOD_TMS,
        seed::PLAIN_USER.user_name,
        seed::PLAIN_USER.password,
        emulator.admin_url(),
    )
}

/// How a program comes to believe its certificate.
fn believers(ca_file: Option<&Path>) -> String {
    let Some(path) = ca_file else {
        return "note: nobody knows its certificate authority; --ca-file FILE writes that down as a file for programs, \
                `ca_pem` of the line on stdout has it too"
            .to_owned();
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = path.display().to_string();
    let variables: Vec<String> = BELIEVED
        .iter()
        .map(|name| format!("  {}", report::escaped(&shell::export(name, &path))))
        .collect();
    format!(
        "note: let programs believe its certificate authority with whichever of these they read\n{}\n\
         or with an option: --ca-cert of phrase-auth, --cacert of curl",
        variables.join("\n")
    )
}

/// The first line on stdout.
#[derive(Serialize)]
struct Started {
    schema_version: u32,
    url: String,
    pid: u32,
    version: &'static str,
    /// Base URLs: of the identity management, and of each product that is served.
    endpoints: BTreeMap<&'static str, String>,
    admin: String,
    /// With `--tls` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_pem: Option<String>,
}

impl Started {
    fn of(emulator: &Emulator) -> Self {
        Self {
            schema_version: 1,
            url: emulator.url(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION"),
            endpoints: emulator.base_urls(),
            admin: emulator.admin_url(),
            ca_pem: emulator.ca_pem(),
        }
    }
}

/// Read by OpenSSL and by what asks the system (Go, Ruby, rustls), by Node, and by the `requests` of Python.
const BELIEVED: [&str; 3] = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];
