use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Uri};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl,
};
use phrase_auth_core::{
    AuthError, Call, Deadline, ErrorKind, Grant, HttpClient, Limits, Now, Runtime, Secret,
    SecretSource, TokenAnswer, wiped, within,
};

use crate::client_auth::ClientAuth;
use crate::redirect::RedirectUri;

/// A client at its authorization server. `oauth2` makes the URL and the requests; each is sent once, by
/// our transport, and its answer is read by the core, as every other.
pub(crate) struct TokenEndpoint {
    pub(crate) client_id: String,
    pub(crate) secret: Option<(SecretSource, ClientAuth)>,
    pub(crate) authorize_url: Uri,
    pub(crate) token_url: Uri,
    pub(crate) client: Arc<dyn HttpClient>,
    pub(crate) runtime: Arc<dyn Runtime>,
}

/// A code, and what it is redeemed with.
pub(crate) struct Redemption<'a> {
    pub(crate) code: Secret,
    pub(crate) verifier: Option<&'a Secret>,
    pub(crate) redirect: &'a RedirectUri,
}

/// A fresh authorization URL, and the secrets that belong to it.
pub(crate) struct Authorization {
    pub(crate) url: String,
    pub(crate) state: Secret,
    pub(crate) verifier: Option<Secret>,
}

impl TokenEndpoint {
    /// The URL that a person is to open (RFC 6749 section 4.1.1): 256 bits of state, and, unless
    /// `pkce` is off, a challenge by S256 over 256 bits more (RFC 7636 section 4).
    pub(crate) fn authorize(
        &self,
        redirect: &RedirectUri,
        scope: &[String],
        pkce: bool,
    ) -> Result<Authorization, AuthError> {
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::new(self.authorize_url.to_string()).map_err(not_a_url)?)
            .set_redirect_uri(RedirectUrl::new(redirect.as_str().to_owned()).map_err(not_a_url)?);
        let request = client
            .authorize_url(|| CsrfToken::new_random_len(RANDOM_BYTES))
            .add_scopes(scope.iter().cloned().map(Scope::new));
        let (request, verifier) = if pkce {
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256_len(RANDOM_BYTES);
            (request.set_pkce_challenge(challenge), Some(verifier))
        } else {
            (request, None)
        };
        let (url, state) = request.url();
        Ok(Authorization {
            url: url.into(),
            state: Secret::new(state.into_secret()),
            verifier: verifier.map(|verifier| Secret::new(verifier.into_secret())),
        })
    }

    /// A code for tokens (RFC 6749 section 4.1.3), and when it was sent.
    pub(crate) async fn redeem(
        &self,
        redemption: Redemption<'_>,
        deadline: Deadline,
    ) -> Result<(TokenAnswer, Now), AuthError> {
        let Redemption {
            code,
            verifier,
            redirect,
        } = redemption;
        let redirect_url = RedirectUrl::new(redirect.as_str().to_owned()).map_err(not_a_url)?;
        let secret = self.client_secret(deadline).await?;
        let request = self.request(secret.as_ref(), |client, keep| {
            let client = client.set_redirect_uri(redirect_url);
            let request = client.exchange_code(AuthorizationCode::new(code.expose().to_owned()));
            let request = match verifier {
                Some(verifier) => {
                    request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
                }
                None => request,
            };
            let _ = request.request(&keep);
        })?;
        let call = Call::new(Grant::Code, &self.token_url).tried(&code);
        let basic = basic(&request);
        let call = [verifier, secret.as_ref(), basic.as_ref()]
            .into_iter()
            .flatten()
            .fold(call, Call::sent);
        self.send(request, &call, deadline).await
    }

    /// A refresh token for tokens (RFC 6749 section 6), and when it was sent. No scope is asked for: what
    /// was granted stays.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &Secret,
        deadline: Deadline,
    ) -> Result<(TokenAnswer, Now), AuthError> {
        let secret = self.client_secret(deadline).await?;
        let token = RefreshToken::new(refresh_token.expose().to_owned());
        let request = self.request(secret.as_ref(), |client, keep| {
            let _ = client.exchange_refresh_token(&token).request(&keep);
        });
        drop(Secret::new(token.into_secret()));
        let request = request?;
        let basic = basic(&request);
        let call = Call::new(Grant::Refresh, &self.token_url).tried(refresh_token);
        let call = secret.iter().chain(&basic).fold(call, Call::sent);
        self.send(request, &call, deadline).await
    }

    /// The secret, from wherever it comes, in the time that there is.
    async fn client_secret(&self, deadline: Deadline) -> Result<Option<Secret>, AuthError> {
        let Some((source, _)) = &self.secret else {
            return Ok(None);
        };
        let left = deadline.left(&self.runtime.now());
        // A quarter is for the answer: a refresh token that is sent without time for it is used up for nothing.
        let patience = left.saturating_sub(left.checked_div(4).unwrap_or_default());
        match within(&*self.runtime, patience, source.read()).await? {
            Some(secret) => secret.map(Some),
            None => {
                let what = "the client secret was not there in time";
                Err(AuthError::new(ErrorKind::Timeout, what))
            }
        }
    }

    /// Has `oauth2` make a request, and keeps it instead of sending it: its own reading of answers drops
    /// status and `Retry-After`, and shows bodies.
    fn request(
        &self,
        secret: Option<&Secret>,
        make: impl FnOnce(Client, &Keep<'_>),
    ) -> Result<Request<Bytes>, AuthError> {
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_token_uri(TokenUrl::new(self.token_url.to_string()).map_err(not_a_url)?);
        let proof = self.secret.as_ref().map(|(_, proof)| *proof).zip(secret);
        let client = match proof {
            None => client.set_auth_type(AuthType::RequestBody),
            Some((proof, secret)) => {
                let how = match proof {
                    ClientAuth::Body => AuthType::RequestBody,
                    ClientAuth::Basic | ClientAuth::RawBasic => AuthType::BasicAuth,
                };
                let secret = ClientSecret::new(secret.expose().to_owned());
                client.set_auth_type(how).set_client_secret(secret)
            }
        };
        let kept = RefCell::new(None);
        make(client, &|request| {
            kept.replace(Some(request));
            Err(Kept)
        });
        let request = kept.into_inner().ok_or_else(unmade)?;
        let (mut parts, body) = request.into_parts();
        parts.uri = self.token_url.clone();
        if let Some((ClientAuth::RawBasic, secret)) = proof {
            parts.headers.insert(AUTHORIZATION, self.raw_basic(secret)?);
        }
        if let Some(basic) = parts.headers.get_mut(AUTHORIZATION) {
            basic.set_sensitive(true);
        }
        Ok(Request::from_parts(parts, wiped(body)))
    }

    fn raw_basic(&self, secret: &Secret) -> Result<HeaderValue, AuthError> {
        let pair = Secret::new(format!("{}:{}", self.client_id, secret.expose()));
        let value = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
        HeaderValue::from_maybe_shared(value.into_bytes()).map_err(|_| unmade())
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        call: &Call<'_>,
        deadline: Deadline,
    ) -> Result<(TokenAnswer, Now), AuthError> {
        let start = self.runtime.now();
        let usual = Limits::default();
        let limits = usual.with_timeout(usual.timeout.min(deadline.left(&start)));
        let answer = self.client.send(request, limits).await;
        let answer = call.read(answer, self.runtime.now().wall)?;
        if let Some((secret, _)) = &self.secret {
            secret.used();
        }
        Ok((answer, start))
    }
}

