use std::ffi::OsString;
use std::sync::Arc;

use phrase_auth_apitoken::who_am_i;
use phrase_auth_core::{
    AuthError, Authenticator, Endpoints, ErrorKind, HttpClient, Product, SecretSource, Session,
    Token,
};
use phrase_auth_oauth2::{BrowserLogin, ClientAuth, LoginNotice, OAuth2Auth, OAuth2Client};
use phrase_auth_reqwest::ReqwestClient;

use super::header;
use crate::cli::{Login, Network};
use crate::client;
use crate::environment::{self, Place, named, takes_oauth};
use crate::exit::Exit;
use crate::report::{self, Report};
use crate::{file, output, time};

mod browser;
mod stdin;

/// `phrase-auth login`
pub(crate) async fn run(login: Login, network: &Network, no_input: bool) -> Result<(), Report> {
    let look_up = |name: &str| std::env::var_os(name);
    let (product, named_by) = environment::wanted(&look_up, login.product)?;
    takes_oauth(product, named_by)?;
    let place = Place::of_process(login.region)?;
    let endpoints = endpoints(&login, &place)?;
    let transport = Arc::new(client::transport(network)?);
    let client = oauth_client(&login, &endpoints, &transport, network).await?;
    // Before a person takes the trouble.
    if let Some(path) = &login.session_file {
        file::check(path)?;
    }
    place.announce();
    let session = client.login_with_browser(options(&login, no_input)).await;
    let session = session.map_err(unfinished)?;
    let auth = OAuth2Auth::new(client, without_refresh_token(&session)?)?;
    if let Err(error) = who_am_i(&auth, endpoints, &*transport).await {
        // The server was not able to say: the login itself is good, and its code is spent.
        if let Some(path) = login.session_file.as_ref().filter(|_| error.is_transient()) {
            keep(&session, path)?;
            output::note(&format!("note: the session is kept in {}", path.display()));
        }
        return Err(error.into());
    }
    let found = auth.header().await?;
    tell_what_it_lacks(&auth, &session);
    if let Some(path) = &login.session_file {
        keep(&session, path)?;
    }
    output::answer(&header::written(
        &found,
        login.output,
        place.region,
        product,
    )?)
}

fn endpoints(login: &Login, place: &Place) -> Result<Endpoints, AuthError> {
    for (option, url) in [
        ("--base-url", &login.base_url),
        ("--authorize-url", &login.authorize_url),
        ("--token-url", &login.token_url),
    ] {
        if let Some(url) = url {
            place.admits(option, url)?;
        }
    }
    let endpoints = place.endpoints.clone();
    match &login.base_url {
        Some(url) => {
            let overridden = endpoints.with(Product::Tms, url);
            overridden.map_err(|error| named("--base-url", &error))
        }
        None => Ok(endpoints),
    }
}

async fn oauth_client(
    login: &Login,
    endpoints: &Endpoints,
    transport: &Arc<ReqwestClient>,
    network: &Network,
) -> Result<OAuth2Client, AuthError> {
    let transport: Arc<dyn HttpClient> = Arc::<ReqwestClient>::clone(transport);
    let mut builder = OAuth2Client::builder(&login.client_id, endpoints.clone())
        .http_client(transport)
        .policy(client::policy(network));
    if let Some(path) = &login.client_secret_file {
        let option = "--client-secret-file";
        let source = SecretSource::file(path);
        let sound = source.read().await;
        sound.map_err(|error| named(option, &error))?;
        file::warn_if_open(option, path);
        builder = builder.client_secret(source, ClientAuth::Basic);
    }
    for scope in &login.scope {
        builder = builder.scope(scope);
    }
    if let Some(uri) = &login.redirect_uri {
        builder = builder.redirect_uri(uri);
    }
    if let Some(url) = &login.authorize_url {
        builder = builder.authorize_url(url);
    }
    if let Some(url) = &login.token_url {
        builder = builder.token_url(url);
    }
    if login.no_pkce {
        builder = builder.without_pkce();
    }
    builder.build()
}

fn options(login: &Login, no_input: bool) -> BrowserLogin {
    let reads = stdin::is_for_us(no_input);
    let mut options = BrowserLogin::new()
        .timeout(login.login_timeout)
        .notify(move |notice| tell(notice, reads));
    for port in &login.port {
        options = options.port(*port);
    }
    if let Some(address) = login.listen {
        options = options.listen(address);
    }
    if reads {
        options = options.paste_from_stdin();
    }
    if login.no_browser {
        return options.without_browser();
    }
    let named = login.browser.as_ref().map(OsString::from);
    match named
        .or_else(|| std::env::var_os("BROWSER"))
        .and_then(browser::command)
    {
        Some((program, args)) => options.browser_command(program, args),
        None => options,
    }
}

fn tell(notice: LoginNotice<'_>, reads: bool) {
    // What is pasted may be in it, and what a server has said.
    let lines = notice.to_string();
    let lines: Vec<String> = lines.lines().map(report::escaped).collect();
    output::note(&lines.join("\n"));
    if reads && matches!(notice, LoginNotice::Open(_)) {
        output::note(
            "\nIf the browser is on another machine, paste here the address at which it has arrived.",
        );
    }
}

/// Why there is no session, in the words of the command line.
fn unfinished(error: AuthError) -> Report {
    match (error.kind(), error.code()) {
        (ErrorKind::LoginRequired, _) => Report::from(error).but_ends_with(Exit::PERSON),
        (ErrorKind::Refused, _) => error.with_hint(CODE_REFUSED).into(),
        (ErrorKind::Config, Some("invalid_client" | "unauthorized_client")) => {
            error.with_hint(CLIENT_REFUSED).into()
        }
        _ => error.into(),
    }
}

/// The same session, to ask and to print with. Nothing may renew it meanwhile: what is written must not be dead.
fn without_refresh_token(session: &Session) -> Result<Session, AuthError> {
    let token = session.token();
    let bare = Token::new(
        token.secret().clone(),
        token.style().clone(),
        token.lifetime(),
    )?;
    let bare = match token.scope() {
        Some(scope) => bare.with_scope(scope),
        None => bare,
    };
    Ok(Session::new(
        bare,
        session.requested_at(),
        session.key().clone(),
    ))
}

fn tell_what_it_lacks(auth: &OAuth2Auth, session: &Session) {
    if session.token().refresh().is_none() {
        let end = session.expires_at().and_then(time::rfc3339);
        output::note(&format!(
            "note: the server has given no refresh token: this session ends at {}, and cannot be renewed",
            end.as_deref().unwrap_or("a time that is not known")
        ));
    }
    let missing = auth.missing_scope();
    if !missing.is_empty() {
        output::note(&format!(
            "note: the server has not granted all of the scope; missing: {}",
            missing.join(" ")
        ));
    }
}

fn keep(session: &Session, path: &std::path::Path) -> Result<(), Report> {
    let bytes = session.to_secret_bytes();
    match std::str::from_utf8(&bytes) {
        Ok(text) => file::replace(path, text),
        Err(_) => Err(Report::new(Exit::BUG, "the session cannot be written")
            .with("next", "please report this")),
    }
}

const CODE_REFUSED: &str = "begin the login again; if it is refused each time, check that the redirect URI is the \
                            registered one (--redirect-uri, --port), and try --no-pkce";

const CLIENT_REFUSED: &str = "check --client-id, and, if the application was given a secret, --client-secret-file; it is \
                              sent as Basic";
