//! The pages in a row, as a browser goes through them.

use super::wire::{
    Pair, decide, location, log_in, open, parameter, query, redeem, submit, ticket, who_am_i,
};
use crate::seed::{
    ADMIN_USER, CONFIDENTIAL_CLIENT, LOCKING_USER, NO_API_USER, PLAIN_USER, PUBLIC_CLIENT,
    SECOND_FACTOR_CODE, SSO_USER, TWO_FACTOR_USER,
};
use crate::{Emulator, Endpoint};

const STATE: &str = "a state, with = & + % and \u{e9}";

#[tokio::test]
async fn login_and_consent_lead_to_a_code_that_brings_a_working_token() {
    let emulator = Emulator::start().await.unwrap();
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &[("state", STATE)])).await;
    assert_eq!((login.status, login.explains()), (200, None));
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    assert_eq!((consent.status, consent.explains()), (200, None));
    let back = decide(&emulator, &consent, "allow").await;
    assert_eq!((back.explains(), back.body.as_str()), (None, ""));
    let to = location(&back);
    assert!(
        to.starts_with("http://127.0.0.1:50000/callback?code="),
        "{to}"
    );
    assert_eq!(parameter(to, "state").as_deref(), Some(STATE));
    assert_eq!(parameter(to, "iss"), None);
    assert_eq!(parameter(to, "error"), None);
    let code = parameter(to, "code").unwrap();
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    let me = who_am_i(&emulator, &Pair::of(&reply).access).await.json();
    assert_eq!(me["user"]["userName"], PLAIN_USER.user_name);
    let log = emulator.log();
    for endpoint in [
        Endpoint::Authorize,
        Endpoint::AuthorizeLogin,
        Endpoint::AuthorizeConsent,
        Endpoint::OAuthToken,
    ] {
        assert_eq!(log.count(endpoint), 1, "{endpoint}");
    }
}

#[tokio::test]
async fn two_tabs_at_once_do_not_disturb_each_other() {
    let emulator = Emulator::start().await.unwrap();
    let first = open(&emulator, &query(&PUBLIC_CLIENT, &[("state", "1")])).await;
    let second = open(&emulator, &query(&CONFIDENTIAL_CLIENT, &[("state", "2")])).await;
    assert_ne!(ticket(&first), ticket(&second));
    let second = log_in(&emulator, &second, &ADMIN_USER).await;
    let first = log_in(&emulator, &first, &PLAIN_USER).await;
    let first = decide(&emulator, &first, "allow").await;
    let second = decide(&emulator, &second, "allow").await;
    for (client, back, state, user) in [
        (PUBLIC_CLIENT, first, "1", PLAIN_USER),
        (CONFIDENTIAL_CLIENT, second, "2", ADMIN_USER),
    ] {
        let to = location(&back);
        assert_eq!(parameter(to, "state").as_deref(), Some(state));
        let code = parameter(to, "code").unwrap();
        let reply = redeem(&emulator, &client, &code, &[]).await;
        let me = who_am_i(&emulator, &Pair::of(&reply).access).await.json();
        assert_eq!(me["user"]["userName"], user.user_name);
    }
}

#[tokio::test]
async fn a_wrong_password_shows_the_login_page_again_and_the_next_try_goes_on() {
    let emulator = Emulator::start().await.unwrap();
    let mut page = open(&emulator, &query(&PUBLIC_CLIENT, &[("state", "x")])).await;
    for (name, password) in [
        (PLAIN_USER.user_name, "mistyped"),
        (PLAIN_USER.user_name, ADMIN_USER.password),
        ("nobody", PLAIN_USER.password),
    ] {
        let before = ticket(&page);
        let fields = [
            ("ticket", before.as_str()),
            ("userName", name),
            ("password", password),
        ];
        page = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
        assert_eq!((page.status, page.explains()), (401, None));
        assert!(
            page.body
                .contains("The user name or the password is wrong.")
        );
        assert!(!page.body.contains(name) && !page.body.contains(password));
        assert_ne!(ticket(&page), before);
    }
    let consent = log_in(&emulator, &page, &PLAIN_USER).await;
    let to = decide(&emulator, &consent, "allow").await;
    assert_eq!(parameter(location(&to), "state").as_deref(), Some("x"));
}

#[tokio::test]
async fn who_has_a_second_factor_needs_a_code_and_a_time_based_one_is_good_once() {
    let emulator = Emulator::start().await.unwrap();
    let mut page = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let fresh = emulator.second_factor_code();
    for (code, status, word) in [
        ("", 401, "A code is needed"),
        ("000000x", 401, "The code is wrong"),
        (fresh.as_str(), 200, "asks to act for"),
    ] {
        let ticket = ticket(&page);
        let fields = [
            ("ticket", ticket.as_str()),
            ("userName", TWO_FACTOR_USER.user_name),
            ("password", TWO_FACTOR_USER.password),
            ("code", code),
        ];
        page = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
        assert_eq!(page.status, status, "{code}");
        assert!(page.body.contains(word), "{}", page.body);
    }
    for (code, status) in [(fresh.as_str(), 401), (SECOND_FACTOR_CODE, 200)] {
        let ticket = ticket(&open(&emulator, &query(&PUBLIC_CLIENT, &[])).await);
        let fields = [
            ("ticket", ticket.as_str()),
            ("userName", TWO_FACTOR_USER.user_name),
            ("password", TWO_FACTOR_USER.password),
            ("code", code),
        ];
        let page = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
        assert_eq!(page.status, status, "{code}");
    }
}

#[tokio::test]
async fn neither_single_sign_on_nor_an_edition_without_api_keeps_anybody_from_the_browser() {
    let emulator = Emulator::start().await.unwrap();
    for user in [SSO_USER, NO_API_USER] {
        let login = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
        let consent = log_in(&emulator, &login, &user).await;
        assert!(consent.body.contains(user.user_name));
        location(&decide(&emulator, &consent, "allow").await);
    }
}

#[tokio::test]
async fn wrong_passwords_on_the_page_lock_the_one_user_who_locks() {
    let emulator = Emulator::start().await.unwrap();
    let mut page = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    for _ in 0..3 {
        let ticket = ticket(&page);
        let fields = [
            ("ticket", ticket.as_str()),
            ("userName", LOCKING_USER.user_name),
            ("password", "wrong"),
        ];
        page = submit(&emulator, Endpoint::AuthorizeLogin, &fields).await;
        assert_eq!(page.status, 401);
    }
    let page = log_in(&emulator, &page, &LOCKING_USER).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("locked"));
    assert_eq!(log_in(&emulator, &page, &PLAIN_USER).await.status, 200);
}
