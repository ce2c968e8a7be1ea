//! What is not documented, at the four doors of TMS that start a session.

use super::wire::{JSON, Reply, api_token, send, session};
use crate::seed::{ADMIN_USER, PLAIN_USER};
use crate::{Emulator, Endpoint};

/// A door, the header lines that it needs, and a body that it takes.
async fn doors(emulator: &Emulator) -> [(Endpoint, String, String); 4] {
    let admin = api_token(&session(emulator, &ADMIN_USER).await);
    let name = format!(r#""userName":"{}""#, PLAIN_USER.user_name);
    let login = format!(r#"{{{name},"password":"{}"}}"#, PLAIN_USER.password);
    let other = format!("{{{name}}}");
    [
        (Endpoint::Login, String::new(), login.clone()),
        (Endpoint::LoginV1, String::new(), login),
        (Endpoint::LoginOther, admin.clone(), other.clone()),
        (Endpoint::LoginOtherV1, admin, other),
    ]
}

/// Refused in the shape of TMS, explained with this word, and with no secret in the answer.
fn assert_misuse(reply: &Reply, status: u16, code: &str, word: &str, what: &str) {
    assert_eq!(
        reply.fault(),
        (status, code.to_owned()),
        "{what}: {reply:?}"
    );
    assert_eq!(reply.json().as_object().unwrap().len(), 2, "{what}");
    let why = reply.explains().expect(what);
    assert!(why.contains(word), "{what}: {why}");
    assert!(
        !format!("{reply:?}").contains(PLAIN_USER.user_name),
        "{what}"
    );
    assert!(
        !format!("{reply:?}").contains(PLAIN_USER.password),
        "{what}"
    );
}

#[tokio::test]
async fn a_body_of_another_kind_than_json_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (endpoint, head, body) in doors(&emulator).await {
        let path = endpoint.path().unwrap();
        for kind in [
            "",
            "content-type: application/x-www-form-urlencoded\r\n",
            "content-type: text/plain\r\n",
            "content-type: application/json; charset=latin1\r\n",
            "content-type: application/jsonx\r\n",
            &JSON.repeat(2),
        ] {
            let reply = send(&emulator, "POST", path, &format!("{kind}{head}"), &body).await;
            assert_misuse(
                &reply,
                415,
                "UnsupportedMediaType",
                "application/json",
                kind,
            );
        }
        for kind in ["Application/JSON", "application/json; charset=\"UTF-8\""] {
            let head = format!("content-type: {kind}\r\n{head}");
            let reply = send(&emulator, "POST", path, &head, &body).await;
            assert_eq!(reply.status, 200, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_one_object_of_known_strings_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (endpoint, head, body) in doors(&emulator).await {
        let with = |more: &str| format!("{},{more}}}", &body[..body.len() - 1]);
        let rows = [
            (String::new(), "one JSON object"),
            ("null".to_owned(), "one JSON object"),
            (format!("[{body}]"), "one JSON object"),
            (format!("{body}{body}"), "one JSON object"),
            (body[1..].to_owned(), "one JSON object"),
            (with(r#""rememberMe":"true""#), "documentation"),
            (with(r#""username":"x""#), "documentation"),
            (with(r#""userName":"x""#), "twice"),
            ("{}".to_owned(), "userName"),
            (body.replace(PLAIN_USER.user_name, ""), "userName"),
            (r#"{"userName":1}"#.to_owned(), "string"),
            (r#"{"userName":null}"#.to_owned(), "string"),
            (r#"{"userName":["x"]}"#.to_owned(), "string"),
        ];
        for (body, word) in rows {
            let head = format!("{JSON}{head}");
            let path = endpoint.path().unwrap();
            let reply = send(&emulator, "POST", path, &head, &body).await;
            assert_misuse(
                &reply,
                400,
                "BadRequest",
                word,
                &format!("{endpoint} {body}"),
            );
        }
    }
}

#[tokio::test]
async fn a_login_without_a_password_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for endpoint in [Endpoint::Login, Endpoint::LoginV1] {
        for body in [
            r#"{"userName":"x"}"#,
            r#"{"userName":"x","password":""}"#,
            r#"{"userName":"x","code":"1"}"#,
        ] {
            let reply = send(&emulator, "POST", endpoint.path().unwrap(), JSON, body).await;
            assert_misuse(&reply, 400, "BadRequest", "password", body);
        }
        let body = r#"{"userName":"x","password":"x","code":123456}"#;
        let reply = send(&emulator, "POST", endpoint.path().unwrap(), JSON, body).await;
        assert_misuse(&reply, 400, "BadRequest", "string", body);
    }
}

#[tokio::test]
async fn the_v1_forms_refuse_user_uid_and_say_why() {
    let emulator = Emulator::start().await.unwrap();
    let uid = format!(r#","userUid":"{}"}}"#, PLAIN_USER.accounts[0].uid);
    for (endpoint, head, body) in doors(&emulator).await {
        let body = body.replace('}', &uid);
        let head = format!("{JSON}{head}");
        let reply = send(&emulator, "POST", endpoint.path().unwrap(), &head, &body).await;
        match endpoint {
            Endpoint::LoginV1 | Endpoint::LoginOtherV1 => {
                assert_misuse(&reply, 400, "BadRequest", "userUid", &body);
            }
            _ => assert_eq!(reply.status, 200, "{endpoint}"),
        }
    }
}

#[tokio::test]
async fn other_methods_and_queries_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (endpoint, head, body) in doors(&emulator).await {
        let path = endpoint.path().unwrap();
        let head = format!("{JSON}{head}");
        for method in ["GET", "PUT", "DELETE"] {
            let reply = send(&emulator, method, path, &head, &body).await;
            assert_misuse(&reply, 405, "MethodNotAllowed", "POST", method);
            assert_eq!(reply.header("allow"), Some("POST"));
        }
        for query in ["?", "?userName=x", "?token=x"] {
            let target = format!("{path}{query}");
            let reply = send(&emulator, "POST", &target, &head, &body).await;
            assert_misuse(&reply, 400, "BadRequest", "query", query);
        }
    }
}

#[tokio::test]
async fn a_login_takes_no_authorization_header() {
    let emulator = Emulator::start().await.unwrap();
    let admin = api_token(&session(&emulator, &ADMIN_USER).await);
    for (endpoint, _, body) in doors(&emulator).await.into_iter().take(2) {
        let head = format!("{JSON}{admin}");
        let reply = send(&emulator, "POST", endpoint.path().unwrap(), &head, &body).await;
        assert_misuse(&reply, 400, "BadRequest", "Authorization", &body);
    }
}
