//! What becomes of a refresh token that is used.

use std::time::Duration;

use super::wire::{Pair, assert_refused, refresh, tokens, who_am_i};
use crate::seed::{PLAIN_USER, PUBLIC_CLIENT};
use crate::{Emulator, RefreshRotation};

async fn emulator(rotation: RefreshRotation) -> Emulator {
    let builder = Emulator::builder().refresh_rotation(rotation);
    builder.start().await.unwrap()
}

async fn again(emulator: &Emulator, token: &str) -> Pair {
    Pair::of(&refresh(emulator, &PUBLIC_CLIENT, token, &[]).await)
}

const GRACE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn in_its_grace_a_used_token_brings_another_pair_each_time_and_all_are_good() {
    let emulator = emulator(RefreshRotation::Grace(GRACE)).await;
    let pair = tokens(&emulator).await;
    let first = again(&emulator, &pair.refresh).await;
    let last = GRACE - Duration::from_millis(1);
    emulator.clock().advance(last);
    let second = again(&emulator, &pair.refresh).await;
    assert_ne!(first.refresh, second.refresh);
    for pair in [&pair, &first, &second] {
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
    }
    for pair in [&first, &second] {
        again(&emulator, &pair.refresh).await;
    }
}

#[tokio::test]
async fn the_grace_begins_with_the_first_use_and_after_it_reuse_takes_the_whole_grant() {
    let emulator = emulator(RefreshRotation::Grace(GRACE)).await;
    let other = tokens(&emulator).await;
    let pair = tokens(&emulator).await;
    emulator.clock().advance(GRACE * 5);
    let first = again(&emulator, &pair.refresh).await;
    emulator.clock().advance(GRACE / 2);
    let second = again(&emulator, &pair.refresh).await;
    emulator.clock().advance(GRACE / 2);
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_refused(
        &reply,
        "invalid_grant",
        None,
        "the second use counts for nothing",
    );
    for pair in [&first, &second] {
        assert_eq!(who_am_i(&emulator, &pair.access).await.status, 401);
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_refused(&reply, "invalid_grant", None, "family");
    }
    again(&emulator, &other.refresh).await;
}

#[tokio::test]
async fn no_grace_is_rotation_with_its_detection_of_reuse() {
    let emulator = emulator(RefreshRotation::Grace(Duration::ZERO)).await;
    let pair = tokens(&emulator).await;
    let next = again(&emulator, &pair.refresh).await;
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "reuse");
    assert_eq!(who_am_i(&emulator, &next.access).await.status, 401);
}

#[tokio::test]
async fn a_grace_without_end_does_not_overflow() {
    let emulator = emulator(RefreshRotation::Grace(Duration::MAX)).await;
    let pair = tokens(&emulator).await;
    again(&emulator, &pair.refresh).await;
    emulator.clock().advance(Duration::MAX);
    again(&emulator, &pair.refresh).await;
}

#[tokio::test]
async fn a_quiet_rotation_refuses_a_used_token_and_does_nothing_else() {
    let emulator = emulator(RefreshRotation::RotateQuietly).await;
    let pair = tokens(&emulator).await;
    let next = again(&emulator, &pair.refresh).await;
    for _ in 0..2 {
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_eq!(reply.status, 400);
        assert_refused(&reply, "invalid_grant", None, "used");
    }
    assert_eq!(who_am_i(&emulator, &pair.access).await.status, 200);
    let last = again(&emulator, &next.refresh).await;
    assert_eq!(who_am_i(&emulator, &last.access).await.status, 200);
}

#[tokio::test]
async fn whether_a_used_token_was_good_is_told_by_the_rotation() {
    for (rotation, expected) in [
        (RefreshRotation::Rotate, false),
        (RefreshRotation::RotateQuietly, false),
        (RefreshRotation::Grace(GRACE), true),
        (RefreshRotation::Keep, true),
    ] {
        let emulator = emulator(rotation).await;
        let pair = tokens(&emulator).await;
        refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_eq!(emulator.expire(&pair.refresh), expected, "{rotation:?}");
        assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 1);
    }
}
