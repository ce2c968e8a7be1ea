//! Alone in its process, because the choice of a backend is the process's.

use jsonwebtoken::crypto::aws_lc;
use phrase_auth_emulator::Emulator;

#[tokio::test]
async fn the_backend_is_chosen_at_the_start_and_not_left_to_cargo_features() {
    let _emulator = Emulator::start().await.unwrap();
    let again = aws_lc::DEFAULT_PROVIDER.install_default();
    assert!(again.is_err(), "nothing was installed before");
}
