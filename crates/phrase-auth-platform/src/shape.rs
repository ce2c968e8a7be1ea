use phrase_auth_core::Secret;

/// What a refused token looks like, if it looks like something else than a Platform API token.
///
/// A hint and never a gate: no shape is documented as fixed (reference sections 5.6 and 10.2).
pub(crate) fn hint(api_token: &Secret) -> Option<&'static str> {
    let token = api_token.expose();
    let hex = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    };
    if matches!(token.len(), 64 | 128) && hex(token) {
        Some(
            "this looks like a classic Strings token: it is not exchanged, use it with StaticAuth \
             and HeaderStyle::token()",
        )
    } else if token.starts_with("eyJ") && token.split('.').count() == 3 {
        Some(
            "this looks like a JWT, which is what an exchange gives: use the Platform API token \
             that it was made from",
        )
    } else if token
        .strip_prefix("30-")
        .is_some_and(|rest| !rest.is_empty() && hex(rest))
    {
        Some("this looks like a TMS ApiToken from a login, which is not exchanged")
    } else if ["Bearer ", "token ", "ApiToken "]
        .iter()
        .any(|word| token.starts_with(word))
    {
        Some("leave out the word before the token")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_another_kind_are_recognised_by_their_shape() {
        let hex = "0123456789abcdef".repeat(4);
        for (token, said) in [
            (hex.clone(), Some("Strings")),
            (hex.repeat(2), Some("Strings")),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln".to_owned(), Some("JWT")),
            ("30-0123abcd".to_owned(), Some("ApiToken")),
            ("Bearer abc".to_owned(), Some("word")),
            (hex.to_uppercase(), None),
            ("30-".to_owned(), None),
            ("phrase-emulator-good".to_owned(), None),
        ] {
            let hint = hint(&Secret::new(token.clone()));
            match said {
                Some(said) => assert!(hint.unwrap().contains(said), "{token}"),
                None => assert_eq!(hint, None, "{token}"),
            }
        }
    }
}
