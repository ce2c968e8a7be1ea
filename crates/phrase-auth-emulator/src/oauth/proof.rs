//! Who calls the token endpoint, and whether that is proven (RFC 6749, 2.3.1 and 3.2.1).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use super::client::OAuthClient;
use super::clients::Clients;
use super::fault::Fault;
use crate::credential::Case;
use crate::form::Form;
use crate::leniency::Leniencies;
use crate::{Leniency, call};

pub(super) fn client<'a>(
    clients: &'a Clients,
    leniencies: &Leniencies,
    headers: &HeaderMap,
    form: &Form<'_>,
) -> Result<&'a Arc<OAuthClient>, Fault> {
    let id = form.value("client_id");
    let secret = form.value("client_secret");
    match call::one(headers, AUTHORIZATION) {
        Err(()) => Err(Fault::Request(
            "the Authorization header comes more than once",
        )),
        Ok(None) => by_form(clients, id, secret),
        Ok(Some(_)) if secret.is_some() => Err(Fault::Request(
            "the secret comes in the body or as Basic, not both",
        )),
        Ok(Some(basic)) => {
            let client = by_basic(clients, leniencies, basic)
                .map_err(|why| Fault::Client { basic: true, why })?;
            if id.is_some_and(|id| id != client.id()) {
                return Err(Fault::Request(
                    "client_id in the body is not the one of Basic",
                ));
            }
            Ok(client)
        }
    }
}

fn by_form<'a>(
    clients: &'a Clients,
    id: Option<&str>,
    secret: Option<&str>,
) -> Result<&'a Arc<OAuthClient>, Fault> {
    let refused = |why| Fault::Client { basic: false, why };
    let id = id.ok_or(refused(Some("the field client_id is missing")))?;
    let client = clients.named(id).ok_or(refused(Some(STRANGER)))?;
    match (client.secret(), secret) {
        (None, None) => Ok(client),
        (None, Some(_)) => Err(refused(Some(
            "a public client sends client_id and no secret",
        ))),
        (Some(_), None) => Err(refused(Some(
            "this client sends its secret, in the body or as Basic",
        ))),
        (Some(expected), Some(secret)) if expected != secret => Err(refused(None)),
        (Some(_), Some(_)) => Ok(client),
    }
}

/// The error says why, if that is a misuse: a wrong secret is none, the right one written in the wrong way is.
fn by_basic<'a>(
    clients: &'a Clients,
    leniencies: &Leniencies,
    basic: &HeaderValue,
) -> Result<&'a Arc<OAuthClient>, Option<&'static str>> {
    let pair = read(basic, Case::of(leniencies)).ok_or(
        "the Authorization header of this endpoint is Basic, one space and base64 of id:secret",
    )?;
    let (id, secret) = pair.split_once(':').ok_or("Basic has no colon in it")?;
    if leniencies.has(Leniency::AcceptEitherBasic)
        && let Some(client) = in_either_spelling(clients, id, secret)
    {
        return Ok(client);
    }
    if let Some(client) = clients.named(id).filter(|client| client.sends_raw_basic()) {
        if client.secret() == Some(secret) {
            return Ok(client);
        }
        let is_encoded = client.secret() == decoded(secret).as_deref();
        return Err(is_encoded
            .then_some("the Basic of this client is taken as it comes: it is not form-encoded"));
    }
    let client = decoded(id)
        .and_then(|id| clients.named(&id))
        .filter(|client| !client.sends_raw_basic())
        .ok_or(STRANGER)?;
    let expected = client
        .secret()
        .ok_or("a public client sends client_id and no Basic")?;
    if decoded(secret).as_deref() == Some(expected) {
        return Ok(client);
    }
    let is_raw = expected == secret;
    Err(is_raw
        .then_some("id and secret are form-encoded before they become Basic (RFC 6749, 2.3.1)"))
}

fn in_either_spelling<'a>(
    clients: &'a Clients,
    id: &str,
    secret: &str,
) -> Option<&'a Arc<OAuthClient>> {
    let known = |id: &str, secret: &str| {
        clients
            .named(id)
            .filter(|client| client.secret() == Some(secret))
    };
    known(id, secret).or_else(|| known(&decoded(id)?, &decoded(secret)?))
}

fn read(basic: &HeaderValue, case: Case) -> Option<String> {
    let encoded = case.strip(basic.to_str().ok()?, "Basic")?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

/// What was form-encoded, as a field without a value would be; `None` if it was not.
fn decoded(value: &str) -> Option<String> {
    if value.contains(['&', '=']) {
        return None;
    }
    let form = Form::strictly(value.as_bytes()).ok()?;
    form.fields().next().map(|(name, _)| name.to_owned())
}

const STRANGER: &str = "no client of this emulator has this client_id";
