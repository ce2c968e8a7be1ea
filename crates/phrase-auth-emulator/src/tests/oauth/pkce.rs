//! RFC 7636.

use super::wire::{assert_refused, code, code_as, redeem};
use crate::seed::{PKCE_CLIENT, PLAIN_USER, PUBLIC_CLIENT, SeededClient};
use crate::{Emulator, Person};

/// The pair of appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Another pair.
const OTHER_VERIFIER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER_CHALLENGE: &str = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA";

/// A code that was asked for with this challenge.
fn challenged(emulator: &Emulator, client: &SeededClient, challenge: &str) -> String {
    let more = [
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    code_as(emulator, client, &Person::of(&PLAIN_USER), &more)
}

#[tokio::test]
async fn the_verifier_of_the_challenge_brings_the_tokens() {
    let emulator = Emulator::start().await.unwrap();
    for client in [PUBLIC_CLIENT, PKCE_CLIENT] {
        for (challenge, verifier) in [(CHALLENGE, VERIFIER), (OTHER_CHALLENGE, OTHER_VERIFIER)] {
            let code = challenged(&emulator, &client, challenge);
            let reply = redeem(&emulator, &client, &code, &[("code_verifier", verifier)]).await;
            assert_eq!((reply.status, reply.explains()), (200, None), "{verifier}");
        }
    }
}

#[tokio::test]
async fn the_verifier_of_another_flow_is_refused_on_purpose_and_spares_the_code() {
    let emulator = Emulator::start().await.unwrap();
    let mine = challenged(&emulator, &PUBLIC_CLIENT, CHALLENGE);
    let others = challenged(&emulator, &PUBLIC_CLIENT, OTHER_CHALLENGE);
    for (code, verifier) in [
        (&mine, OTHER_VERIFIER),
        (&others, VERIFIER),
        (&mine, CHALLENGE),
    ] {
        let more = [("code_verifier", verifier)];
        let reply = redeem(&emulator, &PUBLIC_CLIENT, code, &more).await;
        assert_eq!(reply.status, 400);
        assert_refused(&reply, "invalid_grant", None, verifier);
    }
    let reply = redeem(
        &emulator,
        &PUBLIC_CLIENT,
        &mine,
        &[("code_verifier", VERIFIER)],
    )
    .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_verifier_and_a_challenge_belong_together() {
    let emulator = Emulator::start().await.unwrap();
    let with = challenged(&emulator, &PUBLIC_CLIENT, CHALLENGE);
    for (more, word) in [
        (&[][..], "missing"),
        (&[("code_verifier", "")], "missing"),
        (&[("code_verifier", "short")], "43 to 128"),
        (
            &[(
                "code_verifier",
                "dBjftJeZ4CVP mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            )],
            "43 to 128",
        ),
    ] {
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &with, more).await;
        assert_refused(&reply, "invalid_grant", Some(word), word);
    }
    let without = code(&emulator);
    let more = [("code_verifier", VERIFIER)];
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &without, &more).await;
    assert_refused(
        &reply,
        "invalid_grant",
        Some("without code_challenge"),
        "unasked",
    );
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &without, &[]).await;
    assert_eq!(reply.status, 200);
}
