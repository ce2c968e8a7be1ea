use phrase_auth_core::{AuthError, ErrorKind};

/// Checks one word of a scope (RFC 6749 section 3.3).
pub(crate) fn check(word: &str) -> Result<(), AuthError> {
    let sound = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if !word.is_empty() && word.bytes().all(sound) {
        return Ok(());
    }
    let what = "a scope is one word of visible ASCII, without quote and backslash";
    Err(AuthError::new(ErrorKind::Config, what).with_hint("give several scopes one by one"))
}

/// The words of `wanted` that `granted` has not.
pub(crate) fn missing<'a>(wanted: impl IntoIterator<Item = &'a str>, granted: &str) -> Vec<String> {
    let has = |word: &str| granted.split(' ').any(|granted| granted == word);
    let wanted = wanted.into_iter();
    wanted
        .filter(|word| !has(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_word_of_the_characters_that_the_standard_allows() {
        for good in ["openid", "a:b/c", "!", "~"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a\"b", "a\\b", "a\nb", "ä"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_was_asked_for_and_not_granted_is_missing() {
        assert_eq!(missing(["a", "b", "ab"], "b a"), ["ab"]);
        assert!(missing([], "a").is_empty());
        assert_eq!(missing(["a"], ""), ["a"]);
    }
}
