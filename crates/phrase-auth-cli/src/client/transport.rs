use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use phrase_auth_reqwest::{ProxyPolicy, ReqwestClient};

use crate::cli::Network;
use crate::exit::Exit;
use crate::report::Report;

/// The way to the server.
///
/// # Errors
///
/// For a file of certificates that cannot be used.
pub(crate) fn transport(network: &Network) -> Result<ReqwestClient, Report> {
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

/// Several times the list of all authorities that browsers believe.
const MOST_CERTIFICATES: u64 = 1024 * 1024;

const USER_AGENT: &str = concat!("phrase-auth-cli/", env!("CARGO_PKG_VERSION"));
