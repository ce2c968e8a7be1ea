use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::{AuthError, Authenticator, CachePolicy, Endpoints, SecretSource};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::{ProxyPolicy, ReqwestClient};

use crate::cli::Network;
use crate::environment::{Credential, EMULATOR, Environment, Held, named};
use crate::exit::Exit;
use crate::output;
use crate::report::Report;

/// Who the environment says to be, and the way to the server.
pub(crate) struct Client {
    pub(crate) auth: Box<dyn Authenticator>,
    pub(crate) transport: Arc<ReqwestClient>,
    pub(crate) endpoints: Endpoints,
}

impl Client {
    /// What the environment describes. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// For a file that cannot be used, with its name and never its content.
    pub(crate) async fn of(environment: Environment, network: &Network) -> Result<Self, Report> {
        let Environment {
            credential,
            passed_over,
            product,
            endpoints,
            emulator,
            ..
        } = environment;
        if let Some(origin) = &emulator {
            output::note(&format!(
                "note: {EMULATOR} is set, all requests go to the emulator at {origin}"
            ));
        }
        let transport = Arc::new(transport(network)?);
        let mut policy = CachePolicy::default();
        policy.deadline = network.timeout;
        let auth: Box<dyn Authenticator> = match credential {
            Credential::ApiToken(held) => {
                if let Some(other) = passed_over {
                    let used = held.name();
                    output::note(&format!("note: {used} is used, and {other} is not"));
                }
                let builder =
                    PlatformAuth::builder(secret(&held).await?, endpoints.clone(), product);
                let builder = builder.http_client(Arc::<ReqwestClient>::clone(&transport));
                Box::new(builder.policy(policy).build()?)
            }
            Credential::Tms {
                user_name,
                password,
                user_uid,
            } => {
                let name = plain(&user_name).await?;
                let mut credentials = Credentials::new(name, secret(&password).await?);
                if let Some(user_uid) = user_uid {
                    credentials = credentials.user_uid(plain(&user_uid).await?);
                }
                let builder = ApiTokenAuth::builder(credentials, endpoints.clone());
                let builder = builder.http_client(Arc::<ReqwestClient>::clone(&transport));
                Box::new(builder.policy(policy).build()?)
            }
        };
        Ok(Self {
            auth,
            transport,
            endpoints,
        })
    }
}

/// A secret from where it is held. A file is looked at now, so that its variable can be named and
/// nothing is sent for nothing.
async fn secret(held: &Held) -> Result<SecretSource, AuthError> {
    let source = held.source();
    if let Held::File(name, path) = held {
        source.read().await.map_err(|error| named(name, &error))?;
        warn_if_open(name, path);
    }
    Ok(source)
}

/// A name, which is no secret.
async fn plain(held: &Held) -> Result<String, AuthError> {
    let value = held.source().read().await;
    let value = value.map_err(|error| named(held.name(), &error))?;
    Ok(value.expose().to_owned())
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
fn warn_if_open(name: &str, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = path
        .metadata()
        .is_ok_and(|about| about.permissions().mode() & READ_BY_OTHERS != 0);
    if open {
        let path = path.display().to_string();
        output::note(&format!(
            "warning: {name}: other users of this machine can read {path:?}"
        ));
    }
}

#[cfg(not(unix))]
fn warn_if_open(_name: &str, _path: &Path) {}

#[cfg(unix)]
const READ_BY_OTHERS: u32 = 0o044;

/// Several times the list of all authorities that browsers believe.
const MOST_CERTIFICATES: u64 = 1024 * 1024;

const USER_AGENT: &str = concat!("phrase-auth-cli/", env!("CARGO_PKG_VERSION"));
