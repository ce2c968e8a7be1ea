use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap()
}

fn mint() -> Mint {
    Mint::new(DataCenter::Eu).unwrap()
}

/// A JWT that `mint` would accept at 1,000, but for what the caller does to its header and claims.
fn forged(mint: &Mint, change: impl FnOnce(&mut Header, &mut Value)) -> String {
    let issued = mint.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    let mut header = jsonwebtoken::decode_header(&issued).unwrap();
    let mut claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&issued)
        .unwrap()
        .claims;
    change(&mut header, &mut claims);
    jsonwebtoken::encode(&header, &claims, &mint.key(1).signing).unwrap()
}

const KEY_ID: &str = "phrase-emulator-worthless-1";
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_jwt_is_good_for_its_application_until_its_last_second_and_not_before_it_was_issued() {
    let mint = mint();
    let jwt = mint.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    let check = |application, time| mint.check(&jwt, application, time);
    assert_eq!(check(Application::Tms, at(1_000)), Ok(()));
    assert_eq!(check(Application::Tms, at(1_059)), Ok(()));
    assert_eq!(
        check(Application::Tms, at(1_060)),
        Err(Refusal::OutOfTime),
        "no leeway"
    );
    assert_eq!(check(Application::Tms, at(999)), Err(Refusal::OutOfTime));
    assert_eq!(
        check(Application::Strings, at(1_000)),
        Err(Refusal::OtherApplication)
    );
}

#[test]
fn a_jwt_never_ends_before_the_lifetime_that_was_promised() {
    let mint = mint();
    let issued = at(1_000) + Duration::from_millis(900);
    let second = Duration::from_secs(1);
    let jwt = mint.issue(Application::Tms, issued, second).unwrap();
    let last = issued + Duration::from_millis(999);
    assert_eq!(mint.check(&jwt, Application::Tms, last), Ok(()));
}

#[test]
fn lifetimes_beyond_all_time_do_not_panic() {
    let mint = mint();
    let jwt = mint
        .issue(Application::Tms, at(1_000), Duration::MAX)
        .unwrap();
    assert_eq!(mint.check(&jwt, Application::Tms, at(1_000)), Ok(()));
}

#[test]
fn no_jwt_equals_another_and_all_name_their_key() {
    let mint = mint();
    let [one, two] = [0, 1].map(|_| mint.issue(Application::Tms, at(1_000), MINUTE).unwrap());
    assert_ne!(one, two);
    let header = jsonwebtoken::decode_header(&one).unwrap();
    assert_eq!(header.alg, Algorithm::RS256);
    assert_eq!(header.kid.as_deref(), Some(KEY_ID));
}

#[test]
fn revoking_ends_what_was_issued_and_nothing_that_comes() {
    let mint = mint();
    let before = mint.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    mint.revoke();
    let after = mint.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    let check = |jwt: &str| mint.check(jwt, Application::Tms, at(1_000));
    assert_eq!(check(&before), Err(Refusal::Revoked));
    assert_eq!(check(&after), Ok(()));
}

#[test]
fn the_jwt_of_another_emulator_is_refused_although_the_key_is_the_same() {
    let jwt = mint().issue(Application::Tms, at(1_000), MINUTE).unwrap();
    let other = mint();
    other.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    assert_eq!(
        other.check(&jwt, Application::Tms, at(1_000)),
        Err(Refusal::Stranger)
    );
}

#[test]
fn a_number_that_was_never_issued_is_refused() {
    let mint = mint();
    let jwt = forged(&mint, |_, claims| {
        claims["jti"] = json!(format!("{:016x}-77", mint.instance));
    });
    assert_eq!(
        mint.check(&jwt, Application::Tms, at(1_000)),
        Err(Refusal::Revoked)
    );
}

