//! Who calls the token endpoint, and how it is proven.

use std::collections::BTreeSet;

use super::wire::{ask, assert_refused, basic, code_as, form, redirect_uri};
use crate::seed::{
    CONFIDENTIAL_CLIENT, NO_REFRESH_CLIENT, PKCE_CLIENT, PLAIN_USER, PUBLIC_CLIENT,
    RAW_BASIC_CLIENT, SeededClient, TERSE_CLIENT,
};
use crate::tests::wire::Reply;
use crate::{Emulator, OAuthClient, Person};

/// Brings a fresh code, with these header lines and fields besides.
async fn try_with(
    emulator: &Emulator,
    client: &SeededClient,
    head: &str,
    more: &[(&str, &str)],
) -> Reply {
    let code = code_as(emulator, client, &Person::of(&PLAIN_USER), &[]);
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect_uri(client)),
    ];
    fields.extend(more);
    ask(emulator, head, &fields).await
}

/// One value, form-encoded.
fn encoded(value: &str) -> String {
    form(&[("", value)]).split_off(1)
}

#[test]
fn seeded_clients_are_artificial_and_distinct_and_their_secrets_tell_encodings_apart() {
    let clients = [
        PUBLIC_CLIENT,
        PKCE_CLIENT,
        CONFIDENTIAL_CLIENT,
        RAW_BASIC_CLIENT,
        NO_REFRESH_CLIENT,
        TERSE_CLIENT,
    ];
    let ids: BTreeSet<_> = clients.iter().map(|client| client.client_id).collect();
    assert_eq!(ids.len(), clients.len());
    for client in clients {
        assert!(client.client_id.starts_with("phrase-emulator-"));
        assert_eq!(encoded(client.client_id), client.client_id);
        if let Some(secret) = client.client_secret {
            assert!(secret.starts_with("phrase-emulator-") && secret.is_ascii());
            assert_ne!(encoded(secret), secret);
        }
    }
}

#[tokio::test]
async fn a_public_client_says_who_it_is_and_proves_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let id = ("client_id", PUBLIC_CLIENT.client_id);
    let reply = try_with(&emulator, &PUBLIC_CLIENT, "", &[id]).await;
    assert_eq!(reply.status, 200);
    let reply = try_with(&emulator, &PUBLIC_CLIENT, "", &[id, ("client_secret", "")]).await;
    assert_eq!(reply.status, 200, "an empty field is none");
    let reply = try_with(&emulator, &PUBLIC_CLIENT, "", &[id, ("client_secret", "x")]).await;
    assert_eq!(reply.status, 400);
    assert_refused(&reply, "invalid_client", Some("no secret"), "a secret");
    for secret in ["", "x"] {
        let head = basic(PUBLIC_CLIENT.client_id, secret);
        let reply = try_with(&emulator, &PUBLIC_CLIENT, &head, &[id]).await;
        assert_eq!(reply.status, 401);
        assert_refused(&reply, "invalid_client", Some("no Basic"), "Basic");
    }
}

#[tokio::test]
async fn a_confidential_client_proves_itself_in_the_body_or_with_basic() {
    let emulator = Emulator::start().await.unwrap();
    for client in [CONFIDENTIAL_CLIENT, RAW_BASIC_CLIENT] {
        let secret = client.client_secret.unwrap();
        let id = ("client_id", client.client_id);
        let reply = try_with(&emulator, &client, "", &[id, ("client_secret", secret)]).await;
        assert_eq!(reply.status, 200, "{}", client.client_id);
        let raw = basic(client.client_id, secret);
        let form_encoded = basic(client.client_id, &encoded(secret));
        let [good, bad] = if client == RAW_BASIC_CLIENT {
            [raw, form_encoded]
        } else {
            [form_encoded, raw]
        };
        for more in [&[][..], &[id]] {
            let reply = try_with(&emulator, &client, &good, more).await;
            assert_eq!(reply.status, 200, "{}", client.client_id);
        }
        let reply = try_with(&emulator, &client, &bad, &[]).await;
        assert_eq!(reply.status, 401, "{}", client.client_id);
        assert_refused(
            &reply,
            "invalid_client",
            Some("form-encoded"),
            "the other way",
        );
    }
}

