use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::ErrorKind;
use crate::header::check_token;
use crate::secret::{Secret, SecretText};

mod loose;

use self::loose::Loose;

/// What a body is, before any status is looked at.
pub(super) enum Body {
    /// Nothing, or white space.
    Empty,
    /// A page of HTML: what a portal, a firewall or a load balancer says.
    Page,
    /// Something else that does not even start like a JSON object.
    Text,
    /// Starts like an object, but cannot be trusted as one; or is compressed, which was not asked
    /// for.
    Broken,
    /// An object in which all that is read has the right type and stands there once.
    Object(Box<Fields>),
}

/// The members that are read. All others are skipped, in linear time and however deep.
///
/// serde refuses a member that stands there twice, and reads `null` as absent; serde_json refuses
/// lone surrogates in what is read, and anything after the object.
#[derive(Deserialize)]
pub(super) struct Fields {
    access_token: Option<SecretText>,
    token_type: Option<String>,
    issued_token_type: Option<String>,
    /// As written: numbers beyond all types are still numbers.
    expires_in: Option<Box<RawValue>>,
    /// These two in any form: only where they are asked for must they be right.
    refresh_token: Option<Loose>,
    scope: Option<Loose>,
    /// These four in buffers that are wiped, because servers have repeated secrets in them.
    error: Option<SecretText>,
    error_description: Option<SecretText>,
    #[serde(rename = "errorCode")]
    error_code: Option<SecretText>,
    #[serde(rename = "errorDescription")]
    tms_description: Option<SecretText>,
}

impl Body {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let plain = headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .all(|coding| coding == "identity");
        match body.trim_ascii_start().first() {
            None => Self::Empty,
            Some(b'{') if plain => Self::parse(body),
            Some(b'<') if is_markup_of_a_page(headers, body.trim_ascii_start()) => Self::Page,
            Some(_) if says_html(headers) => Self::Page,
            Some(_) if !plain => Self::Broken,
            Some(_) => Self::Text,
        }
    }

    fn parse(body: &[u8]) -> Self {
        // The whole, not only the strings that are read. What serde says in its errors may hold
        // values, so it is dropped.
        let fields = std::str::from_utf8(body)
            .ok()
            .and_then(|text| serde_json::from_str(text).ok());
        fields.map_or(Self::Broken, Self::Object)
    }
}

impl Fields {
    /// The server's code, of whichever family.
    pub(super) fn code(&self) -> Option<&str> {
        let code = self.error.as_ref().or(self.error_code.as_ref())?;
        Some(code.0.expose())
    }

    pub(super) fn description(&self) -> Option<&str> {
        let text = self.error_description.as_ref();
        Some(text.or(self.tms_description.as_ref())?.0.expose())
    }

    pub(super) fn has_token(&self) -> bool {
        self.access_token.is_some()
    }

    pub(super) fn access_token(&self) -> Option<Secret> {
        let SecretText(token) = self.access_token.as_ref()?;
        check_token(token, ErrorKind::Protocol, "the access token").ok()?;
        Some(token.clone())
    }

    /// `Err` if there is one that cannot be sent back.
    pub(super) fn refresh_token(&self) -> Result<Option<Secret>, ()> {
        match &self.refresh_token {
            None => Ok(None),
            Some(Loose::Text(token)) => {
                check_token(token, ErrorKind::Protocol, "the refresh token").map_err(|_| ())?;
                Ok(Some(token.clone()))
            }
            Some(Loose::List(_) | Loose::Odd) => Err(()),
        }
    }

    /// RFC 6749 section 3.3 says words between spaces; some servers give a list of them. `Err` for
    /// anything else.
    pub(super) fn scope(&self) -> Result<Option<String>, ()> {
        let words: Vec<&str> = match &self.scope {
            None => return Ok(None),
            Some(Loose::Text(text)) => text.expose().split(' ').collect(),
            Some(Loose::List(words)) => words.iter().map(Secret::expose).collect(),
            Some(Loose::Odd) => return Err(()),
        };
        let words = words.into_iter().filter(|word| !word.is_empty());
        Ok(Some(words.collect::<Vec<_>>().join(" ")))
    }

    /// RFC 6749 section 7.1: without regard to case; absent counts as `Bearer`.
    pub(super) fn is_bearer(&self) -> bool {
        self.token_type
            .as_deref()
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
    }

    /// RFC 8693 section 2.2.1. Real servers leave it out.
    pub(super) fn issued_an_access_token(&self) -> bool {
        self.issued_token_type.as_deref().is_none_or(|kind| {
            matches!(
                kind,
                "urn:ietf:params:oauth:token-type:access_token"
                    | "urn:ietf:params:oauth:token-type:jwt"
            )
        })
    }

    /// `None` if what stands there is not a number of seconds.
    pub(super) fn lifetime(&self) -> Option<Duration> {
        let Some(raw) = &self.expires_in else {
            return Some(ASSUMED_LIFETIME);
        };
        let raw = raw.get().trim_ascii();
        let number = match raw.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').filter(|text| is_decimal(text))?,
            None => raw,
        };
        // Only numbers get through: `NaN` and `inf`, which Rust would read, are not JSON and not
        // decimal. Numbers too large for a float become infinite, and are cut like all others.
        if !number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return None;
        }
        let seconds = number
            .parse::<f64>()
            .ok()?
            .floor()
            .clamp(0.0, LONGEST_LIFETIME.as_secs_f64());
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// Whether something in angle brackets is HTML, and not some other XML.
fn is_markup_of_a_page(headers: &HeaderMap, markup: &[u8]) -> bool {
    let starts = |with: &[u8]| {
        let start = markup.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    starts(b"<!doctype html")
        || starts(b"<html")
        || (!headers.contains_key(CONTENT_TYPE) && !starts(b"<?xml"))
}

/// What a page is sent as, also where it is compressed.
fn says_html(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(|media| media.as_bytes());
    media.is_some_and(|media| {
        let html = media.get(..HTML.len());
        html.is_some_and(|start| start.eq_ignore_ascii_case(HTML))
    })
}

const HTML: &[u8] = b"text/html";

/// `-?digits(.digits)?`
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// RFC 6749 section 5.1 leaves it open. Short, because a token that is taken for dead costs one
/// request, and one that is taken for alive costs failures.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(300);

/// 10 years: longer than any credential should live, and far from the end of every clock.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
