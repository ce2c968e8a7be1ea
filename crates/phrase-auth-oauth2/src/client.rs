use std::fmt;
use std::sync::Arc;

use phrase_auth_core::{
    Audience, AuthError, BaseUrl, CachePolicy, Deadline, Endpoints, ErrorKind, HeaderStyle,
    Runtime, Secret, Session, StoreKey, Token, TokenAnswer,
};

use crate::advice;
use crate::auth::OAuth2Auth;
use crate::builder::OAuth2ClientBuilder;
use crate::callback::{Callback, Expected};
use crate::pending::PendingAuthorization;
use crate::redirect::RedirectUri;
use crate::token_endpoint::{Redemption, TokenEndpoint};

/// An application that is registered at TMS (reference section 6.1), and how people log in to it: by an
/// authorization code with PKCE (RFC 6749 section 4.1, RFC 7636).
///
/// A web server sends a person to the URL of [`begin`](Self::begin), and makes a [`Session`] of what comes
/// back by [`finish`](Self::finish). A desktop program has `login_with_browser`. An
/// [`OAuth2Auth`] keeps a session fresh. Cloning is cheap.
#[derive(Clone)]
pub struct OAuth2Client(pub(crate) Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) endpoint: TokenEndpoint,
    pub(crate) base: BaseUrl,
    pub(crate) redirect: Option<RedirectUri>,
    pub(crate) scope: Vec<String>,
    pub(crate) pkce: bool,
    pub(crate) issuer: Option<String>,
    pub(crate) always_issuer: bool,
    pub(crate) policy: CachePolicy,
}

impl OAuth2Client {
    /// A public client with the usual transport. Nothing is sent yet. For a redirect URI, a secret, a scope
    /// or URLs of its own: [`builder`](Self::builder), which is also the way without the features
    /// `reqwest` and `rustls-no-provider`.
    ///
    /// `endpoints` is a [`DataCenter`](phrase_auth_core::DataCenter), or [`Endpoints`] with a URL of its
    /// own for TMS; there is no default data centre.
    ///
    /// # Errors
    ///
    /// `Config` for a client id that is none, and if the base URL of TMS is not known.
    #[cfg(any(feature = "reqwest", feature = "rustls-no-provider"))]
    pub fn new(
        client_id: impl Into<String>,
        endpoints: impl Into<Endpoints>,
    ) -> Result<Self, AuthError> {
        Self::builder(client_id, endpoints).build()
    }

    /// With a redirect URI, a secret, a scope, other URLs, a transport or numbers of the caller's choice.
    pub fn builder(
        client_id: impl Into<String>,
        endpoints: impl Into<Endpoints>,
    ) -> OAuth2ClientBuilder {
        OAuth2ClientBuilder::new(client_id.into(), endpoints.into())
    }

    /// Begins a login: the URL that the person's browser is to be sent to, and what has to be kept until it
    /// comes back to the redirect URI. Nothing is sent. Each login has a state and a code verifier of its
    /// own; of the verifier there is a hash in the URL.
    ///
    /// # Errors
    ///
    /// `Config` if the client has no [redirect URI](OAuth2ClientBuilder::redirect_uri).
    pub fn begin(&self) -> Result<(String, PendingAuthorization), AuthError> {
        let redirect = self.0.redirect.as_ref().ok_or_else(|| {
            AuthError::new(ErrorKind::Config, "the client has no redirect URI")
                .with_hint("give the builder the redirect URI that is registered for the client")
        })?;
        self.begin_at(redirect.clone())
    }

    pub(crate) fn begin_at(
        &self,
        redirect: RedirectUri,
    ) -> Result<(String, PendingAuthorization), AuthError> {
        let Parts {
            endpoint,
            scope,
            pkce,
            ..
        } = &*self.0;
        let authorization = endpoint.authorize(&redirect, scope, *pkce)?;
        let pending = PendingAuthorization {
            state: authorization.state,
            verifier: authorization.verifier,
            redirect,
            client_id: endpoint.client_id.clone(),
            token_url: endpoint.token_url.clone(),
            begun_at: endpoint.runtime.now().wall,
        };
        Ok((authorization.url, pending))
    }

    /// Whether `redirect_url` is the answer to a login, and not something that somebody else has made up. A web
    /// server asks this before it gives away what is pending: a forged redirect must not end the login of a
    /// person who is still at it.
    pub fn is_answer(&self, pending: &PendingAuthorization, redirect_url: &str) -> bool {
        let callback = Callback::read(redirect_url, pending, &self.expected());
        self.check(pending).is_ok() && callback.is_ok()
    }

    /// Finishes a login: checks that `redirect_url` is the answer to it, redeems the code, once, and gives
    /// back the session. `redirect_url` is what the browser asked the redirect URI for: the whole URL, or
    /// path and query as a web server sees them. `user` is the application's own name for the person, for
    /// [a store](OAuth2Auth::from_store); it may be empty.
    ///
    /// A code is spent by one attempt, also by one that fails: then the login is to be begun again.
    ///
    /// # Errors
    ///
    /// `Protocol`, with nothing sent, if `redirect_url` is not the answer to this login (a wrong state, a
    /// doubled parameter, another issuer): whoever sent it has no part in it. `Forbidden` if the person or
    /// an administrator does not allow it. `Config` if the login was begun by another client or too long ago,
    /// and if the server does not accept the client. `Refused` for a code that is over or spent. Others as
    /// the token endpoint answers; a session that is over at once and cannot be renewed is `Protocol`.
    pub async fn finish(
        &self,
        pending: PendingAuthorization,
        redirect_url: &str,
        user: &str,
    ) -> Result<Session, AuthError> {
        self.check(&pending)?;
        let callback = Callback::read(redirect_url, &pending, &self.expected())?;
        self.redeem(callback, &pending, user).await
    }

