use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use phrase_auth_core::{CachePolicy, SecretSource};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::{ProxyPolicy, ReqwestClient};

use crate::cli::Network;
use crate::environment::{API_TOKEN_FILE, ApiToken, EMULATOR, Environment, named};
use crate::exit::Exit;
use crate::output;
use crate::report::Report;

/// The authenticator that the environment describes. Nothing is sent yet.
///
/// # Errors
///
/// For a file that cannot be used, with its name and never its content.
pub(crate) async fn authenticator(
    environment: Environment,
    network: &Network,
) -> Result<PlatformAuth, Report> {
    if let Some(origin) = &environment.emulator {
        output::note(&format!(
            "note: {EMULATOR} is set, all requests go to the emulator at {origin}"
        ));
    }
    let api_token = match environment.api_token {
        ApiToken::Value(source) => source,
        ApiToken::File(path) => {
            let source = SecretSource::file(&path);
            // Now, so that the variable can be named and nothing is sent for nothing.
            source
                .read()
                .await
                .map_err(|error| named(API_TOKEN_FILE, &error))?;
            warn_if_open(&path);
            source
        }
    };
    let mut policy = CachePolicy::default();
    policy.deadline = network.timeout;
    let auth = PlatformAuth::builder(api_token, environment.endpoints, environment.product)
        .http_client(Arc::new(transport(network)?))
        .policy(policy)
        .build()?;
    Ok(auth)
}

fn transport(network: &Network) -> Result<ReqwestClient, Report> {
    let mut builder = ReqwestClient::builder()
        .proxy(ProxyPolicy::System)
        .timeout(network.timeout)
        .user_agent_prefix(USER_AGENT);
    if let Some(path) = &network.ca_cert {
        builder = builder.extra_ca_pem(certificates(path)?);
    }
    Ok(builder.build()?)
}

/// Only a regular file of bounded size: a pipe or a device could block for ever.
fn certificates(path: &Path) -> Result<Vec<u8>, Report> {
    let read = || {
        if !path.metadata()?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let mut text = Vec::new();
        File::open(path)?
            .take(MOST_CERTIFICATES)
            .read_to_end(&mut text)?;
        Ok(text)
    };
    read().map_err(|error| {
        Report::new(
            Exit::CONFIGURATION,
            format!("--ca-cert: the file cannot be read: {}", path.display()),
        )
        .with("cause", error.to_string())
        .with("next", "give the path of a PEM file that you may read")
    })
}

/// A secret that is mounted into a container is often readable by all who are in there, so this is a hint only.
#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = path
        .metadata()
        .is_ok_and(|about| about.permissions().mode() & READ_BY_OTHERS != 0);
    if open {
        let path = path.display().to_string();
        output::note(&format!(
            "warning: {API_TOKEN_FILE}: other users of this machine can read {path:?}"
        ));
    }
}

#[cfg(not(unix))]
fn warn_if_open(_path: &Path) {}

#[cfg(unix)]
const READ_BY_OTHERS: u32 = 0o044;

/// Several times the list of all authorities that browsers believe.
const MOST_CERTIFICATES: u64 = 1024 * 1024;

const USER_AGENT: &str = concat!("phrase-auth-cli/", env!("CARGO_PKG_VERSION"));
