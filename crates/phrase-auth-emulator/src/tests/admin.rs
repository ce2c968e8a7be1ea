use serde_json::{Value, json};

use super::wire::{JSON, exchange, send};
use crate::{Emulator, FaultKind, fault, seed};

async fn admin(emulator: &Emulator, method: &str, path: &str, body: &str) -> (u16, Value) {
    let target = format!("/_emulator/v1{path}");
    let reply = send(emulator, method, &target, JSON, body).await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn a_wrong_body_is_told_by_its_member_and_nothing_is_done() {
    let emulator = Emulator::start().await.unwrap();
    for (path, body, told) in [
        (
            "/faults",
            json!({"fault": "no-such"}),
            "fault: no fault has this name",
        ),
        (
            "/faults",
            json!({"fault": "html-200", "endpoint": "canary"}),
            "endpoint: expected one of token-exchange",
        ),
        (
            "/faults",
            json!({"fault": "html-200", "tims": 2}),
            "tims: an unknown key; those that fit are fault",
        ),
        (
            "/faults",
            json!({"fault": "html-200", "times": "canary"}),
            "times: expected a whole number",
        ),
        (
            "/faults",
            json!({"fault": "html-200", "times": -1}),
            "times: expected a whole number",
        ),
        (
            "/faults",
            json!({"fault": "html-200", "status": 200}),
            "either `fault`",
        ),
        (
            "/faults",
            json!({"status": 99}),
            "`status` is not from 200 to 999",
        ),
        (
            "/faults",
            json!({"status": 200, "headers": {"content-length": "canary"}}),
            "headers: ",
        ),
        ("/faults", json!({}), "either `fault`"),
        (
            "/users",
            json!({"user_name": "canary"}),
            "the key password is missing",
        ),
        (
            "/users",
            json!({"user_name": "u", "password": "canary", "acounts": []}),
            "acounts: an unknown key",
        ),
        (
            "/users",
            json!({"user_name": "u", "password": "canary", "accounts": [{"uid": 5}]}),
            "accounts[0].uid: expected",
        ),
        (
            "/users",
            json!({"user_name": seed::PLAIN_USER.user_name, "password": "canary"}),
            "known already",
        ),
        (
            "/api-tokens",
            json!({"value": "canary", "application": "canary"}),
            "application: expected one of tms",
        ),
        (
            "/clients",
            json!({"client_id": "c", "redirect_uris": ["canary"]}),
            "redirect URI",
        ),
        ("/tokens/issue", json!({}), "say `application` for a JWT"),
        (
            "/clock/advance",
            json!({"seconds": "canary"}),
            "seconds: expected a number",
        ),
        ("/clock/set", json!({"to": "canary"}), "to: expected a time"),
        (
            "/clock/advance",
            json!({"seconds": -1}),
            "`seconds` is negative",
        ),
        (
            "/expectations",
            json!({"endpoint": "tms"}),
            "one of `times`",
        ),
        (
            "/authorize",
            json!({"url": "https://canary.example/"}),
            "`url`: ",
        ),
        (
            "/snapshots/restore",
            json!({"snapshot": "canary"}),
            "snapshot: expected",
        ),
    ] {
        let before = admin(&emulator, "GET", "/state", "").await;
        let (status, problem) = admin(&emulator, "POST", path, &body.to_string()).await;
        assert_eq!(status, 400, "{path} {body}: {problem}");
        assert_eq!(problem["error"], "bad_request", "{path} {body}");
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(told), "{path} {body}: {message}");
        assert!(!message.contains("canary"), "{path} {body}: {message}");
        assert_eq!(
            admin(&emulator, "GET", "/state", "").await,
            before,
            "{path} {body}"
        );
    }
    for (body, told) in [
        ("", "takes a JSON object"),
        ("{", "not one JSON object"),
        ("[]", "expected an object"),
        ("{\"fault\":\"html-200\"} canary", "not one JSON object"),
    ] {
        let (status, problem) = admin(&emulator, "POST", "/faults", body).await;
        let message = problem["message"].as_str().unwrap();
        assert_eq!(status, 400);
        assert!(
            message.contains(told) && !message.contains("canary"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_list_of_values_is_no_body() {
    let emulator = Emulator::start().await.unwrap();
    for (path, body) in [
        ("/clock/advance", json!([60])),
        ("/users", json!(["canary", "canary"])),
        ("/tokens/expire", json!(["canary"])),
        (
            "/users",
            json!({"user_name": "u", "password": "p", "accounts": [["a", "b", "c"]]}),
        ),
    ] {
        let (status, problem) = admin(&emulator, "POST", path, &body.to_string()).await;
        let message = problem["message"].as_str().unwrap();
        assert_eq!(status, 400, "{path} {body}");
        assert!(message.contains("expected an object"), "{message}");
    }
    let body = json!({"to": {"x": "2030-01-31T12:00:00Z"}});
    let (status, _) = admin(&emulator, "POST", "/clock/set", &body.to_string()).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn other_paths_methods_queries_and_labels_are_refused_and_say_what_there_is() {
    let emulator = Emulator::start().await.unwrap();
    let (status, problem) = admin(&emulator, "GET", "/canary", "").await;
    let message = problem["message"].as_str().unwrap().to_owned();
    assert_eq!(status, 404);
    assert!(message.contains("/_emulator/v1/openapi.json") && !message.contains("canary"));
    for path in [
        "/_emulator",
        "/_emulator/",
        "/_emulator/v2/health",
        "/_emulator/v1/",
        "/_emulator/v1/users/",
    ] {
        assert_eq!(
            send(&emulator, "GET", path, "", "").await.status,
            404,
            "{path}"
        );
    }
    let reply = send(&emulator, "PUT", "/_emulator/v1/faults", "", "").await;
    assert_eq!(
        (reply.status, reply.header("allow")),
        (405, Some("GET, POST, DELETE"))
    );
    let (status, problem) = admin(&emulator, "GET", "/requests?endpont=tms", "").await;
    assert_eq!(status, 400);
    assert!(
        problem["message"]
            .as_str()
            .unwrap()
            .contains("endpoint, status")
    );
    for query in [
        "endpoint=canary",
        "status=canary",
        "status=1000000",
        "after=-1",
        "limit=x",
        "fault=canary",
    ] {
        let (status, problem) = admin(&emulator, "GET", &format!("/requests?{query}"), "").await;
        let name = query.split('=').next().unwrap();
        let message = problem["message"].as_str().unwrap();
        assert_eq!(status, 400, "{query}");
        assert!(
            message.contains(name) && !message.contains("canary"),
            "{message}"
        );
    }
    let (status, problem) = admin(&emulator, "GET", "/requests/next?timeout_seconds=601", "").await;
    assert_eq!(status, 400);
    assert!(
        problem["message"].as_str().unwrap().contains("600"),
        "{problem}"
    );
    let reply = send(&emulator, "POST", "/_emulator/v1/faults", "", "{}").await;
    assert_eq!(reply.status, 415);
    for (body, status) in [("", 200), ("{}", 200), (" { } ", 400), ("{\"x\":1}", 400)] {
        let told = admin(&emulator, "POST", "/reset", body).await;
        assert_eq!(told.0, status, "{body}: {}", told.1);
    }
    for (method, path) in [
        ("DELETE", "/users/nobody"),
        ("DELETE", "/faults/99"),
        ("DELETE", "/clients/nobody"),
    ] {
        assert_eq!(admin(&emulator, method, path, "").await.0, 404, "{path}");
    }
    assert_eq!(
        admin(&emulator, "DELETE", "/faults/canary", "").await.0,
        400
    );
}

#[tokio::test]
async fn no_web_page_of_another_origin_and_no_other_host_steers_the_emulator() {
    let emulator = Emulator::start().await.unwrap();
    let path = "/_emulator/v1/tokens/revoke-jwts";
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null"] {
        let head = format!("origin: {origin}\r\n");
        let reply = send(&emulator, "POST", "/_emulator/v1/reset", &head, "").await;
        assert_eq!(reply.status, 403, "{origin}");
        assert_eq!(send(&emulator, "GET", path, &head, "").await.status, 403);
    }
    let own = format!("origin: {}\r\n", emulator.url());
    assert_eq!(
        send(&emulator, "POST", "/_emulator/v1/reset", &own, "")
            .await
            .status,
        200
    );
    let request =
        "GET /_emulator/v1/health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    let reply = super::wire::raw(&emulator, request).await;
    assert!(reply.starts_with("HTTP/1.1 421 "), "{reply}");
}

#[tokio::test]
async fn the_door_is_in_no_log_and_no_fault_befalls_it() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(fault(FaultKind::status(503)))
        .unwrap();
    for _ in 0..3 {
        assert_eq!(admin(&emulator, "GET", "/health", "").await.0, 200);
    }
    assert!(emulator.log().requests().is_empty());
    assert_eq!(emulator.log().max_concurrency(), 0);
    assert_eq!(emulator.faults().list()[0].happened, 0);
}

#[tokio::test]
async fn a_name_in_a_path_is_decoded_once() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({"user_name": "jane+doe@x.example/a%20b", "password": "p"});
    assert_eq!(
        admin(&emulator, "POST", "/users", &body.to_string())
            .await
            .0,
        200
    );
    let path = "/users/jane+doe@x.example%2Fa%2520b";
    assert_eq!(admin(&emulator, "DELETE", path, "").await.0, 200);
    assert_eq!(admin(&emulator, "DELETE", "/users/a%zz", "").await.0, 404);
}

#[tokio::test]
async fn the_description_lists_every_member_that_a_body_takes() {
    let emulator = Emulator::start().await.unwrap();
    let (_, openapi) = admin(&emulator, "GET", "/openapi.json", "").await;
    let mut bodies = 0;
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(properties) = schema["properties"].as_object() else {
                continue;
            };
            bodies += 1;
            let path = path.strip_prefix("/_emulator/v1").unwrap();
            let body = r#"{"phrase-emulator-unknown":1}"#;
            let method = method.to_ascii_uppercase();
            let (status, problem) = admin(&emulator, &method, path, body).await;
            let message = problem["message"].as_str().unwrap();
            assert_eq!(status, 400, "{path}");
            let (_, taken) = message.split_once("those that fit are ").expect(message);
            let taken: Vec<&str> = taken.split(", ").collect();
            let mut described: Vec<&str> = properties.keys().map(String::as_str).collect();
            described.sort_unstable();
            let mut sorted = taken.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, described, "{path}");
        }
    }
    assert!(bodies >= 14, "{bodies}");
}

#[tokio::test]
async fn the_next_request_is_waited_for_and_none_is_null() {
    let emulator = Emulator::start().await.unwrap();
    let (status, none) = admin(&emulator, "GET", "/requests/next?timeout_seconds=0", "").await;
    assert_eq!((status, &none["request"]), (200, &Value::Null));
    let waiting = admin(
        &emulator,
        "GET",
        "/requests/next?endpoint=token-exchange&status=200",
        "",
    );
    let coming = async {
        // Whichever of the two is first: one that has come already does not count, so keep coming.
        loop {
            exchange(&emulator, seed::GOOD_TMS).await;
        }
    };
    let (status, next) = tokio::select! { next = waiting => next, () = coming => unreachable!() };
    assert_eq!((status, &next["request"]["status"]), (200, &json!(200)));
    assert!(!next.to_string().contains(seed::GOOD_TMS));
}
