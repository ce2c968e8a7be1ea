//! JWTs that a client takes, for it must not look into them (bar 22), and no API does (RFC 8725, 3).

use super::{Change, Effect, Mode};
use crate::jwt::Oddity;

pub(super) const MODES: &[Mode] = &[
    odd(
        "jwt-unknown-kid",
        "a JWT with a key id that nobody knows",
        Oddity::UnknownKeyId,
    ),
    odd("jwt-no-kid", "a JWT without a key id", Oddity::NoKeyId),
    odd(
        "jwt-other-issuer",
        "a JWT of another issuer",
        Oddity::WrongIssuer,
    ),
    odd(
        "jwt-other-audience",
        "a JWT for another audience",
        Oddity::WrongAudience,
    ),
    odd("jwt-expired", "a JWT that is over already", Oddity::Expired),
    odd(
        "jwt-not-yet-valid",
        "a JWT that is good from tomorrow on",
        Oddity::NotYetValid,
    ),
    odd("jwt-no-expiry", "a JWT without an end", Oddity::NoExpiry),
    odd(
        "jwt-bad-signature",
        "a JWT whose signature is not its own",
        Oddity::BadSignature,
    ),
    odd(
        "jwt-none",
        "a JWT that nobody signed",
        Oddity::AlgorithmNone,
    ),
    odd(
        "jwt-hs256",
        "a JWT signed with the public key as a secret",
        Oddity::AlgorithmHs256,
    ),
];

const fn odd(name: &'static str, what: &'static str, oddity: Oddity) -> Mode {
    Mode {
        name,
        what,
        effect: Effect::Change(Change::Jwt(oddity)),
    }
}
