use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};

use crate::leniency::Leniencies;
use crate::{Application, Leniency, call};

/// What a request brought to prove who sends it.
pub(crate) enum Credential<'a> {
    /// A JWT; at TMS it may be an OAuth access token as well.
    Bearer(&'a str),
    /// The token of a TMS login.
    Session(&'a str),
}

/// How a scheme word has to be written.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    AsPrinted,
    Any,
}

impl Case {
    pub(crate) fn of(leniencies: &Leniencies) -> Self {
        if leniencies.has(Leniency::AcceptAnyCase) {
            Self::Any
        } else {
            Self::AsPrinted
        }
    }

    /// What follows the scheme word and one space.
    pub(crate) fn strip<'a>(self, value: &'a str, scheme: &str) -> Option<&'a str> {
        let (word, rest) = value.split_once(' ')?;
        let is_it = match self {
            Self::AsPrinted => word == scheme,
            Self::Any => word.eq_ignore_ascii_case(scheme),
        };
        is_it.then_some(rest)
    }
}

/// The credential, from exactly one header of the right name with the right scheme word, once (reference 2). Only TMS
/// may yield a session.
pub(crate) fn of<'a>(
    application: Application,
    headers: &'a HeaderMap,
    leniencies: &Leniencies,
) -> Result<Credential<'a>, &'static str> {
    let case = Case::of(leniencies);
    let bearer = match application {
        Application::Tms => return tms(headers, case),
        Application::Studio => bare(headers),
        Application::Connectors => match (
            headers.contains_key(AUTHORIZATION),
            headers.contains_key(AUTHENTICATION),
        ) {
            (true, true) => Err("send either Authorization or Authentication, not both"),
            (false, true) => bearer(headers, AUTHENTICATION, case),
            (_, false) => bearer(headers, AUTHORIZATION, case),
        },
        Application::Strings | Application::Orchestrator => bearer(headers, AUTHORIZATION, case),
    };
    bearer.map(Credential::Bearer)
}

fn tms(headers: &HeaderMap, case: Case) -> Result<Credential<'_>, &'static str> {
    let value = single(headers, AUTHORIZATION)?
        .ok_or("this path asks for Authorization: Bearer, or ApiToken")?;
    if let Some(token) = case.strip(value, "ApiToken") {
        return if is_one_word(token) {
            Ok(Credential::Session(token))
        } else {
            Err("after the scheme word ApiToken, once, comes the token and nothing else")
        };
    }
    if case.strip(value, "Bearer").is_some() {
        return bearer(headers, AUTHORIZATION, case).map(Credential::Bearer);
    }
    Err("the scheme word of this path is Bearer or ApiToken, written so, and one space")
}

fn bearer(headers: &HeaderMap, name: HeaderName, case: Case) -> Result<&str, &'static str> {
    let value = single(headers, name)?.ok_or("this path asks for Authorization: Bearer")?;
    let token = case
        .strip(value, "Bearer")
        .ok_or("the scheme word of this path is Bearer, written so, and one space")?;
    if !is_one_word(token) {
        return Err("after the scheme word Bearer, once, comes the token and nothing else");
    }
    Ok(token)
}

fn bare(headers: &HeaderMap) -> Result<&str, &'static str> {
    let value = single(headers, API_KEY)?.ok_or("this path asks for X-API-Key")?;
    if !is_one_word(value) {
        return Err("X-API-Key carries the bare value, without a scheme word");
    }
    Ok(value)
}

fn is_one_word(value: &str) -> bool {
    !value.is_empty() && !value.contains(' ')
}

fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, &'static str> {
    match call::one(headers, name) {
        Err(()) => Err("the header with the credential comes more than once"),
        Ok(None) => Ok(None),
        Ok(Some(value)) => value
            .to_str()
            .map(Some)
            .map_err(|_| "the credential is not visible ASCII"),
    }
}

/// As the documentation of Connectors prints it (reference 7).
const AUTHENTICATION: HeaderName = HeaderName::from_static("authentication");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
