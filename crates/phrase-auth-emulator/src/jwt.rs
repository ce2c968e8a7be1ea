mod key;
mod oddity;
mod register;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation};
use phrase_auth_core::DataCenter;
use serde::{Deserialize, Serialize};

use self::key::Key;
pub(crate) use self::oddity::Oddity;
pub(crate) use self::register::Register;
use crate::clock::unix;
use crate::{Application, EmulatorError};

/// Makes JWTs and judges them. Algorithm and claims are our assumption (reference 3.4, mark U).
pub(crate) struct Mint {
    keys: [Key; 2],
    issuer: &'static str,
    /// In each `jti`, so that the JWTs of another emulator, signed with the same public key, are strangers here.
    instance: u64,
    register: Mutex<Register>,
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

impl Mint {
    pub(crate) fn new(data_center: DataCenter) -> Result<Self, EmulatorError> {
        // With a second backend switched on anywhere in the program, jsonwebtoken would panic for want of a choice
        // (bar 24). An error means that the program has chosen already, which is as good.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let failed = |error: Error| EmulatorError::Start {
            source: io::Error::other(error),
        };
        Ok(Self {
            keys: Key::both().map_err(failed)?,
            issuer: issuer(data_center),
            instance: RandomState::new().hash_one(()),
            register: Mutex::default(),
        })
    }

    /// A number that no other emulator has.
    pub(crate) fn instance(&self) -> u64 {
        self.instance
    }

    /// The `kid` of the key that signs.
    pub(crate) fn key_id(&self) -> String {
        key::id(self.register().turn())
    }

    /// The public half of the key that signs.
    pub(crate) fn public_key_pem(&self) -> &'static str {
        self.key(self.register().turn()).public_pem
    }

    /// The other key signs from now on, under a new `kid`, and JWTs of the one before are refused.
    pub(crate) fn rotate(&self) {
        self.register().rotate();
    }

    /// A JWT that is good from now on for at least the lifetime; the claims count whole seconds, so `exp` is rounded
    /// up.
    pub(crate) fn issue(
        &self,
        application: Application,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, Error> {
        let (turn, claims) = self.draft(application, now, lifetime);
        jsonwebtoken::encode(&header(turn), &claims, &self.key(turn).signing)
    }

    /// Accepts only RS256 with the key that signs now and its `kid`, our issuer, one audience, whole numbers for times,
    /// no leeway (RFC 8725, 3.1 to 3.11; bar 23).
    pub(crate) fn check(
        &self,
        jwt: &str,
        application: Application,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let (turn, claims) = self.read(jwt, &[application])?;
        if !claims.last(now) {
            Err(Refusal::OutOfTime)
        } else if self.stands(turn, &claims) {
            Ok(())
        } else {
            Err(Refusal::Revoked)
        }
    }

    /// One JWT is refused from now on; says whether it was good until then.
    pub(crate) fn end(&self, jwt: &str, now: SystemTime) -> bool {
        let Ok((turn, claims)) = self.read(jwt, Application::ALL) else {
            return false;
        };
        let was_good = claims.last(now) && self.stands(turn, &claims);
        if let Some(number) = self.number(&claims) {
            self.register().refuse(number);
        }
        was_good
    }

    /// Every JWT issued so far is refused from now on.
    pub(crate) fn revoke(&self) {
        self.register().refuse_all();
    }

    /// As [`Mint::revoke`], and the first key signs again.
    pub(crate) fn reset(&self) {
        self.register().reset();
    }

    /// What [`Mint::restore`] goes back to.
    pub(crate) fn snapshot(&self) -> Register {
        self.register().clone()
    }

    /// Stands as it stood; what was issued since is refused.
    pub(crate) fn restore(&self, past: &Register) {
        self.register().restore(past);
    }

    /// The claims of a JWT that is new, and the turn of the key that is to sign it.
    fn draft(
        &self,
        application: Application,
        now: SystemTime,
        lifetime: Duration,
    ) -> (u64, Claims) {
        let (turn, number) = {
            let mut register = self.register();
            (register.turn(), register.draw())
        };
        let now = unix(now);
        let end = now.saturating_add(lifetime);
        let claims = Claims {
            iss: self.issuer.to_owned(),
            aud: application.name().to_owned(),
            sub: SUBJECT.to_owned(),
            jti: format!("{:016x}-{number}", self.instance),
            iat: now.as_secs(),
            nbf: now.as_secs(),
            exp: end
                .as_secs()
                .saturating_add(u64::from(end.subsec_nanos() > 0)),
        };
        (turn, claims)
    }

    /// The claims of a JWT that a key of ours signed for one of the applications, and the turn of that key.
    fn read(&self, jwt: &str, applications: &[Application]) -> Result<(u64, Claims), Refusal> {
        let kid = jsonwebtoken::decode_header(jwt).ok().and_then(|it| it.kid);
        let turn = kid
            .and_then(|kid| key::turn(&kid))
            .filter(|turn| self.register().had(*turn))
            .ok_or(Refusal::Stranger)?;
        let mut validation = Validation::new(Algorithm::RS256);
        // By the system's clock; ours is asked later.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[self.issuer]);
        let names: Vec<&str> = applications.iter().map(|it| it.name()).collect();
        validation.set_audience(&names);
        let key = &self.key(turn).checking;
        let token = jsonwebtoken::decode::<Claims>(jwt, key, &validation).map_err(|error| {
            match error.kind() {
                ErrorKind::InvalidAudience => Refusal::OtherApplication,
                _ => Refusal::Stranger,
            }
        })?;
        let is_ours = self.number(&token.claims).is_some();
        if token.header.typ.as_deref() != Some("JWT") || !is_ours {
            return Err(Refusal::Stranger);
        }
        Ok((turn, token.claims))
    }

    fn stands(&self, turn: u64, claims: &Claims) -> bool {
        let register = self.register();
        turn == register.turn()
            && self
                .number(claims)
                .is_some_and(|number| register.stands(number))
    }

    /// The number in a `jti`; `None` if another emulator gave it.
    fn number(&self, claims: &Claims) -> Option<u64> {
        let (instance, number) = claims.jti.split_once('-')?;
        if u64::from_str_radix(instance, 16) != Ok(self.instance) {
            return None;
        }
        number.parse().ok()
    }

    fn key(&self, turn: u64) -> &Key {
        let [first, second] = &self.keys;
        if turn.is_multiple_of(2) {
            second
        } else {
            first
        }
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims {
    fn last(&self, now: SystemTime) -> bool {
        let now = unix(now);
        now < Duration::from_secs(self.exp) && now >= Duration::from_secs(self.nbf)
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn header(turn: u64) -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(key::id(turn));
    header
}

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
