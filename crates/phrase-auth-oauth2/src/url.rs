use http::Uri;
use phrase_auth_core::{AuthError, ErrorKind, Target};

use crate::query::Query;

/// Reads the URL of an endpoint, which may have a query (RFC 6749 sections 3.1 and 3.2) and no fragment.
///
/// # Errors
///
/// `Config` for one that a secret may not be sent to. `what` names it.
pub(crate) fn endpoint(what: &str, text: &str) -> Result<Uri, AuthError> {
    let refused = |why: &str| {
        let hint =
            "give an https:// URL without user name and fragment; http:// is for 127.0.0.1 only";
        AuthError::new(ErrorKind::Config, format!("the {what}: {why}")).with_hint(hint)
    };
    let odd = |c: char| c == '#' || c == '\\' || !c.is_ascii_graphic();
    if let Some(odd) = text.chars().find(|c| odd(*c)) {
        return Err(refused(&format!("it may not contain {odd:?}")));
    }
    let uri: Uri = text.parse().map_err(|_| refused("this is not a URL"))?;
    let target = Target::try_from(&uri).map_err(|error| refused(error.message()))?;
    if !target.is_confidential() {
        return Err(refused(&format!("a secret may not be sent to {target}")));
    }
    Ok(uri)
}

/// Refuses a query that has what is added to it later: twice there, a parameter has no meaning (RFC 6749
/// section 3.1).
///
/// # Errors
///
/// `Config`, with the parameter's name.
pub(crate) fn check_query(what: &str, uri: &Uri, reserved: &[&str]) -> Result<(), AuthError> {
    let refused = |why: String| {
        AuthError::new(ErrorKind::Config, format!("the {what}: {why}"))
            .with_hint("leave it out; the library adds what belongs there")
    };
    let query = Query::parse(uri.query().unwrap_or_default());
    let query = query.ok_or_else(|| refused("its query is broken".to_owned()))?;
    match reserved.iter().find(|name| query.has(name)) {
        Some(name) => Err(refused(format!("its query may not have {name}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_https_or_loopback_and_nothing_else() {
        for good in [
            "https://cloud.memsource.com/web/oauth/token",
            "https://a.example/authorize?prompt=login",
            "http://127.0.0.1:8080/token",
            "http://[::1]:8080/token",
        ] {
            assert_eq!(endpoint("token URL", good).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "token",
            "http://a.example/token",
            "http://localhost/token",
            "https://user@a.example/token",
            "https://a.example/token#x",
            "https://a.example/to ken",
            "https://a.example\\token",
            "ftp://a.example/token",
            "https://ä.example/token",
            "https://a.example./token",
        ] {
            let error = endpoint("token URL", bad).unwrap_err();
            assert!(
                error.message().starts_with("the token URL: "),
                "{bad}: {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Config);
        }
    }
}