#[test]
fn what_is_not_exactly_as_issued_is_a_stranger() {
    type Change = fn(&mut Header, &mut Value);
    let changes: [(&str, Change); 14] = [
        ("RS384", |header, _| header.alg = Algorithm::RS384),
        ("PS256", |header, _| header.alg = Algorithm::PS256),
        ("no kid", |header, _| header.kid = None),
        ("another kid", |header, _| header.kid = Some("1".to_owned())),
        ("another typ", |header, _| {
            header.typ = Some("at+jwt".to_owned())
        }),
        ("another issuer", |_, claims| {
            claims["iss"] = json!(issuer(DataCenter::Us))
        }),
        ("no issuer", |_, claims| claims["iss"] = json!(null)),
        ("no audience", |_, claims| claims["aud"] = json!(null)),
        ("a list of audiences", |_, claims| {
            claims["aud"] = json!(["tms", "strings"])
        }),
        ("exp in a string", |_, claims| claims["exp"] = json!("1060")),
        ("no exp", |_, claims| claims["exp"] = json!(null)),
        ("exp below zero", |_, claims| claims["exp"] = json!(-1)),
        ("nbf in a string", |_, claims| claims["nbf"] = json!("1000")),
        ("no jti", |_, claims| claims["jti"] = json!(null)),
    ];
    let mint = mint();
    assert_eq!(
        mint.check(&forged(&mint, |_, _| ()), Application::Tms, at(1_000)),
        Ok(()),
        "unchanged"
    );
    for (what, change) in changes {
        let jwt = forged(&mint, change);
        assert_eq!(
            mint.check(&jwt, Application::Tms, at(1_000)),
            Err(Refusal::Stranger),
            "{what}"
        );
    }
}

#[test]
fn a_changed_signature_no_signature_and_an_hmac_by_the_public_key_are_refused() {
    let mint = mint();
    let jwt = mint.issue(Application::Tms, at(1_000), MINUTE).unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let flipped = if signature.starts_with('A') { "B" } else { "A" };

    let by_hmac = {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(KEY_ID.to_owned());
        let decoded = jsonwebtoken::dangerous::insecure_decode::<Value>(&jwt).unwrap();
        let key = EncodingKey::from_secret(mint.public_key_pem().as_bytes());
        jsonwebtoken::encode(&header, &decoded.claims, &key).unwrap()
    };
    let forgeries = [
        String::new(),
        ".".to_owned(),
        "a.b.c".to_owned(),
        format!("{signed}."),
        format!("{signed}.{flipped}{}", &signature[1..]),
        // {"alg":"none","typ":"JWT"}
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."),
        by_hmac,
    ];
    for forgery in forgeries {
        assert_eq!(
            mint.check(&forgery, Application::Tms, at(1_000)),
            Err(Refusal::Stranger),
            "{forgery}"
        );
    }
}

fn good(mint: &Mint, jwt: &str) -> Result<(), Refusal> {
    mint.check(jwt, Application::Tms, at(1_000))
}

fn issued(mint: &Mint) -> String {
    mint.issue(Application::Tms, at(1_000), MINUTE).unwrap()
}

#[test]
fn one_jwt_is_ended_for_whatever_application_and_says_whether_it_was_good() {
    let mint = mint();
    let [ended, other] = [0; 2].map(|_| issued(&mint));
    let strings = mint.issue(Application::Strings, at(1_000), MINUTE).unwrap();
    assert!(mint.end(&ended, at(1_000)) && mint.end(&strings, at(1_000)));
    assert!(!mint.end(&ended, at(1_000)), "again");
    assert_eq!(good(&mint, &ended), Err(Refusal::Revoked));
    assert_eq!(good(&mint, &other), Ok(()));
    assert!(!mint.end(&other, at(1_060)), "over by the clock");
    assert_eq!(good(&mint, &other), Err(Refusal::Revoked), "all the same");
    for stranger in ["", "a.b.c", &issued(&self::mint())] {
        assert!(!mint.end(stranger, at(1_000)), "{stranger}");
    }
}

