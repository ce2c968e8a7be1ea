//! A person with a browser, and what comes of a login elsewhere.

use std::io::{Read, Write};
use std::net::TcpStream;

use phrase_auth_emulator::seed::SeededClient;
use phrase_auth_emulator::{Emulator, seed};
use serde_json::Value;

/// The refresh token of a login with the public client.
pub(crate) fn refresh_token(emulator: &Emulator) -> String {
    refresh_token_of(emulator, &seed::PUBLIC_CLIENT, "http://127.0.0.1/callback")
}

/// The refresh token of a login with this client, which must be a public one or take its secret in the body.
pub(crate) fn refresh_token_of(
    emulator: &Emulator,
    client: &SeededClient,
    redirect_uri: &str,
) -> String {
    let id = client.client_id;
    let url = format!(
        "{}/web/oauth/authorize?response_type=code&client_id={id}&redirect_uri={redirect_uri}",
        emulator.url()
    );
    let arrived = emulator.authorize(&url).unwrap();
    let (_, code) = arrived.split_once("code=").unwrap();
    let code = code.split('&').next().unwrap();
    let secret = client.client_secret.map(|secret| {
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("&client_secret={encoded}")
    });
    let body = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&client_id={id}{}",
        secret.unwrap_or_default()
    );
    let head = format!(
        "POST /web/oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        body.len()
    );
    let authority = format!("127.0.0.1:{}", emulator.port());
    let (status, answer) = exchange(&authority, &head, &body);
    assert_eq!(status, 200, "{answer}");
    let json: Value = serde_json::from_str(answer.trim()).unwrap();
    json["refresh_token"].as_str().unwrap().to_owned()
}

/// Opens an address on loopback: the status and the page.
pub(crate) fn get(url: &str) -> (u16, String) {
    let (authority, path) = parts(url);
    exchange(authority, &format!("GET {path} HTTP/1.1\r\n"), "")
}

/// Authority and the rest of an address on loopback.
pub(crate) fn parts(url: &str) -> (&str, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    (authority, format!("/{path}"))
}

fn exchange(authority: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(authority).unwrap();
    let request = format!("{head}Host: {authority}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}
