//! TMS authentication (reference 5), as strict as the documentation can be read.

mod body;
mod expires;
mod fault;
mod known_user;
mod record;
mod second_factor;
mod sessions;
mod state;
mod user;
mod users;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use self::body::Body;
pub use self::expires::ExpiresForm;
pub(crate) use self::fault::Fault;
pub use self::known_user::{KnownAccount, KnownUser};
use self::state::Granted;
pub(crate) use self::state::{Book, Login, Tms, Wish};
pub use self::user::TmsUser;
pub(crate) use self::users::{Account, Users, organization};
use crate::answer::Answer;
use crate::call::Call;
use crate::credential::{self, Credential};
use crate::form::Form;
use crate::oauth::Standing;
use crate::world::World;
use crate::{Application, Leniency};

/// Which of the two forms of a call; they differ in `userUid` only (reference 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V3,
}

pub(crate) fn login(world: &World, version: Version, call: &Call) -> Answer {
    read_login(world, version, call)
        .and_then(|login| world.tms.login(&login, world.clock.now()))
        .map_or_else(Fault::answer, |granted| welcome(world, &granted))
}

pub(crate) fn login_other(world: &World, version: Version, call: &Call) -> Answer {
    read_login_other(world, version, call)
        .and_then(|wish| world.tms.login_other(&wish, world.clock.now()))
        .map_or_else(Fault::answer, |granted| welcome(world, &granted))
}

pub(crate) fn logout(world: &World, call: &Call) -> Answer {
    read_logout(world, call)
        .and_then(|token| world.tms.logout(&token, world.clock.now()))
        .map_or_else(Fault::answer, |()| Answer::empty(StatusCode::NO_CONTENT))
}

/// Who holds a session token.
pub(crate) fn who_am_i(world: &World, token: &str) -> Answer {
    match world.tms.account(token, world.clock.now()) {
        Ok(account) => me(&account),
        Err(fault) => fault.answer(),
    }
}

/// The shape is reference 5.2; edition and features are our assumption.
pub(crate) fn me(account: &Account) -> Answer {
    Answer::new(
        StatusCode::OK,
        json!({
            "user": account.user(),
            "organization": organization(&account.organization_uid),
            "edition": {"name": "ENTERPRISE"},
            "features": {"icuEnabled": true, "rejectJobs": true, "qaHighlightsEnabled": false},
            "csrfToken": "phrase-emulator-csrf",
        }),
    )
}

fn read_login(world: &World, version: Version, call: &Call) -> Result<Login, Fault> {
    takes_post(call)?;
    if call.has(AUTHORIZATION) {
        return Err(Fault::Request(
            "login takes no Authorization header, user name and password are in the body",
        ));
    }
    let mut body = Body::read(
        call,
        match version {
            Version::V1 => &["userName", "password", "code"],
            Version::V3 => &["userName", "password", "userUid", "code"],
        },
        &world.leniencies,
    )?;
    Ok(Login {
        wish: read_wish(&mut body)?,
        password: body.required("password", "the member password is missing or empty")?,
        code: body.optional("code"),
    })
}

fn read_login_other(world: &World, version: Version, call: &Call) -> Result<Wish, Fault> {
    takes_post(call)?;
    administers(world, &call.headers)?;
    let mut body = Body::read(
        call,
        match version {
            Version::V1 => &["userName"],
            Version::V3 => &["userName", "userUid"],
        },
        &world.leniencies,
    )?;
    read_wish(&mut body)
}

fn read_wish(body: &mut Body) -> Result<Wish, Fault> {
    Ok(Wish {
        user_name: body.required("userName", "the member userName is missing or empty")?,
        user_uid: body.optional("userUid"),
    })
}

fn read_logout(world: &World, call: &Call) -> Result<String, Fault> {
    if call.method != Method::POST {
        return Err(Fault::Method);
    }
    if let Some(query) = &call.query {
        if world.allows(Leniency::AcceptTokenInQuery) {
            return token_of(query, call);
        }
        // Phrase documents `token` there too (reference 5.1); a secret in a URL ends up in logs (reference 5.6).
        return Err(Fault::Request(
            "the emulator takes the header only: no token, and nothing else, in the query of logout",
        ));
    }
    match credential::of(Application::Tms, &call.headers, &world.leniencies) {
        Ok(Credential::Session(token)) => Ok(token.to_owned()),
        // Reference 13, row 16: nobody knows what Phrase does.
        Ok(Credential::Bearer(_)) => Err(Fault::Request(
            "logout ends the session of an ApiToken; a Bearer has none",
        )),
        Err(misuse) => Err(Fault::Unauthorized(Some(misuse))),
    }
}

/// The token of a logout without a header: `token` in the query, and nothing else.
fn token_of(query: &str, call: &Call) -> Result<String, Fault> {
    if call.has(AUTHORIZATION) {
        return Err(Fault::Request(
            "logout takes the token in the header or in the query, not both",
        ));
    }
    let form = Form::strictly(query.as_bytes()).map_err(Fault::Request)?;
    if form.fields().any(|(name, _)| name != "token") {
        return Err(Fault::Request("the query of logout has token only"));
    }
    form.value("token")
        .map(ToOwned::to_owned)
        .ok_or(Fault::Request("the field token of the query is missing"))
}

fn takes_post(call: &Call) -> Result<(), Fault> {
    if call.method != Method::POST {
        return Err(Fault::Method);
    }
    if call.query.is_some() {
        return Err(Fault::Request(
            "this path takes its members in the body, not in the query",
        ));
    }
    Ok(())
}

/// Whether the caller may start sessions of others: whoever holds a JWT for TMS, or an `ADMIN`.
fn administers(world: &World, headers: &HeaderMap) -> Result<(), Fault> {
    let now = world.clock.now();
    let account = match credential::of(Application::Tms, headers, &world.leniencies) {
        Ok(Credential::Bearer(bearer)) => match world.oauth.standing(bearer, now) {
            Standing::Good(account) => account,
            Standing::Over => return Err(Fault::Unauthorized(None)),
            Standing::Stranger => {
                let judged = world.mint.check(bearer, Application::Tms, now);
                return judged.map_err(|refusal| Fault::Unauthorized(refusal.misuse()));
            }
        },
        Ok(Credential::Session(token)) => world.tms.account(token, now)?,
        Err(misuse) => return Err(Fault::Unauthorized(Some(misuse))),
    };
    if account.role == "ADMIN" {
        Ok(())
    } else {
        Err(Fault::Forbidden)
    }
}

/// The login response (reference 5.2).
fn welcome(world: &World, granted: &Granted) -> Answer {
    let mut body = json!({
        "user": granted.account.user(),
        "token": granted.token,
        "expires": world.expires_form.write(granted.end),
    });
    if let (Some(members), Some(ended)) = (body.as_object_mut(), granted.sessions_ended) {
        let ended = world.expires_form.write(ended).into();
        members.insert("lastInvalidateAllSessionsPerformed".to_owned(), ended);
    }
    Answer::new(StatusCode::OK, body)
}
