use std::sync::Arc;

use phrase_auth_core::{
    Authenticator, ErrorKind, Revocation, Runtime, TokenStore, default_runtime,
};
use phrase_auth_emulator::{Emulator, Endpoint};

use super::expected::Outcome;
use super::harmless::assert_harmless;
use super::login::User;
use super::trial::Trial;

pub(crate) async fn check(trial: Trial) {
    let bed = trial.bed(Emulator::builder()).await;
    let name = &bed.trial.name;
    // The bound of a logout is the cache's, which keeps it by its own clock.
    let runtime: Arc<dyn Runtime> = match bed.trial.expected.is_kind(ErrorKind::Timeout) {
        true => default_runtime(),
        false => bed.clock.clone(),
    };
    let user = User::new(&bed, runtime);
    let auth = &user.auth;
    let before = auth.header().await.expect(name);
    let secrets = user.held().secrets().await;
    bed.fall_ill();
    let told = auth.logout().await;
    assert_eq!(bed.requests(), bed.requests_when_ill(), "{name}: {told:?}");
    bed.heal();

    match (bed.trial.expected.outcome, told) {
        (Outcome::Good(_), Ok(told)) => {
            assert_eq!(told, Revocation::Revoked, "{name}");
            let over = bed.trial.kind.changes_answer();
            assert!(!over || !bed.takes(&before).await, "{name}");
        }
        (Outcome::Fails { kind, .. }, Err(error)) => {
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert_harmless(name, &error, &[auth, auth.cache(), &user.store], &secrets);
            let hint = error.hint().expect(name);
            assert!(hint.contains("forgotten here"), "{name}: {error}");
        }
        (expected, told) => panic!("{name}: {expected:?}, and came to {told:?}"),
    }
    // Whatever the server has said (bar 57).
    assert!(auth.peek().is_none(), "{name}");
    assert!(
        user.store.load(&user.key).await.unwrap().is_none(),
        "{name}"
    );
    let error = auth.header().await.expect_err(name);
    assert_eq!(error.kind(), ErrorKind::LoginRequired, "{name}: {error}");
    assert_eq!(bed.emulator.log().count(Endpoint::Login), 1, "{name}");
    let again = auth.logout().await.expect(name);
    assert_eq!(again, Revocation::NothingHeld, "{name}");

    auth.cache().reset();
    let after = auth.header().await.expect(name);
    assert!(bed.takes(&after).await, "{name}");
}
