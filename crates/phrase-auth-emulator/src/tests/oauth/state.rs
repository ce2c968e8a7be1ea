//! What an emulator remembers of consents, and how it forgets.

use std::time::Duration;

use super::wire::{
    Pair, assert_refused, code, code_as, decide, log_in, open, query, redeem, refresh, tokens,
    who_am_i,
};
use crate::seed::{ADMIN_USER, PLAIN_USER, PUBLIC_CLIENT};
use crate::{Emulator, OAuthClient, Person};

#[tokio::test]
async fn taking_back_ends_every_consent_of_the_person_and_nobody_elses() {
    let emulator = Emulator::start().await.unwrap();
    let person = Person::of(&ADMIN_USER);
    let admin = code_as(&emulator, &PUBLIC_CLIENT, &person, &[]);
    let admin = Pair::of(&redeem(&emulator, &PUBLIC_CLIENT, &admin, &[]).await);
    let first = tokens(&emulator).await;
    let second = tokens(&emulator).await;
    let newest = Pair::of(&refresh(&emulator, &PUBLIC_CLIENT, &second.refresh, &[]).await);
    let waiting = code(&emulator);

    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 3);
    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 0);
    assert_eq!(emulator.revoke_oauth("nobody"), 0);
    for pair in [&first, &second, &newest] {
        let reply = who_am_i(&emulator, &pair.access).await;
        assert_eq!((reply.status, reply.explains()), (401, None));
    }
    for pair in [&first, &newest] {
        let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
        assert_refused(&reply, "invalid_grant", None, "refresh");
    }
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "code");
    assert_eq!(who_am_i(&emulator, &admin.access).await.status, 200);
    let again = tokens(&emulator).await;
    assert_eq!(who_am_i(&emulator, &again.access).await.status, 200);
}

#[tokio::test]
async fn a_consent_of_which_nothing_is_good_any_more_is_not_counted() {
    let emulator = Emulator::start().await.unwrap();
    let _ = code(&emulator);
    let person = Person::of(&PLAIN_USER);
    let client = crate::seed::NO_REFRESH_CLIENT;
    let redeemed = code_as(&emulator, &client, &person, &[]);
    redeem(&emulator, &client, &redeemed, &[]).await;
    emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 0);
    let kept = tokens(&emulator).await;
    emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(who_am_i(&emulator, &kept.access).await.status, 401);
    assert_eq!(
        emulator.revoke_oauth(PLAIN_USER.user_name),
        1,
        "its refresh token"
    );
}

#[tokio::test]
async fn reset_forgets_pages_codes_and_tokens_and_keeps_the_clients() {
    let own = OAuthClient::public("own")
        .redirect_uri("http://127.0.0.1/callback")
        .any_loopback_port();
    let emulator = Emulator::builder().oauth_client(own).start().await.unwrap();
    let request = query(&PUBLIC_CLIENT, &[]);
    let login = open(&emulator, &request).await;
    let consent = open(&emulator, &request).await;
    let consent = log_in(&emulator, &consent, &PLAIN_USER).await;
    let waiting = code(&emulator);
    let pair = tokens(&emulator).await;
    emulator.reset();
    assert_eq!(log_in(&emulator, &login, &PLAIN_USER).await.status, 400);
    assert_eq!(decide(&emulator, &consent, "allow").await.status, 400);
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &waiting, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "code");
    let reply = refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    assert_refused(&reply, "invalid_grant", None, "refresh");
    let reply = who_am_i(&emulator, &pair.access).await;
    assert_eq!((reply.status, reply.explains()), (401, None));
    assert_eq!(emulator.revoke_oauth(PLAIN_USER.user_name), 0);

    let again = tokens(&emulator).await;
    assert_eq!(who_am_i(&emulator, &again.access).await.status, 200);
    let request = request.replace(PUBLIC_CLIENT.client_id, "own");
    assert_eq!(open(&emulator, &request).await.status, 200);
}

#[test]
fn what_comes_with_oauth_goes_to_any_thread() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<OAuthClient>();
    travels::<Person>();
    travels::<crate::AuthorizeError>();
    travels::<crate::RefreshRotation>();
}
