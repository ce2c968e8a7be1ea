use std::sync::Arc;

use phrase_auth_core::{AuthError, CachePolicy, Endpoints, ErrorKind};
use phrase_auth_oauth2::{ClientAuth, OAuth2Auth, OAuth2Client};
use phrase_auth_reqwest::ReqwestClient;

use super::{plain, secret};
use crate::environment::{Held, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAuthSession, named};
use crate::file;
use crate::refresh_file::RefreshFile;

impl OAuthSession {
    /// An authenticator over it. Nothing is sent yet. A refresh token in a file is kept there, and a new one replaces
    /// it; one in a variable is not.
    ///
    /// # Errors
    ///
    /// `Config` for a value that cannot be one, with the variable's name. The file of a refresh token is not looked at
    /// yet.
    pub(super) async fn auth(
        &self,
        endpoints: Endpoints,
        transport: Arc<ReqwestClient>,
        policy: CachePolicy,
    ) -> Result<OAuth2Auth, AuthError> {
        let client_id = plain(&self.client_id).await?;
        let mut builder = OAuth2Client::builder(client_id, endpoints)
            .http_client(transport)
            .policy(policy);
        if let Some(held) = &self.client_secret {
            builder = builder.client_secret(secret(held).await?, ClientAuth::Basic);
        }
        // Everything else has been looked at already.
        let client = builder.build();
        let client = client.map_err(|error| named(self.client_id.name(), &error))?;
        match &self.refresh_token {
            Held::Value(name, value) => {
                let session = client.session_from_refresh_token(value.clone(), "");
                OAuth2Auth::new(client, session.map_err(|error| named(name, &error))?)
            }
            Held::File(name, path) => {
                file::warn_if_open(name, path);
                let store = Arc::new(RefreshFile::new(name, path));
                OAuth2Auth::from_store(client, store, "")
            }
        }
    }

    /// An error in the words of the environment.
    pub(super) fn explained(&self, error: AuthError) -> AuthError {
        let name = self.refresh_token.name();
        match (error.kind(), error.code()) {
            (ErrorKind::LoginRequired, _) => {
                let what = format!("{name}: {}", error.message());
                error.with_message(what).with_hint(LOG_IN)
            }
            (ErrorKind::Config, Some("invalid_client" | "unauthorized_client")) => {
                let hint = format!(
                    "check {}, and {}, which is sent as Basic if it is set",
                    OAUTH_CLIENT_ID.name, OAUTH_CLIENT_SECRET.name
                );
                error.with_hint(hint)
            }
            _ => error,
        }
    }
}

const LOG_IN: &str = "a person has to log in again; put the refresh token of that login there";
