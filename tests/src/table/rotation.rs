use phrase_auth_core::{Authenticator, ErrorKind, Need};
use phrase_auth_emulator::{Emulator, RefreshRotation};
use phrase_auth_oauth2::ClientAuth;

use super::expected::Outcome;
use super::refresh::Person;
use super::trial::Trial;

/// A server without grace: a refresh token that comes twice ends everything that came of the same consent, and what
/// was lost of an answer is lost.
pub(crate) async fn check(trial: Trial) {
    let builder = Emulator::builder().refresh_rotation(RefreshRotation::Rotate);
    let bed = trial.bed(builder).await;
    let name = &bed.trial.name;
    let person = Person::logged_in(&bed, ClientAuth::Body).await;
    let held = person.held();
    let before = person.auth.header().await.expect(name);
    let kept = held.saved().await;
    bed.fall_ill();
    let newer = Need::default().newer_than(before.generation());
    let result = bed.patiently(person.auth.obtain(newer)).await;
    bed.heal();

    let mode = bed.trial.kind.name();
    let (newest, lives_on) = match (bed.trial.expected.outcome, result) {
        // As on any other server.
        (Outcome::Fails { stands: true, .. }, Err(_)) => return,
        (Outcome::Fails { .. }, Err(_)) => {
            assert_eq!(held.saved().await, kept, "{name}: stored");
            (before, bed.trial.kind.is_of_handshake())
        }
        (Outcome::Good(_), Ok(header)) => (header, !WITHOUT_A_SUCCESSOR.contains(&mode)),
        (expected, result) => panic!("{name}: {expected:?}, and came to {result:?}"),
    };

    bed.wait();
    let so_far = bed.requests();
    let newer = Need::default().newer_than(newest.generation());
    let result = bed.refused(person.auth.obtain(newer)).await;
    assert_eq!(bed.requests_since(so_far), 1, "{name}: {result:?}");
    if lives_on {
        assert!(bed.takes(&result.expect(name)).await, "{name}, healed");
        return;
    }
    let error = result.expect_err(name);
    assert_eq!(error.kind(), ErrorKind::LoginRequired, "{name}: {error}");
    for _ in 0..3 {
        bed.wait();
        let again = person.auth.obtain(newer).await.expect_err(name);
        assert_eq!(again.kind(), ErrorKind::LoginRequired, "{name}: {again}");
    }
    assert_eq!(
        bed.requests_since(so_far),
        1,
        "{name}: a dead token was sent"
    );
    person.log_in(&bed).await;
    let header = person.auth.header().await.expect(name);
    assert!(bed.takes(&header).await, "{name}, after a login");
}

/// The answer is good, and hides that the refresh token is another one now.
const WITHOUT_A_SUCCESSOR: [&str; 2] = ["refresh-missing", "refresh-null"];
