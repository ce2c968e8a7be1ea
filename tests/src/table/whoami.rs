use phrase_auth_core::{Authenticator, ErrorKind};
use phrase_auth_emulator::{Emulator, Endpoint};

use super::expected::Outcome;
use super::harmless::{assert_harmless, assert_secret_free};
use super::login::User;
use super::trial::Trial;

pub(crate) async fn check(trial: Trial) {
    let bed = trial.bed(Emulator::builder()).await;
    let name = &bed.trial.name;
    let user = User::new(&bed, bed.clock.clone());
    let auth = &user.auth;
    let held = user.held();
    let before = auth.header().await.expect(name);
    let kept = held.saved().await;
    let mut secrets = held.secrets().await;
    bed.fall_ill();
    let who = auth.who_am_i().await;
    assert_eq!(bed.requests(), bed.requests_when_ill(), "{name}: {who:?}");
    bed.heal();

    secrets.extend(held.secrets().await);
    secrets.push("phrase-emulator-csrf".to_owned());
    let mut refused = false;
    match (bed.trial.expected.outcome, who) {
        (Outcome::Good(_), Ok(who)) => assert_secret_free(name, &format!("{who:?}"), &secrets),
        (Outcome::Fails { kind, .. }, Err(error)) => {
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert_harmless(name, &error, &[auth, auth.cache(), &user.store], &secrets);
            refused = kind == ErrorKind::Refused && bed.trial.expected.requests == 2;
        }
        (expected, who) => panic!("{name}: {expected:?}, and came to {who:?}"),
    }
    // A 401 of the API itself costs the token, and one login for another (bar 32).
    let peeked = auth.peek().expect(name);
    assert_eq!(peeked.value() != before.value(), refused, "{name}: cached");
    assert_eq!(held.saved().await != kept, refused, "{name}: stored");
    let logins = bed.emulator.log().count(Endpoint::Login);
    assert_eq!(logins, if refused { 2 } else { 1 }, "{name}");

    let who = auth.who_am_i().await;
    let who = who.unwrap_or_else(|error| panic!("{name}, healed: {error}"));
    assert!(who.user.is_some(), "{name}, healed");
    assert_eq!(bed.emulator.log().count(Endpoint::Login), logins, "{name}");
}
