use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time;

use super::input::Input;
use super::problem::Problem;
use super::time::members;
use crate::log::{LogEntry, LogFilter};
use crate::world::World;
use crate::{Endpoint, FaultError, FaultKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Used {
    token: String,
}

pub(super) fn list(world: &World, input: &Input) -> Result<Value, Problem> {
    let found = world.log.find(&filter(input)?);
    let limit = number(input, "limit")?.unwrap_or(LIMIT);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // The last ones: whoever asks wants to know what has just happened.
    let skipped = found.len().saturating_sub(limit);
    let shown: Vec<Value> = found.iter().skip(skipped).map(shown).collect();
    Ok(json!({"requests": shown, "left_out": skipped}))
}

pub(super) fn counts(world: &World, _: &Input) -> Result<Value, Problem> {
    let all = Endpoint::ALL.iter().copied().chain([Endpoint::Unknown]);
    let counts: Map<String, Value> = all
        .map(|it| (it.name().to_owned(), world.log.count(it).into()))
        .collect();
    Ok(json!({
        "counts": counts,
        "in_flight": world.log.in_flight(),
        "max_concurrency": world.log.max_concurrency(),
    }))
}

pub(super) async fn next(world: &World, input: &Input) -> Result<Value, Problem> {
    let filter = filter(input)?;
    let patience = number(input, "timeout_seconds")?.unwrap_or(PATIENCE);
    if patience > LONGEST_PATIENCE {
        return Err(Problem::bad("`timeout_seconds` is more than 600"));
    }
    let patience = Duration::from_secs(patience);
    let next = time::timeout(patience, world.log.next(filter)).await;
    Ok(json!({"request": next.ok().as_ref().map(shown)}))
}

pub(super) fn used(world: &World, input: &Input) -> Result<Value, Problem> {
    let Used { token } = input.body()?;
    let found = world.log.find(&filter(input)?);
    let used = found.iter().filter(|entry| entry.used_token(&token));
    Ok(json!({"numbers": used.map(LogEntry::number).collect::<Vec<_>>()}))
}

pub(super) fn clear(world: &World, _: &Input) -> Result<Value, Problem> {
    world.log.clear();
    Ok(json!({}))
}

fn filter(input: &Input) -> Result<LogFilter, Problem> {
    let mut filter = LogFilter::new();
    if let Some(name) = input.parameter("endpoint") {
        let endpoint: Endpoint = name
            .parse()
            .map_err(|error| Problem::bad(format!("`endpoint`: {error}")))?;
        filter = filter.endpoint(endpoint);
    }
    if let Some(status) = number(input, "status")? {
        let status = u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| Problem::bad("`status` is no status"))?;
        filter = filter.status(status);
    }
    if let Some(number) = number(input, "after")? {
        filter = filter.after(number);
    }
    if let Some(fault) = input.parameter("fault") {
        if !FaultKind::is_name(fault) {
            return Err(Problem::bad(format!("`fault`: {}", FaultError::Unknown)));
        }
        filter = filter.fault(fault);
    }
    Ok(filter)
}

fn number(input: &Input, name: &str) -> Result<Option<u64>, Problem> {
    input
        .parameter(name)
        .map(|text| {
            text.parse()
                .map_err(|_| Problem::bad(format!("`{name}` is not a whole number")))
        })
        .transpose()
}

fn shown(entry: &LogEntry) -> Value {
    let mut shown = Map::from_iter(members("received_at", entry.received_at()));
    shown.extend([
        ("number".to_owned(), entry.number().into()),
        ("endpoint".to_owned(), entry.endpoint().name().into()),
        ("method".to_owned(), entry.method().as_str().into()),
        ("path".to_owned(), entry.path().into()),
        ("query".to_owned(), entry.query().into()),
        ("headers".to_owned(), json!(entry.headers())),
        ("body".to_owned(), entry.body().into()),
        (
            "status".to_owned(),
            entry.status().map(|it| it.as_u16()).into(),
        ),
        ("fault".to_owned(), entry.fault().into()),
        ("explains".to_owned(), entry.explains().into()),
    ]);
    shown.into()
}

/// About a megabyte of JSON.
const LIMIT: u64 = 1_000;
/// In seconds; what most clients wait by default.
const PATIENCE: u64 = 30;
/// In seconds: whoever has left by then without a word must not be waited for for ever.
const LONGEST_PATIENCE: u64 = 600;
