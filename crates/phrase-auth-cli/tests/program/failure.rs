use std::net::TcpListener;
use std::process::Command;

use phrase_auth_emulator::{Endpoint, seed};

use crate::stage::{CANARY, answer, emulator, pointed, run, sent_to, server, signal};

/// Every command and form that prints a credential.
const ROOMS: [&[&str]; 5] = [
    &["token"],
    &["token", "-o", "json"],
    &["header"],
    &["header", "-o", "json"],
    &["header", "-o", "curl"],
];

#[test]
fn a_wrong_environment_is_a_configuration_error_and_nothing_is_sent() {
    let emulator = emulator();
    for (name, value, told) in [
        ("PHRASE_REGION", "de", "one of eu, us"),
        ("PHRASE_REGION", "", "PHRASE_REGION"),
        ("PHRASE_PRODUCT", "memsource", "one of tms, strings"),
        ("PHRASE_PRODUCT", "scim", "scim"),
        ("PHRASE_API_TOKEN", "", "PHRASE_API_TOKEN"),
        ("PHRASE_API_TOKEN", "canary\ncanary", "PHRASE_API_TOKEN"),
        ("PHRASE_API_TOKEN", "canary\u{1b}[2J", "PHRASE_API_TOKEN"),
        (
            "PHRASE_API_TOKEN_FILE",
            "canary",
            "PHRASE_API_TOKEN and PHRASE_API_TOKEN_FILE",
        ),
        (
            "PHRASE_AUTH_EMULATOR",
            "http://localhost:1",
            "127.0.0.1:PORT",
        ),
        (
            "PHRASE_AUTH_EMULATOR",
            "http://emulator.invalid:1",
            "127.0.0.1:PORT",
        ),
        ("PHRASE_AUTH_EMULATOR", "", "PHRASE_AUTH_EMULATOR"),
    ] {
        for room in ROOMS {
            let mut command = pointed(room, &emulator);
            command.env(name, value);
            let ended = run(command);
            assert!(
                ended.failure(3).contains(told),
                "{name}={value:?}: {ended:?}"
            );
        }
    }
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 0);
}

#[test]
fn a_region_that_is_not_set_is_a_configuration_error() {
    let emulator = emulator();
    let mut command = pointed(&["token"], &emulator);
    command.env_remove("PHRASE_REGION");
    let ended = run(command);
    assert!(
        ended.failure(3).contains("PHRASE_REGION is not set"),
        "{ended:?}"
    );
}

#[test]
fn plain_http_beyond_loopback_is_refused_before_anything_is_sent() {
    for url in [
        "http://idm.invalid",
        "http://localhost:1",
        "ftp://127.0.0.1",
    ] {
        let ended = run(sent_to(&["token"], url));
        assert!(
            ended.failure(3).contains("PHRASE_IDM_BASE_URL"),
            "{url}: {ended:?}"
        );
    }
}

#[test]
fn a_token_file_that_is_no_use_is_a_configuration_error_that_names_it() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    for path in [
        folder.path().join("missing"),
        folder.path().to_owned(),
        file("empty", b""),
        file("newline", b"\n"),
        file("lines", b"canary\ncanary\n"),
        file("control", b"canary\x07"),
        file("binary", &[b'a', 0xFF, 0xFE]),
        file("long", &[b'a'; 70_000]),
    ] {
        let mut command = pointed(&["token"], &emulator);
        command
            .env_remove("PHRASE_API_TOKEN")
            .env("PHRASE_API_TOKEN_FILE", &path);
        let ended = run(command);
        let told = ended.failure(3);
        assert!(told.contains("PHRASE_API_TOKEN_FILE"), "{ended:?}");
        assert!(told.contains(path.to_str().unwrap()), "{ended:?}");
    }
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 0);
}

#[test]
fn a_ca_file_that_is_no_use_is_a_configuration_error() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("odd.pem");
    std::fs::write(&odd, "not a certificate").unwrap();
    for path in [folder.path().join("missing.pem"), odd] {
        let ended = run(pointed(
            &["token", "--ca-cert", path.to_str().unwrap()],
            &emulator,
        ));
        ended.failure(3);
    }
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 0);
}

#[test]
fn without_a_credential_authentication_is_required() {
    let emulator = emulator();
    for room in ROOMS {
        let mut command = pointed(room, &emulator);
        command.env_remove("PHRASE_API_TOKEN");
        let ended = run(command);
        assert!(
            ended.failure(4).contains("PHRASE_API_TOKEN_FILE"),
            "{ended:?}"
        );
    }
}