#[test]
fn a_number_that_is_still_to_come_cannot_be_taken_away() {
    let mint = mint();
    let forged = forged(&mint, |_, claims| {
        claims["jti"] = json!(format!("{:016x}-1", mint.instance));
    });
    assert!(!mint.end(&forged, at(1_000)));
    assert_eq!(good(&mint, &issued(&mint)), Ok(()));
}

#[test]
fn a_rotation_ends_the_jwts_of_the_key_before_and_the_key_ids_count_on() {
    let mint = mint();
    let mut before: Vec<String> = Vec::new();
    for turn in 1..=4 {
        let jwt = issued(&mint);
        let header = jsonwebtoken::decode_header(&jwt).unwrap();
        let id = format!("phrase-emulator-worthless-{turn}");
        assert_eq!(header.kid, Some(id.clone()));
        assert_eq!(mint.key_id(), id);
        assert_eq!(good(&mint, &jwt), Ok(()), "{turn}");
        for old in &before {
            assert_eq!(good(&mint, old), Err(Refusal::Revoked), "{turn}");
        }
        before.push(jwt);
        mint.rotate();
    }
    mint.reset();
    assert_eq!(mint.key_id(), KEY_ID);
    for old in &before {
        assert_eq!(good(&mint, old), Err(Refusal::Revoked), "known still");
    }
    assert_eq!(good(&mint, &issued(&mint)), Ok(()));
}

#[test]
fn the_public_key_is_the_one_that_verifies_what_is_issued_now() {
    let mint = mint();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let verifies = |pem: &str, jwt: &str| {
        let key = jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        jsonwebtoken::decode::<Value>(jwt, &key, &validation).is_ok()
    };
    let (first, before) = (mint.public_key_pem(), issued(&mint));
    mint.rotate();
    let (second, after) = (mint.public_key_pem(), issued(&mint));
    assert!(verifies(first, &before) && verifies(second, &after));
    assert!(!verifies(first, &after) && !verifies(second, &before));
}

#[test]
fn a_kid_that_was_never_there_or_is_spelled_otherwise_is_a_stranger() {
    let mint = mint();
    for kid in [
        "phrase-emulator-worthless-3",
        "phrase-emulator-worthless-0",
        "phrase-emulator-worthless-01",
        "phrase-emulator-worthless-+1",
        "phrase-emulator-worthless-",
        "phrase-emulator-worthless-18446744073709551616",
    ] {
        let jwt = forged(&mint, |header, _| header.kid = Some(kid.to_owned()));
        assert_eq!(good(&mint, &jwt), Err(Refusal::Stranger), "{kid}");
    }
}

#[test]
fn the_old_key_under_the_new_kid_and_an_old_kid_on_a_new_number_are_refused() {
    let mint = mint();
    issued(&mint);
    mint.rotate();
    let forge = |kid: &str| forged(&mint, |header, _| header.kid = Some(kid.to_owned()));
    assert_eq!(good(&mint, &forge(&mint.key_id())), Err(Refusal::Stranger));
    assert_eq!(good(&mint, &forge(KEY_ID)), Err(Refusal::Revoked));
}

#[test]
fn a_restored_mint_knows_what_it_knew_and_gives_no_number_twice() {
    let mint = mint();
    let [standing, ended] = [0; 2].map(|_| issued(&mint));
    mint.end(&ended, at(1_000));
    let past = mint.snapshot();
    for _ in 0..3 {
        mint.rotate();
        let since = issued(&mint);
        mint.revoke();
        mint.restore(&past);
        assert_eq!(mint.key_id(), KEY_ID);
        assert_eq!(good(&mint, &standing), Ok(()));
        assert_eq!(good(&mint, &ended), Err(Refusal::Revoked));
        assert_eq!(good(&mint, &since), Err(Refusal::Revoked));
    }
    let after = issued(&mint);
    assert_eq!(good(&mint, &after), Ok(()));
    let decoded = jsonwebtoken::dangerous::insecure_decode::<Value>(&after);
    let jti = decoded.unwrap().claims["jti"].to_string();
    assert!(jti.ends_with("-5\""), "two, three since, and this: {jti}");
}

