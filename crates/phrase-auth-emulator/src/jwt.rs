use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use phrase_auth_core::DataCenter;
use serde::{Deserialize, Serialize};

use crate::clock::unix;
use crate::{Application, EmulatorError};

/// Makes JWTs and judges them. Algorithm and claims are our assumption (reference 3.4, mark U).
pub(crate) struct Mint {
    signing: EncodingKey,
    checking: DecodingKey,
    issuer: &'static str,
    /// In each `jti`, so that the JWTs of another emulator, signed with the same public key, are strangers here.
    instance: u64,
    serials: Mutex<Serials>,
}

/// JWTs are numbered; accepted are those from `first` on.
#[derive(Debug, Default)]
struct Serials {
    first: u64,
    next: u64,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// Why a JWT is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not a JWT, or not signed here.
    Stranger,
    OtherApplication,
    /// By the emulator's clock, or because the clock was set to a time before it was issued.
    OutOfTime,
    Revoked,
}

impl Refusal {
    /// What the client did wrong; `None` if the JWT was good once.
    pub(crate) fn misuse(self) -> Option<&'static str> {
        match self {
            Self::Stranger => Some("the credential is not a JWT that this emulator signed"),
            Self::OtherApplication => {
                Some("the JWT comes from an API token made for another application")
            }
            Self::OutOfTime | Self::Revoked => None,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Oddity {
    UnknownKeyId,
    NoKeyId,
    WrongIssuer,
    WrongAudience,
    Expired,
    NotYetValid,
    NoExpiry,
    BadSignature,
    AlgorithmNone,
    AlgorithmHs256,
}

impl Mint {
    pub(crate) fn issue_odd(
        &self,
        _: Application,
        _: SystemTime,
        _: Duration,
        _: Oddity,
    ) -> Result<String, Error> {
        Ok("STUB".to_owned())
    }
    pub(crate) fn new(data_center: DataCenter) -> Result<Self, EmulatorError> {
        // With a second backend switched on anywhere in the program, jsonwebtoken would panic for want of a choice
        // (bar 24). An error means that the program has chosen already, which is as good.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let failed = |error: Error| EmulatorError::Start {
            source: io::Error::other(error),
        };
        Ok(Self {
            signing: EncodingKey::from_rsa_pem(PRIVATE_KEY_PEM.as_bytes()).map_err(failed)?,
            checking: DecodingKey::from_rsa_pem(PUBLIC_KEY_PEM.as_bytes()).map_err(failed)?,
            issuer: issuer(data_center),
            instance: RandomState::new().hash_one(()),
            serials: Mutex::default(),
        })
    }

    /// A JWT that is good from now on for at least the lifetime; the claims count whole seconds, so `exp` is rounded
    /// up.
    pub(crate) fn issue(
        &self,
        application: Application,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, Error> {
        let serial = {
            let mut serials = self.serials();
            let serial = serials.next;
            serials.next = serial.saturating_add(1);
            serial
        };
        let now = unix(now);
        let end = now.saturating_add(lifetime);
        let claims = Claims {
            iss: self.issuer.to_owned(),
            aud: application.name().to_owned(),
            sub: SUBJECT.to_owned(),
            jti: format!("{:016x}-{serial}", self.instance),
            iat: now.as_secs(),
            nbf: now.as_secs(),
            exp: end
                .as_secs()
                .saturating_add(u64::from(end.subsec_nanos() > 0)),
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        jsonwebtoken::encode(&header, &claims, &self.signing)
    }

    /// Accepts only RS256 with our key and `kid`, our issuer, one audience, whole numbers for times, no leeway
    /// (RFC 8725, 3.1 to 3.11; bar 23).
    pub(crate) fn check(
        &self,
        jwt: &str,
        application: Application,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let mut validation = Validation::new(Algorithm::RS256);
        // By the system's clock; ours is asked below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[self.issuer]);
        validation.set_audience(&[application.name()]);
        let token =
            jsonwebtoken::decode::<Claims>(jwt, &self.checking, &validation).map_err(|error| {
                match error.kind() {
                    ErrorKind::InvalidAudience => Refusal::OtherApplication,
                    _ => Refusal::Stranger,
                }
            })?;
        if token.header.kid.as_deref() != Some(KEY_ID) || token.header.typ.as_deref() != Some("JWT")
        {
            return Err(Refusal::Stranger);
        }
        let now = unix(now);
        if now >= Duration::from_secs(token.claims.exp)
            || now < Duration::from_secs(token.claims.nbf)
        {
            return Err(Refusal::OutOfTime);
        }
        if self.stands(&token.claims.jti) {
            Ok(())
        } else {
            Err(Refusal::Revoked)
        }
    }

    /// Every JWT issued so far is refused from now on.
    pub(crate) fn revoke(&self) {
        let mut serials = self.serials();
        serials.first = serials.next;
    }

    fn stands(&self, jti: &str) -> bool {
        let Some((instance, serial)) = jti.split_once('-') else {
            return false;
        };
        let serials = self.serials();
        u64::from_str_radix(instance, 16) == Ok(self.instance)
            && serial
                .parse::<u64>()
                .is_ok_and(|serial| (serials.first..serials.next).contains(&serial))
    }

    fn serials(&self) -> MutexGuard<'_, Serials> {
        self.serials.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

pub(crate) const PUBLIC_KEY_PEM: &str = include_str!("keys/worthless-test-key.public.pem");
/// Published with this source on purpose; see the first lines of the file.
const PRIVATE_KEY_PEM: &str = include_str!("keys/worthless-test-key.private.pem");
/// Which key signed; the name says what it is worth.
const KEY_ID: &str = "phrase-emulator-worthless-1";
/// The JWTs are all of one user, whom no password belongs to.
const SUBJECT: &str = "phrase-emulator-user";

/// Under `.invalid` (RFC 2606), so that no real issuer can ever bear the name.
fn issuer(data_center: DataCenter) -> &'static str {
    match data_center {
        DataCenter::Us => "https://us.phrase-emulator.invalid/idm",
        _ => "https://eu.phrase-emulator.invalid/idm",
    }
}

#[cfg(test)]
mod tests;