/// The secret once more, as it stands in the header: a server that repeats that would show it.
fn basic(request: &Request<Bytes>) -> Option<Secret> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Basic ").map(Secret::from)
}

type Client = BasicClient<
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

/// An HTTP client, as `oauth2` sees it.
type Keep<'a> = dyn Fn(HttpRequest) -> Result<HttpResponse, Kept> + 'a;

/// The request has been kept.
#[derive(Debug)]
struct Kept;

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("kept")
    }
}

impl Error for Kept {}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint")
            .field("client_id", &self.client_id)
            .field("secret", &self.secret)
            .field("authorize_url", &self.authorize_url)
            .field("token_url", &self.token_url)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// What both of our readers of URLs have taken, and the one of `oauth2` has not.
fn not_a_url(error: impl Error) -> AuthError {
    let what = format!("a URL cannot be read: {error}");
    AuthError::new(ErrorKind::Config, what)
        .with_hint("check authorize URL, token URL and redirect URI")
}

fn unmade() -> AuthError {
    AuthError::new(
        ErrorKind::Config,
        "the request to the token endpoint cannot be made",
    )
    .with_hint("check the token URL, and the client id and secret for odd characters")
}

/// Twice what RFC 6749 section 10.10 asks for; 43 characters, the least that RFC 7636 section 4.1 allows.
const RANDOM_BYTES: u32 = 32;