    /// A session of which only the refresh token is known, from wherever that comes.
    ///
    /// # Errors
    ///
    /// `Config` if it is not visible ASCII, and for a user name with control characters.
    pub fn session_from_refresh_token(
        &self,
        refresh_token: impl Into<Secret>,
        user: &str,
    ) -> Result<Session, AuthError> {
        let refresh_token = Secret::from_user(refresh_token.into())?;
        let session = Session::from_refresh_token(refresh_token, self.key(user)?);
        session.map_err(|error| error.with_kind(ErrorKind::Config))
    }

    /// The key of a user's session: it differs for every data centre, token URL, client, scope and user.
    ///
    /// # Errors
    ///
    /// `Config` for a user name with control characters.
    pub fn key(&self, user: &str) -> Result<StoreKey, AuthError> {
        let Parts { endpoint, base, .. } = &*self.0;
        StoreKey::new(OAuth2Auth::SCHEME, base, user)?
            .with_token_endpoint(&endpoint.token_url)?
            .with_client(&endpoint.client_id)?
            .with_scope(&self.0.scope.join(" "))
    }

    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            authorize_url: &self.0.endpoint.authorize_url,
            issuer: self.0.issuer.as_deref(),
            always_issuer: self.0.always_issuer,
        }
    }

    pub(crate) async fn redeem(
        &self,
        callback: Callback,
        pending: &PendingAuthorization,
        user: &str,
    ) -> Result<Session, AuthError> {
        let key = self.key(user)?;
        let code = match callback {
            Callback::Code(code) => code,
            Callback::Refused(error) => return Err(error),
        };
        let Parts {
            endpoint, policy, ..
        } = &*self.0;
        let redemption = Redemption {
            code,
            verifier: pending.verifier.as_ref(),
            redirect: &pending.redirect,
        };
        let deadline = Deadline::new(endpoint.runtime.now(), policy.deadline);
        let answer = endpoint.redeem(redemption, deadline).await;
        let (answer, start) = answer.map_err(advice::on_code)?;
        let asked_for = Some(self.0.scope.join(" ")).filter(|scope| !scope.is_empty());
        let granted = answer.scope.clone().or(asked_for);
        if answer.lifetime.is_zero() && answer.refresh_token.is_none() {
            let what = "the server gave a session that is over already, and nothing to renew it";
            return Err(AuthError::new(ErrorKind::Protocol, what).with_hint(ASK_THE_SERVER));
        }
        let token = token(answer, None, granted)?;
        Ok(Session::new(token, start.wall, key))
    }

    pub(crate) fn audience(&self) -> Audience {
        self.0.base.clone().into()
    }

    /// The variable that the client's secret is read from, if it is.
    #[cfg(feature = "browser")]
    pub(crate) fn secret_variable(&self) -> Option<&std::ffi::OsStr> {
        self.0.endpoint.secret.as_ref()?.0.variable()
    }

    pub(crate) fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::clone(&self.0.endpoint.runtime)
    }

    fn check(&self, pending: &PendingAuthorization) -> Result<(), AuthError> {
        let endpoint = &self.0.endpoint;
        let what =
            if pending.client_id != endpoint.client_id || pending.token_url != endpoint.token_url {
                "the login was begun by another client"
            } else if pending.is_stale(endpoint.runtime.now().wall) {
                "the login was begun more than an hour ago"
            } else {
                return Ok(());
            };
        Err(AuthError::new(ErrorKind::Config, what).with_hint("begin the login again"))
    }
}

const ASK_THE_SERVER: &str = "ask who runs the server why its tokens do not live";

/// What a token endpoint granted, as a token. Where it gave no refresh token, `old` stays (RFC 6749
/// section 6).
pub(crate) fn token(
    answer: TokenAnswer,
    old: Option<&Secret>,
    scope: Option<String>,
) -> Result<Token, AuthError> {
    let token = Token::new(answer.access_token, HeaderStyle::bearer(), answer.lifetime)?;
    let token = match answer.refresh_token.or_else(|| old.cloned()) {
        Some(refresh) => token.with_refresh(refresh)?,
        None => token,
    };
    Ok(match scope {
        Some(scope) => token.with_scope(scope),
        None => token,
    })
}

impl fmt::Debug for OAuth2Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2Client")
            .field("endpoint", &self.0.endpoint)
            .field("base", &self.0.base)
            .field(
                "redirect",
                &self.0.redirect.as_ref().map(RedirectUri::as_str),
            )
            .field("scope", &self.0.scope)
            .field("pkce", &self.0.pkce)
            .finish_non_exhaustive()
    }
}
