use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{Mint, header};
use crate::Application;
use crate::clock::unix;

/// What is wrong with a JWT that is right in every other respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A `kid` that no key ever had.
    UnknownKeyId,
    NoKeyId,
    WrongIssuer,
    /// An audience that is none of the applications.
    WrongAudience,
    /// Its end is the present second, or was before.
    Expired,
    /// Good only when a lifetime has passed, and a second at least.
    NotYetValid,
    NoExpiry,
    /// Signed with the key whose turn it is not, under the `kid` of the other one.
    BadSignature,
    /// Unsigned: nothing behind the second dot (RFC 8725, 2.1).
    AlgorithmNone,
    /// Signed with HS256, and the public key for a secret (RFC 8725, 2.1).
    AlgorithmHs256,
}

impl Mint {
    /// A JWT as of [`Mint::issue`], well-formed, with one thing wrong: [`Mint::check`] refuses it.
    pub(crate) fn issue_odd(
        &self,
        application: Application,
        now: SystemTime,
        lifetime: Duration,
        oddity: Oddity,
    ) -> Result<String, Error> {
        let (turn, claims) = self.draft(application, now, lifetime);
        let mut header = header(turn);
        let mut claims = serde_json::to_value(claims)?;
        let mut claim = |name: &str, value: Value| {
            if let Some(claims) = claims.as_object_mut() {
                claims.insert(name.to_owned(), value);
            }
        };
        let second = unix(now).as_secs();
        match oddity {
            Oddity::UnknownKeyId => header.kid = Some("phrase-emulator-unknown".to_owned()),
            Oddity::NoKeyId => header.kid = None,
            Oddity::WrongIssuer => claim("iss", json!(ELSEWHERE)),
            Oddity::WrongAudience => claim("aud", json!(ELSEWHERE)),
            Oddity::Expired => {
                let start = second.saturating_sub(lifetime.as_secs());
                claim("iat", json!(start));
                claim("nbf", json!(start));
                claim("exp", json!(second));
            }
            Oddity::NotYetValid => {
                let delay = lifetime.as_secs().max(1);
                let start = second.saturating_add(delay);
                claim("nbf", json!(start));
                claim("exp", json!(start.saturating_add(delay)));
            }
            Oddity::NoExpiry => {
                if let Some(claims) = claims.as_object_mut() {
                    claims.remove("exp");
                }
            }
            Oddity::BadSignature => {
                let other = &self.key(turn.saturating_add(1)).signing;
                return jsonwebtoken::encode(&header, &claims, other);
            }
            Oddity::AlgorithmNone => return unsigned(&header, &claims),
            Oddity::AlgorithmHs256 => {
                header.alg = Algorithm::HS256;
                let secret = EncodingKey::from_secret(self.key(turn).public_pem.as_bytes());
                return jsonwebtoken::encode(&header, &claims, &secret);
            }
        }
        jsonwebtoken::encode(&header, &claims, &self.key(turn).signing)
    }
}

/// By hand: the library has no `none`.
fn unsigned(header: &Header, claims: &Value) -> Result<String, Error> {
    let mut header = serde_json::to_value(header)?;
    if let Some(header) = header.as_object_mut() {
        header.insert("alg".to_owned(), json!("none"));
    }
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    Ok(format!("{}.{}.", part(&header), part(claims)))
}

/// Under `.invalid` (RFC 2606), so that nobody's name is used.
const ELSEWHERE: &str = "https://elsewhere.phrase-emulator.invalid";
