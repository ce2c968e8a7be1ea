//! What the log shows of logins, and what it only knows.

use serde_json::json;

use super::wire::{JSON, api_token, login, logout, send, token, who_am_i};
use crate::seed::{SECOND_FACTOR_CODE, TWO_FACTOR_USER};
use crate::{Emulator, Endpoint, LogEntry, TmsUser};

/// Everything of an entry that can be looked at.
fn shown(entry: &LogEntry) -> String {
    format!(
        "{entry:?} {} {} {:?} {:?} {}",
        entry.method(),
        entry.path(),
        entry.query(),
        entry.headers(),
        entry.body()
    )
}

async fn logged(emulator: &Emulator, head: &str, body: &str) -> LogEntry {
    let path = Endpoint::Login.path().unwrap();
    send(emulator, "POST", path, head, body).await;
    emulator.log().requests().pop().unwrap()
}

#[tokio::test]
async fn the_log_shows_the_names_of_a_login_and_finds_its_secrets() {
    let builder = Emulator::builder().tms_user(TmsUser::new(NAME, PASSWORD));
    let emulator = builder.start().await.unwrap();
    let body = json!({"userName": NAME, "password": PASSWORD, "code": CODE});
    let token = token(&login(&emulator, &body).await);
    who_am_i(&emulator, &token).await;
    logout(&emulator, &api_token(&token)).await;
    let target = format!("{}?token={token}", Endpoint::Logout.path().unwrap());
    send(&emulator, "POST", &target, "", "").await;

    let requests = emulator.log().requests();
    let [login, me, out, query] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(login.endpoint(), Endpoint::Login);
    assert_eq!(out.endpoint(), Endpoint::Logout);
    assert_eq!(out.status().unwrap(), 204);
    assert_eq!(
        login.body(),
        r#"{"code":"[redacted]","password":"[redacted]","userName":"[redacted]"}"#
    );
    for secret in [NAME, PASSWORD, CODE] {
        assert!(login.used_token(secret) && !me.used_token(secret));
        assert!(!login.used_token(&secret[1..]), "exact");
    }
    for entry in [me, out, query] {
        assert!(entry.used_token(&token));
    }
    assert!(!login.used_token(&token));
    for entry in &requests {
        for secret in [NAME, PASSWORD, CODE, &token] {
            assert!(!shown(entry).contains(secret), "{entry:?}");
        }
    }
}

#[tokio::test]
async fn names_and_values_that_nobody_documents_are_not_shown() {
    let emulator = Emulator::start().await.unwrap();
    let deep = "[".repeat(200);
    for (body, expected) in [
        (
            format!(r#"{{"{PASSWORD}":"x"}}"#),
            r#"{"[redacted]":"[redacted]"}"#,
        ),
        (
            format!(
                r#"{{"password":["{PASSWORD}"],"code":{{"{PASSWORD}":1}},"userUid":12345678}}"#
            ),
            r#"{"password":"[redacted]","code":"[redacted]","userUid":"[redacted]"}"#,
        ),
        (
            format!(r#"{{"password":"{PASSWORD}","password":"","password":null}}"#),
            r#"{"password":"[redacted]","password":"","password":"[redacted]"}"#,
        ),
        ("{}".to_owned(), "{}"),
        (String::new(), ""),
        (format!(r#"["{PASSWORD}"]"#), "[31 bytes]"),
        (format!(r#""{PASSWORD}""#), "[29 bytes]"),
        (format!(r#"{{"password":"{PASSWORD}""#), "[41 bytes]"),
        (format!(r#"{{"password":"{PASSWORD}"}}x"#), "[43 bytes]"),
        (format!(r#"{{"a":{deep}"#), "[205 bytes]"),
    ] {
        let entry = logged(&emulator, JSON, &body).await;
        assert_eq!(entry.body(), expected, "{body}");
        assert!(!shown(&entry).contains(PASSWORD), "{body}");
    }
}

#[tokio::test]
async fn a_secret_is_found_whatever_the_body_is_said_to_be_and_however_it_is_escaped() {
    let emulator = Emulator::start().await.unwrap();
    let escaped = PASSWORD.replace('c', "\\u0063");
    for head in [JSON, "", super::wire::FORM] {
        let entry = logged(&emulator, head, &format!(r#"{{"x":"{escaped}"}}"#)).await;
        assert!(entry.used_token(PASSWORD));
        assert!(!shown(&entry).contains(PASSWORD));
    }
    let nested = format!(r#"{{"x":["{PASSWORD}"]}}"#);
    assert!(!logged(&emulator, JSON, &nested).await.used_token(PASSWORD));
}

#[tokio::test]
async fn of_a_large_body_the_first_sixty_four_members_are_looked_at() {
    let emulator = Emulator::start().await.unwrap();
    let members: Vec<_> = (0..66).map(|n| format!(r#""{n}":"value-{n}""#)).collect();
    let entry = logged(&emulator, JSON, &format!("{{{}}}", members.join(","))).await;
    assert_eq!(entry.body().matches("[redacted]").count(), 128);
    assert!(entry.used_token("value-63") && !entry.used_token("value-64"));
}

#[tokio::test]
async fn no_public_type_shows_a_user_or_a_session_in_debug() {
    let builder = || Emulator::builder().tms_user(TmsUser::new(NAME, PASSWORD));
    let mut text = format!("{:?}", builder());
    let broken = builder().tms_user(TmsUser::new("name", format!("{PASSWORD}\n")));
    for builder in [builder().tms_user(TmsUser::new(NAME, PASSWORD)), broken] {
        let error = builder.start().await.unwrap_err();
        text += &format!("{error:?} {error}");
    }
    let emulator = builder().start().await.unwrap();
    let mut body = json!({"userName": NAME, "password": PASSWORD});
    let token = token(&login(&emulator, &body).await);
    text += &format!("{emulator:?} {:?}", emulator.log().requests());
    body["userName"] = TWO_FACTOR_USER.user_name.into();
    text += &format!("{:?}", login(&emulator, &body).await);
    for secret in [NAME, PASSWORD, SECOND_FACTOR_CODE, &token] {
        assert!(!text.contains(secret), "{text}");
    }
}

const NAME: &str = "canary-name-0123456789";
const PASSWORD: &str = "canary-password-0123456789a";
const CODE: &str = "canary-code-0123456789";
