use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Response, StatusCode, Uri};

use super::body::Body;
use super::text::Scrubber;
use super::{Grant, class};
use crate::error::ErrorKind;

/// What a failed answer is called, and what to do about it, for people.
pub(super) fn of(
    grant: Grant,
    kind: ErrorKind,
    answer: &Response<Bytes>,
    body: &Body,
    scrubber: &Scrubber,
) -> (String, Option<&'static str>) {
    let status = answer.status();
    let foreign = matches!(body, Body::Empty | Body::Page | Body::Text);
    match kind {
        ErrorKind::Config if status.is_redirection() => {
            let to = redirect_host(answer.headers(), scrubber);
            let hint = "check the base URL: a redirect is never followed with a secret";
            (format!("the server redirects{to}"), Some(hint))
        }
        ErrorKind::Config if status == StatusCode::NOT_FOUND || foreign => (
            format!("there is no {} at this address", place(grant)),
            Some("check the base URL and the data centre"),
        ),
        ErrorKind::Config => {
            let hint = "check what the client is set up with; a new secret would not help";
            (
                "the server does not accept this kind of request".to_owned(),
                Some(hint),
            )
        }
        ErrorKind::Throttled => {
            let hint = "ask less often, and share one authenticator instead of many";
            ("the server asks for fewer requests".to_owned(), Some(hint))
        }
        ErrorKind::Unavailable if grant == Grant::Login && !class::passes(status, body) => {
            let hint = "before it is sent again, check the credential, the base URL and the data \
                        centre";
            let what = "the server gives neither a token nor a reason";
            (what.to_owned(), Some(hint))
        }
        ErrorKind::Unavailable if foreign && !status.is_server_error() => {
            let media = media_type(answer.headers(), scrubber);
            let hint = "a proxy, a firewall or a network's sign-in page may have answered";
            (
                format!("this is not a {}'s answer ({media})", place(grant)),
                Some(hint),
            )
        }
        ErrorKind::Unavailable if matches!(status.as_u16(), 401 | 403) => {
            let hint = "if it stays so, check the credential and the data centre";
            ("the server says no, but not why".to_owned(), Some(hint))
        }
        ErrorKind::Unavailable => ("the server is not able to answer now".to_owned(), None),
        ErrorKind::Refused => ("the server refused the credential".to_owned(), None),
        ErrorKind::SecondFactorRequired => {
            let hint = "use a Platform API token where nobody can type a code";
            ("the account wants a second factor".to_owned(), Some(hint))
        }
        ErrorKind::Forbidden => (
            "this account may not do that".to_owned(),
            Some("ask an administrator"),
        ),
        _ if matches!(body, Body::Broken) => ("the answer is not sound JSON".to_owned(), None),
        _ => {
            let wanted = match grant {
                Grant::Api => "what was asked for",
                Grant::Authorize => "permission",
                Grant::Exchange | Grant::Code | Grant::Refresh | Grant::Login => "a token",
            };
            (
                format!("the answer is neither {wanted} nor a known error"),
                None,
            )
        }
    }
}

/// The same for what a server said of a failure in a redirect.
pub(super) fn of_redirect(kind: ErrorKind) -> (&'static str, Option<&'static str>) {
    match kind {
        ErrorKind::Forbidden => (
            "permission was not given",
            Some("log in again, and allow it; it may take an administrator"),
        ),
        ErrorKind::Unavailable => (
            "the server is not able to ask for permission now",
            Some("log in again later"),
        ),
        ErrorKind::Config => (
            "the server does not accept the request for permission",
            Some("check client id, redirect URI and scope against how the client is registered"),
        ),
        _ => (
            "the server did not give permission",
            Some("log in again; if it stays so, ask who runs the server"),
        ),
    }
}

/// What should have answered.
fn place(grant: Grant) -> &'static str {
    match grant {
        Grant::Exchange | Grant::Code | Grant::Refresh => "token endpoint",
        Grant::Authorize => "authorization endpoint",
        Grant::Login => "login",
        Grant::Api => "protected API",
    }
}

fn redirect_host(headers: &HeaderMap, scrubber: &Scrubber) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let host = location.and_then(|location| location.parse::<Uri>().ok());
    let host = host
        .as_ref()
        .and_then(Uri::host)
        .and_then(|host| scrubber.label(host));
    host.map(|host| format!(" to {host}")).unwrap_or_default()
}

fn media_type(headers: &HeaderMap, scrubber: &Scrubber) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    let shown = essence.and_then(|essence| scrubber.label(essence));
    shown.unwrap_or_else(|| "no media type".to_owned())
}
