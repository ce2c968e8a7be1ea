use std::collections::BTreeMap;

use phrase_auth_emulator::{Application, Emulator, seed};
use serde::Serialize;

use crate::cli::Run;
use crate::exit::Exit;
use crate::report::Report;
use crate::{file, output, stop};

/// `phrase-auth emulator run`
pub(crate) async fn run(run: Run) -> Result<Exit, Report> {
    // Before anything can be read of it: whoever has seen the first line may ask it to stop.
    let mut signals = stop::signals().map_err(|error| {
        Report::new(Exit::CONFIGURATION, "signals cannot be listened to")
            .with("cause", error.to_string())
    })?;
    let emulator = super::in_region()?.port(run.port).start().await?;
    if let Some(path) = &run.port_file {
        file::replace(path, &emulator.port().to_string())?;
    }
    output::answer(&output::json(&Started::of(&emulator))?)?;
    output::note(&format!(
        "note: the emulator answers at {}, until Ctrl-C; point programs at it with\n  \
         export PHRASE_AUTH_EMULATOR={} PHRASE_REGION={} PHRASE_API_TOKEN={}\n\
         or, for a user of TMS, in the place of the token\n  \
         export PHRASE_TMS_USERNAME={} PHRASE_TMS_PASSWORD={}",
        emulator.url(),
        emulator.url(),
        emulator.data_center(),
        seed::GOOD_TMS,
        seed::PLAIN_USER.user_name,
        seed::PLAIN_USER.password,
    ));
    Ok(signals.next().await)
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
}

impl Started {
    fn of(emulator: &Emulator) -> Self {
        let products = Application::ALL.iter();
        let mut endpoints: BTreeMap<&'static str, String> = products
            .map(|product| (product.name(), emulator.base_url(*product)))
            .collect();
        endpoints.insert("idm", emulator.idm_base_url());
        Self {
            schema_version: 1,
            url: emulator.url(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION"),
            endpoints,
        }
    }
}
