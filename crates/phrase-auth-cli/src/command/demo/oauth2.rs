//! A person's login with a browser, and the life of the session that comes of it.

use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{AuthHeader, Authenticator, ErrorKind, MemoryStore, SecretId, Session};
use phrase_auth_emulator::seed;
use phrase_auth_oauth2::{BrowserLogin, LoginNotice, OAuth2Auth, OAuth2Client};
use tokio::sync::oneshot;

use super::stage::{Act, Stage, check, step, unlike};
use super::{remember, spoken};
use crate::report::Report;

pub(super) async fn play(stage: &Stage) -> Result<(), Report> {
    stage.open(Act::Grants)?;
    let client = stage.oauth2()?;
    let session = step("the login", log_in(stage, &client)).await?;
    let auth = OAuth2Auth::new(client.clone(), session)?;
    let first = step("the first header", obtain(stage, &auth)).await?;
    step("the headers from memory", remember(stage, &auth, &first)).await?;
    let second = step("the early refresh", age(stage, &auth, &first)).await?;
    step("the end of a token", die(stage, &auth, &second)).await?;
    let store = MemoryStore::new();
    let over = || OAuth2Auth::from_store(client.clone(), Arc::new(store.clone()), "");
    let (one, other, late) = (over()?, over()?, over()?);
    step("the shared refresh", share(stage, &auth, [&one, &other])).await?;
    step("the end of the session", lose(stage, [&one, &late])).await
}

/// A program that waits for a browser, and the browser.
async fn log_in(stage: &Stage, client: &OAuth2Client) -> Result<Session, Report> {
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    let options = BrowserLogin::new().without_browser().notify(move |notice| {
        if let (LoginNotice::Open(url), Some(tell)) = (notice, tell.take()) {
            let _ = tell.send(url.to_owned());
        }
    });
    let program = async {
        client
            .login_with_browser(options)
            .await
            .map_err(Report::from)
    };
    let browser = async {
        let url = told
            .await
            .map_err(|_| unlike("there is an address to open"))?;
        browse(stage, &url).await
    };
    let (session, ()) = tokio::try_join!(program, browser)?;
    stage.asked_are(1)?;
    let refresh_token = session.token().refresh();
    check(refresh_token.is_some(), "a refresh token comes with it")?;
    stage.tell(
        "the person allows it",
        "the browser comes back with a code, which is redeemed once: \"Logged in\" (200)",
    )?;
    Ok(session)
}

async fn browse(stage: &Stage, url: &str) -> Result<(), Report> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let one = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(found, _)| *found == name);
        found.map(|(_, value)| value)
    };
    let state = one("state").unwrap_or_default();
    check(state.len() >= MIN_STATE, "the state cannot be guessed")?;
    check(one("code_challenge_method") == Some("S256"), "PKCE is used")?;
    stage.asked_are(0)?;
    stage.tell(
        "begin",
        &format!(
            "an address for the browser, with a state of {} characters and a challenge (PKCE, S256)",
            state.len()
        ),
    )?;

    let arrived = stage.consent(url)?;
    let (callback, _) = arrived.split_once('?').unwrap_or_default();
    let forged = format!("{callback}?code=forged&state=forged");
    stage.visit_is(400, &forged).await?;
    stage.asked_are(0)?;
    stage.tell(
        "a forged callback",
        "comes first, from whoever else is on this machine: 400, and the login goes on",
    )?;
    stage.visit_is(200, &arrived).await
}

async fn obtain(stage: &Stage, auth: &OAuth2Auth) -> Result<AuthHeader, Report> {
    let header = stage.header(auth).await?;
    stage.asked_are(1)?;
    let value = header.value().to_str().unwrap_or_default();
    check(value.starts_with("Bearer "), "its word is Bearer")?;
    stage.call_is(200, &header).await?;
    let (length, left) = (header.token().len(), stage.left(&header)?);
    stage.tell(
        "call the API",
        &format!(
            "Authorization: Bearer [redacted, {length} characters], good for {}: 200",
            spoken(left)
        ),
    )?;
    Ok(header)
}

