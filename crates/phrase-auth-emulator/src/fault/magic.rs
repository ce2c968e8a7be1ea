//! Faults that a request asks for by a name in it, for who has no more than `curl`.

use std::str::FromStr;

use super::faults::Met;
use super::kind::FaultKind;
use crate::call::Call;
use crate::credential::{self, Credential};
use crate::form::Form;
use crate::json::Object;
use crate::leniency::Leniencies;
use crate::{Application, Endpoint, seed};

/// The fault that a request asks for: by its API token, refresh token, code or user name, or by the credential in its
/// header. An error for a name that no fault has, or one that cannot happen there.
pub(crate) fn magic_call(endpoint: Endpoint, call: &Call) -> Result<Option<Met>, &'static str> {
    let named = match endpoint {
        Endpoint::TokenExchange => in_form(call, &["subject_token"]),
        Endpoint::OAuthToken => in_form(call, &["refresh_token", "code"]),
        Endpoint::Login | Endpoint::LoginV1 | Endpoint::LoginOther | Endpoint::LoginOtherV1 => {
            in_json(call)
        }
        Endpoint::Tms | Endpoint::Logout => in_header(Application::Tms, call),
        Endpoint::Strings => in_header(Application::Strings, call),
        Endpoint::Orchestrator => in_header(Application::Orchestrator, call),
        Endpoint::Connectors => in_header(Application::Connectors, call),
        Endpoint::Studio => in_header(Application::Studio, call),
        Endpoint::Authorize
        | Endpoint::AuthorizeLogin
        | Endpoint::AuthorizeConsent
        | Endpoint::Unknown => None,
    };
    let Some(name) = named else {
        return Ok(None);
    };
    match FaultKind::from_str(&name) {
        Ok(kind) if kind.fits(endpoint) => Ok(Some(Met::by_name(kind))),
        Ok(_) => Err("the fault that is named in the request cannot happen here"),
        Err(_) => Err(
            "no fault has the name that is in the request; `phrase-auth emulator faults` lists them",
        ),
    }
}

/// Why a fault that is named in a request did not happen.
pub(crate) const NOTHING_TO_CHANGE: &str = "the fault that is named in the request changes a good answer, and there is \
    none here: name it as the API token or the user name, or make it a rule";

/// What the request would be without the name in it, for a fault that changes a true answer: the seeded API token for
/// TMS in its place, or the plain user. Names are of letters, digits, hyphens and dots, so no encoding hides them.
pub(crate) fn unmagical(call: &Call, endpoint: Endpoint, met: &Met) -> Call {
    let seeded = match endpoint {
        Endpoint::TokenExchange => seed::GOOD_TMS,
        _ => seed::PLAIN_USER.user_name,
    };
    let name = format!("{PREFIX}{}", met.name());
    let body = String::from_utf8_lossy(&call.body).replace(&name, seeded);
    Call {
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers: call.headers.clone(),
        body: body.into(),
    }
}

/// The name behind the prefix.
fn named(value: &str) -> Option<String> {
    value.strip_prefix(PREFIX).map(ToOwned::to_owned)
}

fn in_form(call: &Call, fields: &[&str]) -> Option<String> {
    let form = Form::leniently(&call.body);
    fields
        .iter()
        .find_map(|field| form.value(field).and_then(named))
}

fn in_json(call: &Call) -> Option<String> {
    let object = Object::read(&call.body)?;
    let name = object.members().find(|(name, _)| *name == "userName");
    name.and_then(|(_, value)| value.as_str()).and_then(named)
}

fn in_header(application: Application, call: &Call) -> Option<String> {
    match credential::of(application, &call.headers, &Leniencies::default()).ok()? {
        Credential::Bearer(token) | Credential::Session(token) => named(token),
    }
}

/// What is before the name of the fault.
const PREFIX: &str = "phrase-emulator-fault-";
