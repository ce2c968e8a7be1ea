//! What the tests of OAuth send, and how they read it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;

use crate::seed::{PUBLIC_CLIENT, SeededClient, SeededUser};
use crate::tests::wire::{FORM, Reply, call, send};
use crate::{Application, Emulator, Endpoint, Person};

/// A redirect URI of every seeded client with a secret, and of none other.
pub(super) const ON_A_SERVER: &str = "https://app.example/callback";
/// A redirect URI of every seeded client without a secret, and of none other.
pub(super) const ON_LOOPBACK: &str = "http://127.0.0.1:50000/callback";

pub(super) fn redirect_uri(client: &SeededClient) -> &'static str {
    match client.client_secret {
        Some(_) => ON_A_SERVER,
        None => ON_LOOPBACK,
    }
}

pub(super) fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The query of an authorization request without a fault, and what comes besides.
pub(super) fn query(client: &SeededClient, more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", client.client_id),
        ("redirect_uri", redirect_uri(client)),
    ];
    fields.extend(more);
    form(&fields)
}

pub(super) fn url(emulator: &Emulator, query: &str) -> String {
    let path = Endpoint::Authorize.path().unwrap();
    format!("{}{path}?{query}", emulator.url())
}

/// Opens an authorize URL.
pub(super) async fn open(emulator: &Emulator, query: &str) -> Reply {
    let target = format!("{}?{query}", Endpoint::Authorize.path().unwrap());
    send(emulator, "GET", &target, "", "").await
}

/// Posts a form.
pub(super) async fn submit(
    emulator: &Emulator,
    endpoint: Endpoint,
    fields: &[(&str, &str)],
) -> Reply {
    let path = endpoint.path().unwrap();
    send(emulator, "POST", path, FORM, &form(fields)).await
}

/// The hidden field of a page.
pub(super) fn ticket(page: &Reply) -> String {
    let (_, rest) = page
        .body
        .split_once("name=\"ticket\" value=\"")
        .expect("a page with a ticket");
    rest.split('"').next().unwrap().to_owned()
}

/// Fills in the login page.
pub(super) async fn log_in(emulator: &Emulator, page: &Reply, user: &SeededUser) -> Reply {
    let ticket = ticket(page);
    let fields = [
        ("ticket", ticket.as_str()),
        ("userName", user.user_name),
        ("password", user.password),
        ("code", ""),
    ];
    submit(emulator, Endpoint::AuthorizeLogin, &fields).await
}

/// Presses a button of the consent page.
pub(super) async fn decide(emulator: &Emulator, page: &Reply, decision: &str) -> Reply {
    let ticket = ticket(page);
    let fields = [("ticket", ticket.as_str()), ("decision", decision)];
    submit(emulator, Endpoint::AuthorizeConsent, &fields).await
}

/// Where a browser is sent.
pub(super) fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status, 302, "{reply:?}");
    reply.header("location").expect("a location")
}

/// A parameter of the query of a URL, decoded.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?').expect("a query");
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let value = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "{name} comes twice");
    value
}

/// A code of a person who allows, without pages.
pub(super) fn code_as(
    emulator: &Emulator,
    client: &SeededClient,
    person: &Person,
    more: &[(&str, &str)],
) -> String {
    let url = url(emulator, &query(client, more));
    let to = emulator.authorize_as(&url, person).expect("a redirect");
    parameter(&to, "code").expect("a code")
}

/// A code of [`PUBLIC_CLIENT`] and the plain user.
pub(super) fn code(emulator: &Emulator) -> String {
    let person = Person::of(&crate::seed::PLAIN_USER);
    code_as(emulator, &PUBLIC_CLIENT, &person, &[])
}

/// A request to the token endpoint, with further header lines.
pub(super) async fn ask(emulator: &Emulator, head: &str, fields: &[(&str, &str)]) -> Reply {
    let path = Endpoint::OAuthToken.path().unwrap();
    let head = format!("{FORM}{head}");
    send(emulator, "POST", path, &head, &form(fields)).await
}

/// The fields of a client that asks for tokens, with its secret in the body.
pub(super) fn identity(client: &SeededClient) -> Vec<(&'static str, &'static str)> {
    let secret = client.client_secret.map(|secret| ("client_secret", secret));
    [("client_id", client.client_id)]
        .into_iter()
        .chain(secret)
        .collect()
}

/// Brings a code.
pub(super) async fn redeem(
    emulator: &Emulator,
    client: &SeededClient,
    code: &str,
    more: &[(&str, &str)],
) -> Reply {
    let mut fields = identity(client);
    fields.extend([("grant_type", "authorization_code")]);
    let mut fields: Vec<(&str, &str)> = fields;
    fields.extend([("code", code), ("redirect_uri", redirect_uri(client))]);
    fields.extend(more);
    ask(emulator, "", &fields).await
}

/// Brings a refresh token.
pub(super) async fn refresh(
    emulator: &Emulator,
    client: &SeededClient,
    token: &str,
    more: &[(&str, &str)],
) -> Reply {
    let mut fields: Vec<(&str, &str)> = identity(client);
    fields.extend([("grant_type", "refresh_token"), ("refresh_token", token)]);
    fields.extend(more);
    ask(emulator, "", &fields).await
}

/// Tokens of a fresh consent.
pub(super) async fn tokens(emulator: &Emulator) -> Pair {
    let code = code(emulator);
    Pair::of(&redeem(emulator, &PUBLIC_CLIENT, &code, &[]).await)
}

/// An access token and a refresh token.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Pair {
    pub(super) fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{reply:?}");
        let member = |name: &str| reply.json()[name].as_str().expect(name).to_owned();
        Self {
            access: member("access_token"),
            refresh: member("refresh_token"),
        }
    }
}

/// The header line of an access token.
pub(super) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// The header line of Basic, of a pair as it is.
pub(super) fn basic(id: &str, secret: &str) -> String {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    format!("Authorization: Basic {pair}\r\n")
}

pub(super) async fn who_am_i(emulator: &Emulator, access_token: &str) -> Reply {
    call(emulator, Application::Tms, &bearer(access_token)).await
}

/// Refused by the token endpoint with this error, and with a reason or without.
pub(super) fn assert_refused(reply: &Reply, error: &str, word: Option<&str>, what: &str) {
    assert_eq!(reply.json()["error"], error, "{what}: {reply:?}");
    assert_eq!(reply.json().as_object().unwrap().len(), 2, "{what}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
    match (reply.explains(), word) {
        (Some(why), Some(word)) => assert!(why.contains(word), "{what}: {why}"),
        (why, word) => assert_eq!(why, word, "{what}"),
    }
}

/// Refused with a page, which has no way on.
pub(super) fn assert_error_page(reply: &Reply, status: u16, word: Option<&str>, what: &str) {
    assert_eq!(reply.status, status, "{what}: {reply:?}");
    assert!(reply.body.contains("This does not work"), "{what}");
    assert!(!reply.body.contains("<form"), "{what}");
    assert_eq!(reply.header("location"), None, "{what}");
    match (reply.explains(), word) {
        (Some(why), Some(word)) => assert!(why.contains(word), "{what}: {why}"),
        (why, word) => assert_eq!(why, word, "{what}"),
    }
}
