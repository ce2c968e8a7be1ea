//! The person who needs no browser.

use super::wire::{ON_LOOPBACK, Pair, parameter, query, redeem, url, who_am_i};
use crate::seed::{ADMIN_USER, LOCKING_USER, PLAIN_USER, PUBLIC_CLIENT, SSO_USER, TWO_FACTOR_USER};
use crate::{AuthorizeError, Emulator, Person, TmsUser};

#[tokio::test]
async fn authorize_gives_back_where_the_plain_user_is_sent() {
    let emulator = Emulator::start().await.unwrap();
    let url = url(&emulator, &query(&PUBLIC_CLIENT, &[("state", "x y")]));
    let to = emulator.authorize(&url).unwrap();
    assert!(to.starts_with(&format!("{ON_LOOPBACK}?code=")), "{to}");
    assert_eq!(parameter(&to, "state").as_deref(), Some("x y"));
    assert_eq!(emulator.log().requests().len(), 0, "nothing travels");
    let code = parameter(&to, "code").unwrap();
    let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
    let me = who_am_i(&emulator, &Pair::of(&reply).access).await.json();
    assert_eq!(me["user"]["userName"], PLAIN_USER.user_name);
}

#[tokio::test]
async fn another_person_logs_in_with_what_belongs_to_the_name() {
    let builder = Emulator::builder().tms_user(TmsUser::new("own <user>", "pässword"));
    let emulator = builder.start().await.unwrap();
    let url = url(&emulator, &query(&PUBLIC_CLIENT, &[]));
    for (person, name) in [
        (Person::of(&ADMIN_USER), ADMIN_USER.user_name),
        (Person::of(&TWO_FACTOR_USER), TWO_FACTOR_USER.user_name),
        (Person::of(&SSO_USER), SSO_USER.user_name),
        (Person::named("own <user>", "pässword"), "own <user>"),
    ] {
        let to = emulator.authorize_as(&url, &person).unwrap();
        let code = parameter(&to, "code").unwrap();
        let reply = redeem(&emulator, &PUBLIC_CLIENT, &code, &[]).await;
        let me = who_am_i(&emulator, &Pair::of(&reply).access).await.json();
        assert_eq!(me["user"]["userName"], name);
    }
}

#[tokio::test]
async fn a_person_who_denies_and_a_mistake_come_back_as_redirects() {
    let emulator = Emulator::start().await.unwrap();
    let good = url(&emulator, &query(&PUBLIC_CLIENT, &[("state", "x")]));
    let bad = query(&PUBLIC_CLIENT, &[("state", "x"), ("scope", "\"")]);
    let bad = url(&emulator, &bad);
    let denies = Person::of(&PLAIN_USER).who_denies();
    for (to, error) in [
        (emulator.authorize_as(&good, &denies), "access_denied"),
        (emulator.authorize(&bad), "invalid_scope"),
    ] {
        let to = to.unwrap();
        assert_eq!(parameter(&to, "error").as_deref(), Some(error));
        assert_eq!(parameter(&to, "state").as_deref(), Some("x"));
        assert_eq!(parameter(&to, "code"), None);
    }
}

#[tokio::test]
async fn an_error_page_is_told_with_its_reason() {
    let emulator = Emulator::start().await.unwrap();
    for (query, word) in [
        ("", "client_id is missing"),
        ("client_id=nobody", "no client"),
        (
            "client_id=phrase-emulator-public&redirect_uri=x",
            "redirect_uri",
        ),
        ("a=b&a=b", "twice"),
    ] {
        let error = emulator.authorize(&url(&emulator, query)).unwrap_err();
        assert!(
            matches!(error, AuthorizeError::Page { why } if why.contains(word)),
            "{error}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_person_whom_the_login_page_refuses_gets_no_further() {
    let emulator = Emulator::start().await.unwrap();
    let url = url(&emulator, &query(&PUBLIC_CLIENT, &[]));
    let wrong = Person::named(LOCKING_USER.user_name, "wrong");
    for word in ["wrong", "wrong", "wrong", "locked"] {
        let error = emulator.authorize_as(&url, &wrong).unwrap_err();
        assert!(
            matches!(error, AuthorizeError::Login { why } if why.contains(word)),
            "{error}"
        );
        assert!(!error.to_string().contains(LOCKING_USER.user_name));
    }
}

#[tokio::test]
async fn a_url_of_something_else_is_told_apart() {
    let emulator = Emulator::start().await.unwrap();
    let other = Emulator::start().await.unwrap();
    let query = query(&PUBLIC_CLIENT, &[]);
    let here = url(&emulator, &query);
    let by_name = here.replace("127.0.0.1:", "localhost:");
    assert!(emulator.authorize(&by_name).is_ok());
    for elsewhere in [
        url(&other, &query),
        here.replace("http://", "https://"),
        here.replace("/authorize?", "/authorize/?"),
        here.replace("/authorize?", "/token?"),
        here.replacen("127.0.0.1", "evil.example", 1),
        query.clone(),
        String::new(),
        "http://".to_owned(),
    ] {
        let error = emulator.authorize(&elsewhere).unwrap_err();
        assert_eq!(error, AuthorizeError::Elsewhere, "{elsewhere}");
    }
}
