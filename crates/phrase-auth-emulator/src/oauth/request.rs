use std::sync::Arc;

use super::challenge::Challenge;
use super::client::OAuthClient;
use super::clients::Clients;
use super::redirect::{self, Redirect};
use super::refusal::Refusal;
use super::scope::Scope;
use crate::Leniency;
use crate::form::Form;
use crate::leniency::Leniencies;

/// An authorization request without a fault (RFC 6749, 4.1.1; RFC 7636, 4.3).
#[derive(Clone)]
pub(super) struct Request {
    pub(super) client: Arc<OAuthClient>,
    pub(super) redirect: Redirect,
    pub(super) scope: Scope,
    pub(super) challenge: Option<Challenge>,
}

impl Request {
    pub(super) fn read(
        clients: &Clients,
        issuer: Option<&str>,
        leniencies: &Leniencies,
        query: &str,
    ) -> Result<Self, Refusal> {
        let form = Form::strictly(query.as_bytes()).map_err(Refusal::Page)?;
        let id = form
            .value("client_id")
            .ok_or(Refusal::Page("client_id is missing"))?;
        let client = clients
            .named(id)
            .ok_or(Refusal::Page("client_id names no client of this emulator"))?;
        let uri = form
            .value("redirect_uri")
            .ok_or(Refusal::Page("redirect_uri is missing"))?;
        let could_be_registered = leniencies.has(Leniency::AcceptUnregisteredRedirectUri)
            && redirect::flaw(uri).is_none();
        if !client.returns_to(uri) && !could_be_registered {
            return Err(Refusal::Page(
                "redirect_uri is not one that the client registered",
            ));
        }
        let redirect = Redirect {
            uri: uri.to_owned(),
            state: form.value("state").map(ToOwned::to_owned),
            issuer: issuer.map(ToOwned::to_owned),
        };
        match rest(client, leniencies, &form) {
            Ok((scope, challenge)) => Ok(Self {
                client: Arc::clone(client),
                redirect,
                scope,
                challenge,
            }),
            Err((error, why)) => Err(Refusal::Redirect {
                to: redirect.with_error(error, why),
                why,
            }),
        }
    }
}

/// What the application itself may be told about: the error of RFC 6749, 4.1.2.1, and why.
fn rest(
    client: &OAuthClient,
    leniencies: &Leniencies,
    form: &Form<'_>,
) -> Result<(Scope, Option<Challenge>), (&'static str, &'static str)> {
    match form.value("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err((
                "unsupported_response_type",
                "response_type may only be code",
            ));
        }
        None => return Err((INVALID, "response_type is missing")),
    }
    let scope = match form.value("scope") {
        None => Scope::default(),
        Some(scope) => Scope::read(scope).ok_or((
            "invalid_scope",
            "scope is not a list of up to 100 words with one space between them",
        ))?,
    };
    let challenge = match (
        form.value("code_challenge"),
        form.value("code_challenge_method"),
    ) {
        (Some(challenge), Some("S256")) => Some(
            Challenge::s256(challenge)
                .ok_or((INVALID, "code_challenge is not 43 characters of base64url"))?,
        ),
        (Some(challenge), None | Some("plain"))
            if leniencies.has(Leniency::AcceptPlainChallenge) =>
        {
            Some(Challenge::plain(challenge).ok_or((
                INVALID,
                "code_challenge is not 43 to 128 unreserved characters",
            ))?)
        }
        (Some(_), _) => {
            return Err((
                INVALID,
                "code_challenge_method may only be S256, and is not left out",
            ));
        }
        (None, Some(_)) => {
            return Err((
                INVALID,
                "code_challenge_method comes without code_challenge",
            ));
        }
        (None, None) if client.must_send_challenge() => {
            return Err((
                INVALID,
                "code_challenge is missing, this client has to send it",
            ));
        }
        (None, None) => None,
    };
    Ok((scope, challenge))
}

const INVALID: &str = "invalid_request";
