use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

/// What a JWT says about itself. Nobody has checked it: for a person who looks for a mistake, and
/// for nothing else.
///
/// No claim of Phrase's JWTs is documented (reference section 3.4), so that each may be missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`, one or several.
    pub audience: Vec<String>,
    /// `iat`.
    pub issued_at: Option<SystemTime>,
    /// `exp`.
    pub expires_at: Option<SystemTime>,
    /// Everything, as it stands there.
    pub all: Map<String, Value>,
}

/// Reads the claims of a JWT without checking its signature, for diagnosis.
///
/// The library never does: to it a JWT is opaque. `None` for everything that cannot be read, and
/// for a token above 16 KiB.
///
/// ```
/// // {"alg":"none"} and {"sub":"someone"}
/// assert_eq!(phrase_auth_platform::unverified_claims("not a JWT"), None);
/// ```
pub fn unverified_claims(token: &str) -> Option<Claims> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let all: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    let text = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
    let time = |name: &str| {
        let seconds = all.get(name).and_then(Value::as_f64)?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
    };
    let audience = match all.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    Some(Claims {
        issuer: text("iss"),
        subject: text("sub"),
        audience,
        issued_at: time("iat"),
        expires_at: time("exp"),
        all,
    })
}

/// Larger than any header that a server takes.
const MAX_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"RS256","typ":"JWT"}` and a signature that is none.
    fn jwt(payload: &str) -> String {
        format!("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.AAAA")
    }

    #[test]
    fn claims_are_shown_as_they_stand() {
        // {"iss":"i","sub":"s","aud":["a","b"],"iat":1,"exp":14400}
        let claims = unverified_claims(&jwt(
            "eyJpc3MiOiJpIiwic3ViIjoicyIsImF1ZCI6WyJhIiwiYiJdLCJpYXQiOjEsImV4cCI6MTQ0MDB9",
        ))
        .unwrap();
        assert_eq!(claims.issuer.as_deref(), Some("i"));
        assert_eq!(claims.audience, ["a", "b"]);
        assert_eq!(
            claims.expires_at,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(14_400))
        );
    }

    #[test]
    fn what_cannot_be_read_is_passed_over_in_silence() {
        // {"exp":-1,"aud":7}
        let odd = unverified_claims(&jwt("eyJleHAiOi0xLCJhdWQiOjd9")).unwrap();
        assert_eq!((odd.expires_at, odd.audience), (None, Vec::new()));
        for bad in [
            "",
            ".",
            "..",
            "a.b.c",
            &jwt("W10"),
            &jwt("!"),
            &jwt(&"A".repeat(20_000)),
        ] {
            assert_eq!(unverified_claims(bad), None);
        }
    }
}
