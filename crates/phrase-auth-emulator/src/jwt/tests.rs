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
    jsonwebtoken::encode(&header, &claims, &mint.signing).unwrap()
}

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
        Err(Refusal::Revoked)
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
        let key = EncodingKey::from_secret(PUBLIC_KEY_PEM.as_bytes());
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
