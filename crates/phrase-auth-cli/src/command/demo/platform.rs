//! The life of a JWT that a Platform API token is exchanged for.

use std::time::Duration;

use phrase_auth_core::{AuthHeader, Authenticator, ErrorKind};
use phrase_auth_emulator::seed;
use phrase_auth_platform::PlatformAuth;

use super::stage::{Act, Stage, check, step};
use super::{remember, spoken};
use crate::report::Report;

pub(super) async fn play(stage: &Stage) -> Result<(), Report> {
    stage.open(Act::Exchanges)?;
    let auth = stage.platform(seed::GOOD_TMS)?;
    let first = step("the first header", obtain(stage, &auth)).await?;
    step("the first call", call(stage, &first)).await?;
    step("the headers from memory", remember(stage, &auth, &first)).await?;
    let second = step("the early renewal", age(stage, &auth, &first)).await?;
    let third = step("the end of a token", die(stage, &auth, &second)).await?;
    let fourth = step("the revocation", revoke(stage, &auth, &third)).await?;
    step("the straggler", straggle(stage, &auth, &third, &fourth)).await?;
    let other = stage.platform(seed::DELETED)?;
    step("the refusal", refuse(stage, &other)).await?;
    step("the refusal from memory", refuse_again(stage, &other)).await
}

async fn obtain(stage: &Stage, auth: &PlatformAuth) -> Result<AuthHeader, Report> {
    let header = stage.header(auth).await?;
    stage.asked_are(1)?;
    check(
        header.name() == "authorization",
        "the header is Authorization",
    )?;
    let value = header.value().to_str().unwrap_or_default();
    check(
        value.starts_with("Bearer ") && !header.token().is_empty(),
        "its word is Bearer",
    )?;
    let left = stage.left(&header)?;
    let length = header.token().len();
    stage.tell(
        "obtain a header",
        &format!(
            "Authorization: Bearer [redacted, {length} characters], good for {}",
            spoken(left)
        ),
    )?;
    Ok(header)
}

async fn call(stage: &Stage, header: &AuthHeader) -> Result<(), Report> {
    stage.call_is(200, header).await?;
    stage.asked_are(1)?;
    stage.tell(
        "call the API",
        &format!("{} with it: 200", Stage::call_shown()),
    )
}

async fn age(stage: &Stage, auth: &PlatformAuth, first: &AuthHeader) -> Result<AuthHeader, Report> {
    stage.pass(AGING);
    let header = stage.header(auth).await?;
    check(
        header.generation() == first.generation(),
        "an aging token is handed out at once",
    )?;
    stage.asked_are(1)?;
    stage.call_is(200, &header).await?;
    // Nobody asks for it: it comes by itself.
    let renewed = stage.newer(auth, first.generation()).await;
    stage.asked_are(2)?;
    stage.call_is(200, &renewed).await?;
    stage.tell(
        &format!("{} later", spoken(AGING)),
        "the token ages: its header comes at once (200), a new token is fetched beside (200)",
    )?;
    Ok(renewed)
}

async fn die(
    stage: &Stage,
    auth: &PlatformAuth,
    second: &AuthHeader,
) -> Result<AuthHeader, Report> {
    stage.pass(DEAD);
    stage.call_is(401, second).await?;
    check(auth.peek().is_none(), "a dead token is not handed out")?;
    stage.asked_are(2)?;
    let header = stage.header(auth).await?;
    check(
        header.generation() > second.generation(),
        "there is a newer token",
    )?;
    stage.asked_are(3)?;
    stage.call_is(200, &header).await?;
    stage.tell(
        &format!("{} later", spoken(DEAD)),
        "the token is dead (401): it is not handed out, the caller waits for a new one (200)",
    )?;
    Ok(header)
}

async fn revoke(
    stage: &Stage,
    auth: &PlatformAuth,
    third: &AuthHeader,
) -> Result<AuthHeader, Report> {
    stage.revoke_tokens();
    let header = stage.header(auth).await?;
    check(
        header.generation() == third.generation(),
        "nobody here knows of the revocation yet",
    )?;
    stage.call_is(401, &header).await?;
    check(auth.reject(&header), "a rejected header is worth a retry")?;
    let fresh = stage.header(auth).await?;
    check(
        fresh.generation() > header.generation(),
        "there is a newer token",
    )?;
    stage.asked_are(4)?;
    stage.call_is(200, &fresh).await?;
    stage.tell(
        "the server revokes it",
        "the API says 401: rejected, a new header, the same request once more: 200",
    )?;
    Ok(fresh)
}

async fn straggle(
    stage: &Stage,
    auth: &PlatformAuth,
    stale: &AuthHeader,
    newest: &AuthHeader,
) -> Result<(), Report> {
    stage.call_is(401, stale).await?;
    check(auth.reject(stale), "a straggler is told to try again")?;
    let header = stage.header(auth).await?;
    check(
        header.generation() == newest.generation(),
        "a straggler gets the newer token",
    )?;
    stage.asked_are(4)?;
    stage.call_is(200, &header).await?;
    stage.tell(
        "a straggler",
        "comes with the revoked header (401) and gets the newer token without an exchange (200)",
    )
}

async fn refuse(stage: &Stage, auth: &PlatformAuth) -> Result<(), Report> {
    let error = stage.refusal(auth).await?;
    check(
        error.kind() == ErrorKind::Refused,
        "a deleted API token is refused",
    )?;
    check(error.hint().is_some(), "a refusal says what to do")?;
    stage.asked_are(5)?;
    let code = error.code().unwrap_or("no code").to_owned();
    stage.tell(
        "a deleted API token",
        &format!(
            "one request, then a clear answer: {} ({code})",
            error.message()
        ),
    )
}

async fn refuse_again(stage: &Stage, auth: &PlatformAuth) -> Result<(), Report> {
    // Longer than any pause after a passing fault.
    stage.pass(HOURS);
    let error = stage.refusal(auth).await?;
    check(error.kind() == ErrorKind::Refused, "the refusal stands")?;
    stage.asked_are(5)?;
    stage.tell(
        &format!("{} later", spoken(HOURS)),
        "asked again, answered from memory: a refused secret is not sent twice",
    )
}

/// Between the latest moment of the early renewal, 12,096 s, and the end of the emulator's tokens, 14,399 s.
const AGING: Duration = Duration::from_secs(3 * 3600 + 30 * 60);

/// Far beyond the window of a passing fault, which is an hour at most.
const HOURS: Duration = Duration::from_secs(2 * 3600);

/// Longer than any of the emulator's tokens lives.
const DEAD: Duration = Duration::from_secs(4 * 3600);
