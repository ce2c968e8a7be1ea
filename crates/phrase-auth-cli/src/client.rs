use std::sync::Arc;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::{AuthError, Authenticator, CachePolicy, Endpoints, SecretSource};
use phrase_auth_platform::PlatformAuth;
use phrase_auth_reqwest::ReqwestClient;

use crate::cli::Network;
use crate::environment::{Credential, Environment, Held, named};
use crate::report::Report;
use crate::rotation::Rotation;
use crate::{file, output};

mod oauth;
mod transport;

pub(crate) use self::transport::transport;

/// Who the environment says to be, and the way to the server.
pub(crate) struct Client<'a> {
    pub(crate) auth: Box<dyn Authenticator>,
    pub(crate) transport: Arc<ReqwestClient>,
    pub(crate) endpoints: Endpoints,
    credential: Credential,
    rotation: &'a Rotation,
}

impl<'a> Client<'a> {
    /// What the environment describes. Nothing is sent yet. A session that may be renewed is given to `rotation` to
    /// look after.
    ///
    /// # Errors
    ///
    /// For a file that cannot be used, with its name and never its content.
    pub(crate) async fn of(
        environment: Environment,
        network: &Network,
        rotation: &'a Rotation,
    ) -> Result<Self, Report> {
        let Environment {
            credential,
            passed_over,
            product,
            place,
        } = environment;
        place.announce();
        tell_of(&passed_over, &credential);
        let endpoints = place.endpoints;
        let transport = Arc::new(transport(network)?);
        let client = Arc::<ReqwestClient>::clone(&transport);
        let policy = policy(network);
        let auth: Box<dyn Authenticator> = match &credential {
            Credential::ApiToken(held) => {
                let builder =
                    PlatformAuth::builder(secret(held).await?, endpoints.clone(), product);
                Box::new(builder.http_client(client).policy(policy).build()?)
            }
            Credential::OAuth(session) => {
                let auth = session.auth(endpoints.clone(), client, policy).await?;
                rotation.watch(auth.clone(), &session.refresh_token);
                Box::new(auth)
            }
            Credential::Tms {
                user_name,
                password,
                user_uid,
            } => {
                let name = plain(user_name).await?;
                let mut credentials = Credentials::new(name, secret(password).await?);
                if let Some(user_uid) = user_uid {
                    credentials = credentials.user_uid(plain(user_uid).await?);
                }
                let builder = ApiTokenAuth::builder(credentials, endpoints.clone());
                Box::new(builder.http_client(client).policy(policy).build()?)
            }
        };
        Ok(Self {
            auth,
            transport,
            endpoints,
            credential,
            rotation,
        })
    }

    /// Waits for an answer, and then until whatever a refresh has brought on the way is kept.
    ///
    /// # Errors
    ///
    /// If there is no answer, and if a new refresh token could not be kept.
    pub(crate) async fn finish<T>(
        &self,
        answer: impl Future<Output = Result<T, AuthError>>,
    ) -> Result<T, Report> {
        let answer = answer.await;
        self.rotation.settle().await?;
        answer.map_err(|error| match &self.credential {
            Credential::OAuth(session) => session.explained(error).into(),
            Credential::ApiToken(_) | Credential::Tms { .. } => error.into(),
        })
    }
}

/// The usual numbers, and the time that a call may take.
pub(crate) fn policy(network: &Network) -> CachePolicy {
    let mut policy = CachePolicy::default();
    policy.deadline = network.timeout;
    policy
}

fn tell_of(passed_over: &[&str], credential: &Credential) {
    let are = match passed_over {
        [] => return,
        [_] => "is",
        _ => "are",
    };
    output::note(&format!(
        "note: {} is used, and {} {are} not",
        credential.name(),
        passed_over.join(" and ")
    ));
}

/// A secret from where it is held. A file is looked at now, so that its variable can be named and
/// nothing is sent for nothing.
async fn secret(held: &Held) -> Result<SecretSource, AuthError> {
    let source = held.source();
    if let Held::File(name, path) = held {
        source.read().await.map_err(|error| named(name, &error))?;
        file::warn_if_open(name, path);
    }
    Ok(source)
}

/// A name, which is no secret.
async fn plain(held: &Held) -> Result<String, AuthError> {
    let value = held.source().read().await;
    let value = value.map_err(|error| named(held.name(), &error))?;
    Ok(value.expose().to_owned())
}
