use serde_json::json;

use super::wire::{self, FORM, Reply, exchange, login, send};
use crate::seed::PLAIN_USER;
use crate::{Application, Emulator};

#[tokio::test]
async fn a_name_in_the_request_asks_for_a_fault_with_curl_alone() {
    let emulator = Emulator::start().await.unwrap();
    let magic = |name: &str| format!("phrase-emulator-fault-{name}");
    let named = |reply: &Reply| reply.header("x-phrase-emulator-fault").map(str::to_owned);

    let reply = exchange(&emulator, &magic("status-503-empty")).await;
    assert_eq!(
        (reply.status, named(&reply).as_deref()),
        (503, Some("status-503-empty"))
    );

    // One that changes a good answer has one to change.
    let reply = exchange(&emulator, &magic("expiry-string")).await;
    assert_eq!(
        (reply.status, &reply.json()["expires_in"]),
        (200, &json!("3600"))
    );
    let body = json!({"userName": magic("token-empty"), "password": PLAIN_USER.password});
    assert_eq!(login(&emulator, &body).await.json()["token"], "");

    let head = format!("Authorization: Bearer {}\r\n", magic("html-403"));
    let reply = wire::call(&emulator, Application::Tms, &head).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (403, Some("text/html; charset=utf-8"))
    );

    let body = format!(
        "grant_type=refresh_token&client_id=x&refresh_token={}",
        magic("429-seconds")
    );
    let reply = send(&emulator, "POST", "/web/oauth/token", FORM, &body).await;
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (429, Some("2"))
    );

    // A page that shows what was sent must not run it as a page of the emulator's.
    let reply = exchange(&emulator, &magic("error-echo-page")).await;
    assert_eq!(reply.header("content-security-policy"), Some("sandbox"));

    // An echo is of what was sent, name and all.
    let name = magic("error-echo-body");
    let reply = exchange(&emulator, &name).await;
    assert!(reply.body.contains(&name), "{}", reply.body);

    // A name that cannot be meant is told from a token that is refused.
    for name in ["no-such", "tls-expired"] {
        let reply = exchange(&emulator, &magic(name)).await;
        assert_eq!((reply.status, named(&reply)), (400, None));
        assert!(
            reply.explains().is_some_and(|why| why.contains("fault")),
            "{name}"
        );
    }
    let body = format!(
        "grant_type=refresh_token&client_id=x&refresh_token={}",
        magic("token-null")
    );
    let reply = send(&emulator, "POST", "/web/oauth/token", FORM, &body).await;
    let why = reply.explains().unwrap();
    assert!(why.contains("there is none here"), "{why}");
}