async fn age(stage: &Stage, auth: &OAuth2Auth, first: &AuthHeader) -> Result<AuthHeader, Report> {
    let before = refresh_token(auth)?;
    stage.pass(AGING);
    let header = stage.header(auth).await?;
    check(
        header.generation() == first.generation(),
        "an aging token is handed out at once",
    )?;
    stage.call_is(200, &header).await?;
    // Nobody asks for it: it comes by itself.
    let renewed = stage.newer(auth, first.generation()).await;
    stage.asked_are(2)?;
    check(refresh_token(auth)? != before, "the refresh token rotates")?;
    stage.call_is(200, &renewed).await?;
    stage.tell(
        &format!("{} later", spoken(AGING)),
        "the token ages: its header comes at once (200), a refresh is made beside (200)",
    )?;
    Ok(renewed)
}

async fn die(stage: &Stage, auth: &OAuth2Auth, second: &AuthHeader) -> Result<(), Report> {
    let before = refresh_token(auth)?;
    stage.pass(DEAD);
    stage.call_is(401, second).await?;
    check(auth.peek().is_none(), "a dead token is not handed out")?;
    let header = stage.header(auth).await?;
    stage.asked_are(3)?;
    check(refresh_token(auth)? != before, "the refresh token rotates")?;
    stage.call_is(200, &header).await?;
    stage.tell(
        &format!("{} later", spoken(DEAD)),
        "the token is dead (401): one refresh, and its new refresh token in the old one's place (200)",
    )
}

/// Two that know nothing of each other, as in two processes.
async fn share(
    stage: &Stage,
    auth: &OAuth2Auth,
    [one, other]: [&OAuth2Auth; 2],
) -> Result<(), Report> {
    let session = auth.cache().session();
    let session = session.ok_or_else(|| unlike("there is a session"))?;
    one.cache().adopt(session).await?;
    stage.pass(DEAD);
    let (first, second) = tokio::try_join!(stage.header(one), stage.header(other))?;
    stage.asked_are(4)?;
    check(first.value() == second.value(), "both have the same token")?;
    stage.call_is(200, &second).await?;
    stage.tell(
        "two over one store",
        "both need a token at once: one refresh under the store's lock serves both (200)",
    )
}

async fn lose(stage: &Stage, [one, late]: [&OAuth2Auth; 2]) -> Result<(), Report> {
    let header = stage.header(one).await?;
    check(
        stage.take_back(&seed::PLAIN_USER) == 1,
        "one consent is taken back",
    )?;
    stage.call_is(401, &header).await?;
    check(one.reject(&header), "a rejected header is worth a retry")?;
    // The late one learns it from the store.
    for auth in [one, late] {
        stage.pass(DEAD);
        for _ in 0..CALLERS {
            // Before it believes a refusal, it looks twice whether somebody else has refreshed.
            let error = stage.in_real_time(stage.refusal(auth)).await?;
            check(
                error.kind() == ErrorKind::LoginRequired,
                "a person has to log in",
            )?;
        }
    }
    stage.asked_are(5)?;
    stage.tell(
        "consent taken back",
        &format!(
            "401, one refresh, refused: {} callers hear that a person has to log in, and nothing more is sent",
            2 * CALLERS
        ),
    )
}

fn refresh_token(auth: &OAuth2Auth) -> Result<SecretId, Report> {
    let session = auth.cache().session();
    let refresh_token = session.and_then(|session| Some(session.token().refresh()?.id()));
    refresh_token.ok_or_else(|| unlike("there is a refresh token"))
}

/// 128 bits, six to a character.
const MIN_STATE: usize = 22;

const CALLERS: u32 = 100;

/// Between the latest moment of the early refresh, 3,024 s, and the end of the emulator's tokens, 3,600 s.
const AGING: Duration = Duration::from_secs(55 * 60);

/// Longer than any of the emulator's access tokens lives.
const DEAD: Duration = Duration::from_secs(2 * 3600);