#[tokio::test]
async fn basic_is_form_decoded_as_the_rule_says_also_with_a_colon_in_the_id() {
    let (id, secret) = ("my:id +%41", "a:b c+d%2B&=");
    let client = OAuthClient::confidential(id, secret).redirect_uri("https://own.example/");
    let emulator = Emulator::builder()
        .oauth_client(client)
        .start()
        .await
        .unwrap();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for (head, error) in [
        (basic(&encoded(id), &encoded(secret)), "invalid_grant"),
        (basic(&encoded(id), secret), "invalid_client"),
        (basic(id, secret), "invalid_client"),
        (basic(&encoded(id), ""), "invalid_client"),
    ] {
        let reply = ask(&emulator, &head, &refresh).await;
        assert_eq!(reply.json()["error"], error, "{head}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_on_purpose_and_a_missing_one_explained() {
    let emulator = Emulator::start().await.unwrap();
    for client in [CONFIDENTIAL_CLIENT, RAW_BASIC_CLIENT] {
        let id = ("client_id", client.client_id);
        let reply = try_with(&emulator, &client, "", &[id, ("client_secret", "wrong")]).await;
        assert_eq!(
            (reply.status, reply.header("www-authenticate")),
            (400, None)
        );
        assert_refused(&reply, "invalid_client", None, "wrong in the body");
        let head = basic(client.client_id, "wrong");
        let reply = try_with(&emulator, &client, &head, &[]).await;
        assert_eq!(reply.status, 401);
        let realm = Some("Basic realm=\"phrase-emulator\"");
        assert_eq!(reply.header("www-authenticate"), realm);
        assert_refused(&reply, "invalid_client", None, "wrong as Basic");
        let reply = try_with(&emulator, &client, "", &[id]).await;
        assert_eq!(reply.status, 400);
        assert_refused(&reply, "invalid_client", Some("sends its secret"), "none");
    }
}

#[tokio::test]
async fn two_proofs_at_once_are_one_too_many() {
    let emulator = Emulator::start().await.unwrap();
    let client = CONFIDENTIAL_CLIENT;
    let secret = client.client_secret.unwrap();
    let head = basic(client.client_id, &encoded(secret));
    for (head, more, word) in [
        (head.clone(), ("client_secret", secret), "not both"),
        (head.repeat(2), ("x", "y"), "more than once"),
        (
            head,
            ("client_id", PUBLIC_CLIENT.client_id),
            "not the one of Basic",
        ),
    ] {
        let reply = try_with(&emulator, &client, &head, &[more]).await;
        assert_eq!(reply.status, 400, "{word}");
        assert_refused(&reply, "invalid_request", Some(word), word);
    }
}

#[tokio::test]
async fn a_client_that_nobody_knows_and_a_header_that_is_no_basic_are_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    let none: &[(&str, &str)] = &[];
    for (head, more, status, word) in [
        (String::new(), none, 400, "client_id is missing"),
        (String::new(), &[("client_id", "nobody")], 400, "no client"),
        (basic("nobody", "x"), none, 401, "no client"),
        (basic("100%", "x"), none, 401, "no client"),
        (
            "Authorization: Bearer x\r\n".to_owned(),
            none,
            401,
            "is Basic",
        ),
        (
            "Authorization: basic eDp5\r\n".to_owned(),
            none,
            401,
            "is Basic",
        ),
        (
            "Authorization: Basic ?\r\n".to_owned(),
            none,
            401,
            "is Basic",
        ),
        (
            "Authorization: Basic /w==\r\n".to_owned(),
            none,
            401,
            "is Basic",
        ),
        (
            "Authorization: Basic eA==\r\n".to_owned(),
            none,
            401,
            "colon",
        ),
    ] {
        let reply = try_with(&emulator, &PUBLIC_CLIENT, &head, more).await;
        assert_eq!(reply.status, status, "{head}");
        let asks = reply.header("www-authenticate").is_some();
        assert_eq!(asks, status == 401, "{head}");
        assert_refused(&reply, "invalid_client", Some(word), &head);
    }
}