#[test]
fn a_refused_token_says_where_the_servers_code_and_what_to_do_after_one_request() {
    for dead in [seed::DELETED, seed::EXPIRED, CANARY] {
        for room in ROOMS {
            let emulator = emulator();
            let mut command = pointed(room, &emulator);
            command.env("PHRASE_API_TOKEN", dead);
            let ended = run(command);
            let told = ended.failure(4);
            let place = format!("where: POST {}/idm/oauth/token", emulator.url());
            assert!(
                told.contains(&place) && told.contains("code invalid_grant"),
                "{ended:?}"
            );
            assert!(!told.contains(dead), "{ended:?}");
            assert_eq!(emulator.log().count(Endpoint::TokenExchange), 1);
        }
    }
}

#[test]
fn every_answer_of_a_server_has_its_code() {
    let json = "Content-Type: application/json\r\n";
    let html = "Content-Type: text/html\r\n";
    for (status, headers, body, code) in [
        ("403 Forbidden", json, r#"{"error":"access_denied"}"#, 5),
        ("400 Bad Request", json, r#"{"error":"invalid_grant"}"#, 4),
        ("400 Bad Request", json, r#"{"error":"invalid_client"}"#, 3),
        ("404 Not Found", html, "<h1>canary</h1>", 3),
        ("302 Found", "Location: http://127.0.0.1:1/\r\n", "", 3),
        ("200 OK", html, "<html>canary</html>", 6),
        ("200 OK", json, "", 6),
        ("200 OK", json, r#"{"access_token":"can"#, 6),
        (
            "200 OK",
            json,
            "{\"access_token\":\"canary\\r\\nX: 1\",\"token_type\":\"Bearer\"}",
            6,
        ),
        ("503 Service Unavailable", html, "<h1>canary</h1>", 6),
        ("429 Too Many Requests", "Retry-After: 3600\r\n", "", 6),
    ] {
        let (origin, _told) = server(Some(answer(status, headers, body)));
        for room in [&["token"] as &[&str], &["header", "-o", "json"]] {
            let ended = run(sent_to(room, &origin));
            assert!(
                ended.failure(code).contains("/idm/oauth/token"),
                "{status}: {ended:?}"
            );
        }
    }
}

#[test]
fn the_request_id_is_told() {
    let refusal = answer(
        "400 Bad Request",
        "X-Request-Id: r-4711\r\n",
        r#"{"error":"invalid_grant"}"#,
    );
    let (origin, _told) = server(Some(refusal));
    let ended = run(sent_to(&["token"], &origin));
    assert!(
        ended.failure(4).contains("\n  request id: r-4711\n"),
        "{ended:?}"
    );
}

#[test]
fn half_an_answer_is_temporary() {
    let half =
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_token\":\"canary".to_owned();
    let (origin, _told) = server(Some(half));
    run(sent_to(&["token"], &origin)).failure(6);
}

#[test]
fn an_answer_without_an_end_is_temporary() {
    let endless = answer("200 OK", "", &" ".repeat(1_000_000));
    let (origin, _told) = server(Some(endless));
    run(sent_to(&["token"], &origin)).failure(6);
}

#[test]
fn nobody_there_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ended = run(sent_to(&["token"], &origin));
    assert!(ended.failure(6).contains(&origin), "{ended:?}");
}

#[test]
fn no_answer_in_the_time_that_was_given_is_temporary() {
    let (origin, told) = server(None);
    let ended = run(sent_to(&["token", "--timeout", "200ms"], &origin));
    ended.failure(6);
    assert!(told.recv().unwrap().contains(CANARY));
}

#[cfg(unix)]
#[test]
fn a_signal_while_it_waits_is_the_exit_code() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let (origin, told) = server(None);
        let child = sent_to(&["token"], &origin).spawn().unwrap();
        told.recv().unwrap();
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_proxy_of_the_environment_is_not_asked_for_loopback() {
    let emulator = emulator();
    let (proxy, asked) = server(Some(answer("502 Bad Gateway", "", "")));
    let mut command: Command = pointed(&["token"], &emulator);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy);
    }
    run(command).answer();
    assert!(asked.try_recv().is_err());
}

#[test]
fn the_proxy_of_the_environment_is_asked_for_what_is_elsewhere() {
    let (proxy, asked) = server(Some(answer("502 Bad Gateway", "", "")));
    let mut command = sent_to(&["token", "--timeout", "5s"], "https://idm.invalid");
    command.env("HTTPS_PROXY", &proxy);
    run(command).failure(6);
    let request = asked.recv().unwrap();
    assert!(request.starts_with("CONNECT idm.invalid:443 "), "{request}");
    assert!(!request.contains(CANARY), "{request}");
}
