use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a client promised to know when it asked for a code (RFC 7636, 4.2).
#[derive(Clone)]
pub(super) enum Challenge {
    S256([u8; 32]),
    /// The verifier itself. Not offered by default: it protects nothing once the request is seen.
    Plain(String),
}

impl Challenge {
    /// `None` if this is not the S256 of anything.
    pub(super) fn s256(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self::S256)
    }

    /// `None` if this is no verifier.
    pub(super) fn plain(text: &str) -> Option<Self> {
        is_verifier(text).then(|| Self::Plain(text.to_owned()))
    }

    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        match self {
            Self::S256(expected) => digest(&SHA256, verifier.as_bytes()).as_ref() == expected,
            Self::Plain(expected) => verifier == expected,
        }
    }
}

/// Whether this is written as a verifier has to be (RFC 7636, 4.1).
pub(super) fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn the_challenge_is_that_of_appendix_b_of_rfc_7636() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let challenge = Challenge::s256(challenge).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(&VERIFIER[1..]));
        assert!(!challenge.is_met_by("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }

    #[test]
    fn what_is_not_thirty_two_bytes_of_base64url_is_no_challenge() {
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for bad in [
            "".to_owned(),
            good[1..].to_owned(),
            format!("{good}="),
            format!("{good}A"),
            good.replace('-', "+"),
            good.replace('-', " "),
        ] {
            assert!(Challenge::s256(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_plain_challenge_is_a_verifier_and_met_by_nothing_else() {
        let challenge = Challenge::plain(VERIFIER).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(Challenge::plain(&VERIFIER[1..]).is_none());
    }

    #[test]
    fn a_verifier_has_from_43_to_128_unreserved_characters() {
        for good in [VERIFIER.to_owned(), "a".repeat(128), "-._~".repeat(11)] {
            assert!(is_verifier(&good), "{good}");
        }
        for bad in [
            "a".repeat(42),
            "a".repeat(129),
            "+".repeat(43),
            "ä".repeat(43),
        ] {
            assert!(!is_verifier(&bad), "{bad}");
        }
    }
}
