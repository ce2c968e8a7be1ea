//! The admin door: what the library can do, over HTTP and in JSON, for programs in any language.
//!
//! What comes here is in no log, and meets no fault but those of the handshake, which come before it.

mod clients;
mod clock;
mod expectations;
mod faults;
mod info;
mod input;
mod openapi;
mod people;
mod problem;
mod requests;
mod route;
mod routes;
mod snapshots;
mod time;
mod tokens;

use http::header::{HeaderMap, ORIGIN};
use http::{Method, StatusCode};
use serde_json::Value;

use self::input::Input;
use self::problem::Problem;
use self::route::{Route, Run};
use self::routes::ROUTES;
pub(crate) use self::snapshots::Snapshots;
use crate::answer::Answer;
use crate::call::Call;
use crate::world::World;

/// Whether a path is one of the admin door.
pub(crate) fn is_at(path: &str) -> bool {
    path.strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) async fn answer(world: &World, call: &Call) -> Answer {
    match serve(world, call).await {
        Ok(value) => Answer::new(StatusCode::OK, value),
        Err(problem) => problem.answer(),
    }
}

async fn serve(world: &World, call: &Call) -> Result<Value, Problem> {
    if !comes_from_here(&call.headers, &world.origin()) {
        return Err(Problem::forbidden(
            "a web page of another origin may not steer the emulator",
        ));
    }
    let (route, names) = find(&call.method, &call.path)?;
    let input = Input::read(route, names, call)?;
    match route.run {
        Run::Now(run) => run(world, &input),
        Run::Next => requests::next(world, &input).await,
    }
}

/// A browser says where the page is from that sends a request; whoever is none says nothing.
fn comes_from_here(headers: &HeaderMap, origin: &str) -> bool {
    headers.get_all(ORIGIN).iter().all(|value| value == origin)
}

/// The route of a request, and what stands in the place of the names in its path.
fn find(method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), Problem> {
    let path = path.strip_prefix(PREFIX).unwrap_or_default();
    let fitting: Vec<_> = ROUTES
        .iter()
        .filter_map(|route| Some((route, route.names(path)?)))
        .collect();
    if fitting.is_empty() {
        return Err(Problem::not_found(format!(
            "the admin door has nothing at this path; GET {PREFIX}/openapi.json lists what it has"
        )));
    }
    let allowed: Vec<&str> = fitting.iter().map(|(route, _)| route.method).collect();
    fitting
        .into_iter()
        .find(|(route, _)| route.method == method.as_str())
        .ok_or_else(|| Problem::method(&allowed))
}

/// What no path of Phrase begins with.
const ROOT: &str = "/_emulator";
pub(crate) const PREFIX: &str = "/_emulator/v1";
