//! Logins with a TMS user name and password, and what must never come of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use phrase_auth_apitoken::{ApiTokenAuth, Credentials, SecondFactor};
use phrase_auth_core::{AuthHeader, Authenticator, ErrorKind, Revocation, Secret};
use phrase_auth_emulator::seed::{self, SeededUser};

use super::spoken;
use super::stage::{Act, Stage, check, step};
use crate::report::Report;

pub(super) async fn play(stage: &Stage) -> Result<(), Report> {
    stage.open(Act::Logins)?;
    let user = seed::PLAIN_USER;
    let auth = stage.apitoken(credentials(&user, user.password))?;
    let first = step("the first login", log_in(stage, &auth)).await?;
    step("the question who it is", ask(stage, &auth, &user)).await?;
    let second = step("the log-out in the browser", lose(stage, &auth, &first)).await?;
    step("the second refusal", insist(stage, &auth, &second)).await?;
    step("the wrong password", mistype(stage)).await?;
    step("the second factor", protect(stage)).await?;
    step("the log-out", log_out(stage, &auth)).await
}

async fn log_in(stage: &Stage, auth: &ApiTokenAuth) -> Result<AuthHeader, Report> {
    let header = stage.header(auth).await?;
    stage.asked_are(1)?;
    let value = header.value().to_str().unwrap_or_default();
    check(value.starts_with("ApiToken "), "its word is ApiToken")?;
    stage.call_is(200, &header).await?;
    let (length, left) = (header.token().len(), stage.left(&header)?);
    stage.tell(
        "log in",
        &format!(
            "Authorization: ApiToken [redacted, {length} characters], good for {}",
            spoken(left)
        ),
    )?;
    Ok(header)
}

async fn ask(stage: &Stage, auth: &ApiTokenAuth, user: &SeededUser) -> Result<(), Report> {
    let who = auth.who_am_i().await?;
    let account = user.accounts.first();
    let found = who.user.and_then(|user| user.uid);
    check(
        found.as_deref() == account.map(|account| account.uid),
        "it is who has logged in",
    )?;
    let organization = who.organization.and_then(|organization| organization.name);
    stage.asked_are(1)?;
    let organization = organization.unwrap_or_default();
    stage.tell(
        "ask who it is",
        &format!("a user of the organization {organization}"),
    )
}

async fn lose(
    stage: &Stage,
    auth: &ApiTokenAuth,
    first: &AuthHeader,
) -> Result<AuthHeader, Report> {
    stage.pass(HOURS);
    check(
        stage.end_sessions(&seed::PLAIN_USER) == 1,
        "one session ends",
    )?;
    stage.call_is(401, first).await?;
    check(auth.reject(first), "a rejected header is worth a retry")?;
    let second = stage.header(auth).await?;
    stage.asked_are(2)?;
    stage.call_is(200, &second).await?;
    stage.tell(
        "log out in a browser",
        "the API says 401 before the end: rejected, one new login, the same request once more: 200",
    )?;
    Ok(second)
}

async fn insist(stage: &Stage, auth: &ApiTokenAuth, second: &AuthHeader) -> Result<(), Report> {
    stage.end_sessions(&seed::PLAIN_USER);
    stage.call_is(401, second).await?;
    for _ in 0..CALLERS {
        check(!auth.reject(second), "a second 401 at once is handed on")?;
        stage.header(auth).await?;
    }
    stage.asked_are(2)?;
    stage.tell(
        "and again at once",
        "the second 401 is handed on: at most one login a minute, whatever the API says",
    )?;
    stage.pass(MINUTE);
    check(
        auth.reject(second),
        "a minute later a retry makes sense again",
    )?;
    let third = stage.header(auth).await?;
    stage.asked_are(3)?;
    stage.call_is(200, &third).await?;
    stage.tell(
        "a minute later",
        "a retry makes sense again: one login (200)",
    )
}

/// The server locks this user's account after three wrong passwords in a row.
async fn mistype(stage: &Stage) -> Result<(), Report> {
    let user = seed::LOCKING_USER;
    let auth = stage.apitoken(credentials(&user, "wrong"))?;
    for _ in 0..CALLERS {
        let error = stage.refusal(&auth).await?;
        check(
            error.kind() == ErrorKind::Refused,
            "a wrong password is refused",
        )?;
    }
    stage.asked_are(4)?;
    stage.tell(
        "a wrong password",
        &format!("{CALLERS} callers, one login: the refusal stands until the password has changed"),
    )?;
    let mended = stage.apitoken(credentials(&user, user.password))?;
    let header = stage.header(&mended).await?;
    stage.asked_are(5)?;
    stage.call_is(200, &header).await?;
    stage.tell(
        "the right password",
        "the account is not locked: logged in (200)",
    )
}

async fn protect(stage: &Stage) -> Result<(), Report> {
    let user = seed::TWO_FACTOR_USER;
    let alone = stage.apitoken(credentials(&user, user.password))?;
    let error = stage.refusal(&alone).await?;
    check(
        error.kind() == ErrorKind::SecondFactorRequired,
        "the account wants a second factor",
    )?;
    stage.asked_are(6)?;
    stage.tell(
        "a second factor",
        "nobody is there to type the code: a clear answer, one login",
    )?;

    let device = Arc::new(Mutex::new(Secret::new("000000")));
    let person = SecondFactor::callback({
        let device = Arc::clone(&device);
        move |_| {
            let code = device
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            async { Ok(code) }
        }
    });
    let auth = stage.apitoken(credentials(&user, user.password).second_factor(person))?;
    for _ in 0..CALLERS {
        let error = stage.refusal(&auth).await?;
        let wrong = error.message().contains("not accept");
        check(wrong, "a wrong code is called one")?;
    }
    stage.asked_are(8)?;
    stage.tell(
        "a wrong code",
        "asked once, refused once: no second try until a person says so",
    )?;

    *device.lock().unwrap_or_else(PoisonError::into_inner) = stage.second_factor_code();
    auth.cache().reset();
    let header = stage.header(&auth).await?;
    stage.asked_are(10)?;
    stage.call_is(200, &header).await?;
    stage.tell(
        "the right code",
        "after a reset: asked again, logged in (200)",
    )
}

async fn log_out(stage: &Stage, auth: &ApiTokenAuth) -> Result<(), Report> {
    let header = stage.header(auth).await?;
    stage.call_is(200, &header).await?;
    check(
        auth.logout().await? == Revocation::Revoked,
        "the session is ended",
    )?;
    stage.call_is(401, &header).await?;
    let error = stage.refusal(auth).await?;
    check(
        error.kind() == ErrorKind::LoginRequired,
        "nobody is logged in",
    )?;
    stage.asked_are(10)?;
    stage.tell(
        "log out",
        "ended at the server (401) and forgotten here: no login by itself",
    )
}

fn credentials(user: &SeededUser, password: &str) -> Credentials {
    Credentials::new(user.user_name, password)
}

/// More than lock an account, and more than fit into a window.
const CALLERS: u32 = 100;

/// Within the life of a token, and more than a minute, in which a new one is believed.
const HOURS: Duration = Duration::from_secs(2 * 3600);

/// As long as a new token is believed.
const MINUTE: Duration = Duration::from_secs(60);
