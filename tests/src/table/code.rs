use phrase_auth_core::{Authenticator, ErrorKind};
use phrase_auth_emulator::{Emulator, RefreshRotation};
use phrase_auth_oauth2::ClientAuth;

use super::expected::{Outcome, Quality};
use super::harmless::assert_harmless;
use super::refresh::{Person, USER};
use super::trial::Trial;

/// A person who has a session logs in once more.
pub(crate) async fn check(trial: Trial) {
    let builder = Emulator::builder().refresh_rotation(RefreshRotation::Keep);
    let bed = trial.bed(builder).await;
    let name = &bed.trial.name;
    let person = Person::logged_in(&bed, ClientAuth::Body).await;
    let held = person.held();
    let before = person.auth.header().await.expect(name);
    let kept = held.saved().await;

    let (url, pending) = person.oauth.begin().unwrap();
    let back = bed.emulator.authorize(&url).unwrap();
    let secrets = secrets(&back, &pending.to_secret_bytes());
    let begun = bed.requests();
    bed.fall_ill();
    let result = person.oauth.finish(pending, &back, USER).await;
    let arrived = bed.requests_since(begun);
    assert_eq!(arrived, bed.requests_when_ill(), "{name}: {result:?}");
    bed.heal();

    assert_eq!(held.saved().await, kept, "{name}: stored");
    let peeked = person.auth.peek().expect(name);
    assert_eq!(peeked.value(), before.value(), "{name}: cached");
    match (bed.trial.expected.outcome, result) {
        (Outcome::Good(quality), Ok(session)) => {
            person.adopt(session).await;
            let header = person.auth.header().await.expect(name);
            let taken = bed.takes(&header).await;
            assert_eq!(taken, quality == Quality::Kept, "{name}");
            if quality == Quality::Taken {
                assert!(person.auth.reject(&header), "{name}");
                let header = person.auth.header().await.expect(name);
                assert!(bed.takes(&header).await, "{name}, healed");
            }
        }
        (Outcome::Fails { kind, .. }, Err(error)) => {
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert_harmless(name, &error, &[&person.oauth, &person.auth], &secrets);
            // A code that may have arrived is spent: whoever reads this is told to begin again.
            let told = error.hint().unwrap_or_default();
            let begins_again = !matches!(kind, ErrorKind::Config | ErrorKind::Forbidden);
            let says_so = told.contains("begin the login again");
            assert!(!begins_again || says_so, "{name}: {error}");
            person.log_in(&bed).await;
            let header = person.auth.header().await.expect(name);
            assert!(bed.takes(&header).await, "{name}, healed");
        }
        (expected, result) => panic!("{name}: {expected:?}, and came to {result:?}"),
    }
}

/// The code, the state and the verifier.
fn secrets(back: &str, pending: &[u8]) -> Vec<String> {
    let pending: serde_json::Value = serde_json::from_slice(pending).unwrap();
    let code = back.split("code=").nth(1).unwrap().split('&').next();
    let of = |name: &str| pending[name].as_str().unwrap().to_owned();
    vec![code.unwrap().to_owned(), of("state"), of("verifier")]
}
