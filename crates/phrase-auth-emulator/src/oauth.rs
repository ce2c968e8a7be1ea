//! The OAuth 2.0 of TMS (reference 6): authorization code with PKCE, and refresh. Phrase documents the two URLs and
//! little else; the rest is RFC 6749, RFC 7636 and RFC 9700, read strictly.

mod authorize_error;
mod challenge;
mod client;
mod clients;
mod code;
mod fault;
mod grant;
mod issued;
mod known_client;
mod page;
mod person;
mod proof;
mod redirect;
mod refresh;
mod refusal;
mod request;
mod scope;
mod state;
mod terms;
mod token;
mod tokens;

use http::Method;

pub use self::authorize_error::AuthorizeError;
pub use self::client::OAuthClient;
pub(crate) use self::clients::Clients;
pub use self::issued::IssuedTokens;
pub use self::known_client::KnownClient;
pub use self::person::Person;
pub(crate) use self::redirect::flaw as redirect_flaw;
use self::refusal::Refusal;
pub(crate) use self::state::{Book, OAuth};
use self::state::{Decision, Step};
pub use self::terms::RefreshRotation;
pub(crate) use self::terms::Terms;
pub(crate) use self::token::token;
pub(crate) use self::tokens::Standing;
use crate::answer::Answer;
use crate::call::Call;
use crate::form::Form;
use crate::tms::{Login, Wish};
use crate::world::World;

/// The authorize endpoint: whoever comes is asked to log in, each time anew.
pub(crate) fn authorize(world: &World, call: &Call) -> Answer {
    if call.method != Method::GET {
        return page::refusal(&Refusal::Method("GET"));
    }
    let query = call.query.as_deref().unwrap_or_default();
    let begun = world
        .oauth
        .begin(query, &world.leniencies, world.clock.now());
    begun.map_or_else(
        |refusal| page::refusal(&refusal),
        |form| page::login(&form, None),
    )
}

/// Where the login page goes.
pub(crate) fn login(world: &World, call: &Call) -> Answer {
    let step = read_login(world, call).and_then(|(ticket, login)| {
        let now = world.clock.now();
        world.oauth.sign_in(&world.tms, &ticket, &login, now)
    });
    match step {
        Ok(Step::Consent(form)) => page::consent(&form),
        Ok(Step::Again(form, fault)) => page::login(&form, Some(&fault)),
        Err(refusal) => page::refusal(&refusal),
    }
}

/// Where the consent page goes.
pub(crate) fn consent(world: &World, call: &Call) -> Answer {
    read_consent(world, call)
        .and_then(|(ticket, decision)| world.oauth.decide(&ticket, decision, world.clock.now()))
        .map_or_else(|refusal| page::refusal(&refusal), |to| page::redirect(&to))
}

fn read_login(world: &World, call: &Call) -> Result<(String, Login), Refusal> {
    let form = read_post(world, call)?;
    let login = Login {
        wish: Wish {
            user_name: required(&form, "userName", "the field userName is missing")?,
            user_uid: None,
        },
        password: required(&form, "password", "the field password is missing")?,
        code: form.value("code").map(ToOwned::to_owned),
    };
    Ok((ticket(&form)?, login))
}

fn read_consent(world: &World, call: &Call) -> Result<(String, Decision), Refusal> {
    let form = read_post(world, call)?;
    let decision = match form.value("decision") {
        Some("allow") => Decision::Allow,
        Some("deny") => Decision::Deny,
        _ => {
            return Err(Refusal::Page(
                "the field decision is neither allow nor deny",
            ));
        }
    };
    Ok((ticket(&form)?, decision))
}

fn read_post<'a>(world: &World, call: &'a Call) -> Result<Form<'a>, Refusal> {
    if call.method != Method::POST {
        return Err(Refusal::Method("POST"));
    }
    if call.query.is_some() {
        return Err(Refusal::Page(
            "this path takes its fields in the body, not in the query",
        ));
    }
    if !call.may_be_form(&world.leniencies) {
        return Err(Refusal::Page(
            "this path takes Content-Type: application/x-www-form-urlencoded",
        ));
    }
    Form::strictly(&call.body).map_err(Refusal::Page)
}

fn ticket(form: &Form<'_>) -> Result<String, Refusal> {
    required(
        form,
        "ticket",
        "the field ticket of the page before is missing",
    )
}

fn required(form: &Form<'_>, field: &str, missing: &'static str) -> Result<String, Refusal> {
    let value = form.value(field).ok_or(Refusal::Page(missing))?;
    Ok(value.to_owned())
}