#[test]
fn every_odd_jwt_is_well_formed_and_refused() {
    let mint = mint();
    for (oddity, expected) in [
        (Oddity::UnknownKeyId, Refusal::Stranger),
        (Oddity::NoKeyId, Refusal::Stranger),
        (Oddity::WrongIssuer, Refusal::Stranger),
        (Oddity::WrongAudience, Refusal::OtherApplication),
        (Oddity::Expired, Refusal::OutOfTime),
        (Oddity::NotYetValid, Refusal::OutOfTime),
        (Oddity::NoExpiry, Refusal::Stranger),
        (Oddity::BadSignature, Refusal::Stranger),
        (Oddity::AlgorithmNone, Refusal::Stranger),
        (Oddity::AlgorithmHs256, Refusal::Stranger),
    ] {
        for lifetime in [MINUTE, Duration::ZERO, Duration::MAX] {
            for _ in 0..2 {
                let odd = mint.issue_odd(Application::Tms, at(1_000), lifetime, oddity);
                let odd = odd.unwrap();
                let name = format!("{oddity:?} {lifetime:?}");
                assert_eq!(good(&mint, &odd), Err(expected), "{name}");
                let parts: Vec<&str> = odd.split('.').collect();
                assert_eq!(parts.len(), 3, "{name}");
                assert_eq!(parts[2].is_empty(), oddity == Oddity::AlgorithmNone);
                let claims: Value = part(parts[1]);
                let header: Value = part(parts[0]);
                assert_eq!(header["typ"], "JWT", "{name}");
                assert_eq!(claims.get("exp").is_none(), oddity == Oddity::NoExpiry);
                mint.rotate();
            }
        }
    }
}

#[test]
fn an_odd_jwt_differs_from_a_good_one_in_its_oddity_alone() {
    let mint = mint();
    let odd = |oddity| {
        let jwt = mint.issue_odd(Application::Tms, at(1_000), MINUTE, oddity);
        let jwt = jwt.unwrap();
        let mut parts = jwt.split('.').map(ToOwned::to_owned);
        [0; 2].map(|_| part(&parts.next().unwrap()))
    };
    let good = issued(&mint);
    let header: Value = part(good.split('.').next().unwrap());
    let claims: Value = part(good.split('.').nth(1).unwrap());
    for (oddity, in_header, in_claims) in [
        (Oddity::UnknownKeyId, &["kid"][..], &[][..]),
        (Oddity::NoKeyId, &["kid"], &[]),
        (Oddity::WrongIssuer, &[], &["iss"]),
        (Oddity::WrongAudience, &[], &["aud"]),
        (Oddity::Expired, &[], &["exp", "iat", "nbf"]),
        (Oddity::NotYetValid, &[], &["exp", "nbf"]),
        (Oddity::NoExpiry, &[], &["exp"]),
        (Oddity::BadSignature, &[], &[]),
        (Oddity::AlgorithmNone, &["alg"], &[]),
        (Oddity::AlgorithmHs256, &["alg"], &[]),
    ] {
        let [odd_header, odd_claims] = odd(oddity);
        let differ = |one: &Value, other: &Value| {
            let names = one.as_object().unwrap().keys();
            let differing = names.filter(|&name| {
                name != "jti" && one[name] != other.get(name).cloned().unwrap_or_default()
            });
            differing.cloned().collect::<Vec<_>>()
        };
        assert_eq!(differ(&header, &odd_header), in_header, "{oddity:?}");
        assert_eq!(differ(&claims, &odd_claims), in_claims, "{oddity:?}");
    }
    let [header, _] = odd(Oddity::AlgorithmNone);
    assert_eq!(header["alg"], "none");
}

/// What a part of a JWT says.
fn part(encoded: &str) -> Value {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap()
}
