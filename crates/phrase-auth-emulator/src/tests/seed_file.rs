//! What a seed file brings, and how it is refused.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use phrase_auth_core::DataCenter;
use serde_json::json;

use super::wire::{exchange, login, post};
use crate::seed::shape::{ApiTokenShape, ClientShape, UserShape};
use crate::seed::{self, PLAIN_USER, PUBLIC_CLIENT, SECOND_FACTOR_CODE};
use crate::{
    ApiToken, Application, Emulator, EmulatorError, Endpoint, OAuthClient, Seed, SeedError, TmsUser,
};

const WHOLE: &str = r#"
[[users]]
user_name = "jo"
password = "canary-password-jo"

[[users]]
user_name = "kim"
password = "canary-password-kim"
accounts = [
    { uid = "uid-of-kim", organization_uid = "an-organization", role = "ADMIN" },
    { uid = "other-uid-of-kim", organization_uid = "another", role = "GUEST" },
]
needs_second_factor = true
enforces_sso = false
has_no_api = false
locks = true

[[api_tokens]]
value = "canary-token-good"
application = "strings"

[[api_tokens]]
value = "canary-token-old"
application = "tms"
fate = "expired"

[[clients]]
client_id = "my-desktop"
redirect_uris = ["http://127.0.0.1/back", "http://[::1]/back"]
any_loopback_port = true
requires_pkce = true
refresh_tokens = false
terse = true

[[clients]]
client_id = "my-server"
client_secret = "canary-secret"
name = "My server"
redirect_uris = ["https://my.example/back"]
raw_basic = true

[options]
region = "us"
token_lifetime_seconds = 60
session_lifetime_seconds = 120
oauth_token_lifetime_seconds = 30
oauth_issuer = true
expires_form = "offset"
latency_ms = 1
refresh_rotation = "rotate"
grace_seconds = 10
leniencies = ["accept-any-case", "accept-unknown-fields"]
starts_at = 2030-01-31T12:00:00Z
"#;

async fn started(text: &str) -> Emulator {
    let seed = Seed::from_toml(text).unwrap();
    Emulator::builder().seed(seed).start().await.unwrap()
}

/// What is wrong with a text: the line, and what is said about it.
fn flaw(text: &str) -> (usize, String) {
    match Seed::from_toml(text) {
        Err(SeedError::Flawed { line, flaw, .. }) => (line, flaw),
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test]
async fn everything_that_a_file_says_is_there() {
    let emulator = started(WHOLE).await;
    assert_eq!(emulator.data_center(), DataCenter::Us);
    let noon = UNIX_EPOCH + Duration::from_secs(1_896_091_200);
    assert_eq!(emulator.clock().now(), noon);

    let jo = json!({"userName": "jo", "password": "canary-password-jo", "rememberMe": true});
    let reply = login(&emulator, &jo).await;
    assert_eq!(reply.json()["expires"], "2030-01-31T12:02:00+0000");
    let kim = json!({"userName": "kim", "password": "canary-password-kim"});
    let reply = login(&emulator, &kim).await;
    assert_eq!(reply.fault().1, "AuthAccountTwoFactorProtected");
    let mut kim = kim;
    kim["code"] = SECOND_FACTOR_CODE.into();
    kim["userUid"] = "other-uid-of-kim".into();
    let reply = login(&emulator, &kim).await;
    assert_eq!(reply.json()["user"]["role"], "GUEST");
    let users = emulator.users();
    let kim = users.iter().find(|it| it.user_name == "kim").unwrap();
    assert!(kim.locks && kim.needs_second_factor && !kim.enforces_sso && !kim.has_no_api);

    let reply = exchange(&emulator, "canary-token-good").await;
    assert_eq!(reply.json()["expires_in"], 60);
    assert_eq!(exchange(&emulator, "canary-token-old").await.status, 400);

    let clients = emulator.clients();
    let of = |id: &str| clients.iter().find(|it| it.client_id == id).unwrap();
    let desktop = of("my-desktop");
    assert!(desktop.any_loopback_port && desktop.requires_pkce && desktop.terse);
    assert!(!desktop.is_confidential && !desktop.refresh_tokens && !desktop.raw_basic);
    assert_eq!(desktop.redirect_uris.len(), 2);
    let server = of("my-server");
    assert!(server.is_confidential && server.raw_basic && server.refresh_tokens);
    assert_eq!(server.name, "My server");

    emulator.clock().advance(Duration::from_secs(5));
    emulator.reset();
    assert_eq!(emulator.clock().now(), noon);
    assert_eq!(login(&emulator, &jo).await.status, 200, "kept across reset");
}

#[tokio::test]
async fn what_a_file_does_not_say_stays_as_it_is() {
    let seed = Seed::from_toml("").unwrap();
    let builder = Emulator::builder().data_center(DataCenter::Us);
    let emulator = builder.seed(seed).start().await.unwrap();
    assert_eq!(emulator.data_center(), DataCenter::Us);
    let plain = Emulator::start().await.unwrap();
    assert_eq!(emulator.users(), plain.users());
    assert_eq!(emulator.clients(), plain.clients());
    assert_eq!(emulator.api_tokens().len(), plain.api_tokens().len());
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.json()["expires_in"], 14_399);
}

#[tokio::test]
async fn two_seeds_and_the_builder_add_up() {
    let user = |name| format!("[[users]]\nuser_name = \"{name}\"\npassword = \"x\"\n");
    let [one, two] = ["one", "two"].map(|name| Seed::from_toml(&user(name)).unwrap());
    let builder = Emulator::builder().seed(one.clone()).seed(two);
    let builder = builder.tms_user(TmsUser::new("three", "x"));
    let emulator = builder.start().await.unwrap();
    for name in ["one", "two", "three"] {
        let body = json!({"userName": name, "password": "x"});
        let reply = post(&emulator, Endpoint::Login, "", &body).await;
        assert_eq!(reply.status, 200, "{name}");
    }
    let twice = Emulator::builder().seed(one.clone()).seed(one);
    let error = twice.start().await.unwrap_err();
    assert!(matches!(error, EmulatorError::TmsUser { .. }), "{error}");
}

#[test]
fn a_time_is_written_as_a_string_or_as_toml_does() {
    for time in [
        "\"2030-01-31T12:00:00Z\"",
        "2030-01-31T13:00:00+01:00",
        "1970-01-01T00:00:00Z",
    ] {
        let text = format!("[options]\nstarts_at = {time}\n");
        assert!(Seed::from_toml(&text).is_ok(), "{time}");
    }
    for time in [
        "\"canary\"",
        "1969-12-31T23:59:59Z",
        "2030-01-31",
        "2030-01-31T12:00:00",
        "1896091200",
        "{}",
        "{ x = \"canary\" }",
        "{ x = \"2030-01-31T12:00:00Z\" }",
    ] {
        let (line, flaw) = flaw(&format!("[options]\nstarts_at = {time}\n"));
        assert_eq!(line, 2, "{flaw}");
        assert!(
            flaw.starts_with("options.starts_at: expected a time"),
            "{flaw}"
        );
        assert!(!flaw.contains("canary"), "{flaw}");
    }
}

#[test]
fn the_ways_of_rotation_are_words_and_grace_goes_with_one_of_them() {
    for (options, expected) in [
        ("refresh_rotation = \"rotate\"", "Rotate"),
        ("refresh_rotation = \"rotate-quietly\"", "RotateQuietly"),
        ("refresh_rotation = \"keep\"", "Keep"),
        ("grace_seconds = 7", "Grace(7s)"),
        (
            "refresh_rotation = \"rotate\"\ngrace_seconds = 7",
            "Grace(7s)",
        ),
    ] {
        let seed = Seed::from_toml(&format!("[options]\n{options}\n")).unwrap();
        let builder = Emulator::builder().seed(seed);
        let shown = format!("{builder:?}");
        assert!(shown.contains(&format!("rotation: {expected}")), "{shown}");
    }
    for word in ["keep", "rotate-quietly"] {
        let text = format!("[options]\ngrace_seconds = 7\nrefresh_rotation = \"{word}\"\n");
        let (line, flaw) = flaw(&text);
        assert_eq!(line, 2, "{flaw}");
        assert!(flaw.starts_with("options.grace_seconds: "), "{flaw}");
    }
}

#[test]
fn a_flaw_names_its_line_its_key_and_what_would_fit_and_no_value() {
    let user = "[[users]]\nuser_name = \"canary-jo\"\npassword = \"canary-password\"\n";
    let token = "[[api_tokens]]\nvalue = \"canary-value\"\napplication = \"tms\"\n";
    let client = "[[clients]]\nclient_id = \"canary-id\"\nclient_secret = \"canary-secret\"\n";
    let plain = PLAIN_USER.user_name;
    let public = PUBLIC_CLIENT.client_id;
    let good = seed::GOOD_TMS;
    let uid = PLAIN_USER.accounts[0].uid;
    for (text, line, expected) in [
        (
            "userz = 1".to_owned(),
            1,
            "userz: an unknown key; those that fit are users, api_tokens, clients, options",
        ),
        (
            format!("{user}\n[[users]]\nuser_name = \"x\"\npasword = \"canary\"\n"),
            7,
            "users[1].pasword: an unknown key; those that fit are user_name, password, accounts, needs_second_factor, \
             enforces_sso, has_no_api, locks",
        ),
        (
            format!(
                "{user}accounts = [{{ uid = \"x\", organisation_uid = \"canary\", role = \"y\" }}]"
            ),
            4,
            "users[0].accounts[0].organisation_uid: an unknown key; those that fit are uid, organization_uid, role",
        ),
        (
            format!("{token}name = \"canary\"\n"),
            4,
            "api_tokens[0].name: an unknown key; those that fit are value, application, fate",
        ),
        (
            format!("{client}redirect_uri = \"canary\"\n"),
            4,
            "clients[0].redirect_uri: an unknown key; those that fit are client_id, client_secret, name, redirect_uris, \
             any_loopback_port, requires_pkce, refresh_tokens, terse, raw_basic",
        ),
        (
            "[options]\nport = 1\n".to_owned(),
            2,
            "options.port: an unknown key; those that fit are region, token_lifetime_seconds, session_lifetime_seconds, \
             oauth_token_lifetime_seconds, oauth_issuer, expires_form, latency_ms, refresh_rotation, grace_seconds, \
             leniencies, starts_at",
        ),
        (
            format!("{user}\n[[users]]\nuser_name = \"canary\"\n"),
            5,
            "users[1]: the key password is missing",
        ),
        (
            format!("{token}\n[[api_tokens]]\nvalue = \"canary\"\n"),
            5,
            "api_tokens[1]: the key application is missing",
        ),
        (
            client.to_owned(),
            1,
            "clients[0]: the key redirect_uris is missing",
        ),
        (
            format!("{user}locks = \"canary\"\n"),
            4,
            "users[0].locks: expected true or false",
        ),
        (
            "[[users]]\nuser_name = 5\n".to_owned(),
            2,
            "users[0].user_name: expected a string",
        ),
        (
            "[users]\nuser_name = \"canary\"\n".to_owned(),
            1,
            "users: expected an array",
        ),
        (
            "users = [[\"canary\", \"canary\"]]".to_owned(),
            1,
            "users[0]: expected an object",
        ),
        (
            "options = [\"us\", 60]".to_owned(),
            1,
            "options: expected an object",
        ),
        (
            "users = [\"canary\"]".to_owned(),
            1,
            "users[0]: expected an object",
        ),
        (
            "[[api_tokens]]\nvalue = \"canary\"\napplication = \"canary\"\n".to_owned(),
            3,
            "api_tokens[0].application: expected one of tms, strings, orchestrator, connectors, studio",
        ),
        (
            format!("{token}fate = \"canary\"\n"),
            4,
            "api_tokens[0].fate: expected one of good, expired, deleted",
        ),
        (
            "[options]\nregion = \"canary\"\n".to_owned(),
            2,
            "options.region: expected one of eu, us",
        ),
        (
            "[options]\nlatency_ms = -1\n".to_owned(),
            2,
            "options.latency_ms: expected a whole number that is not negative",
        ),
        (
            "[options]\ntoken_lifetime_seconds = 1.5\n".to_owned(),
            2,
            "options.token_lifetime_seconds: expected a whole number that is not negative",
        ),
        (
            "[options]\nleniencies = [\n  \"accept-any-case\",\n  \"accept-canary\",\n]\n"
                .to_owned(),
            4,
            "options.leniencies[1]: expected one of accept-missing-verifier, accept-plain-challenge, ",
        ),
        (
            format!("{user}\n{user}"),
            5,
            "users[1]: the TMS user is known already",
        ),
        (
            format!("[[users]]\nuser_name = \"{plain}\"\npassword = \"canary\"\n"),
            1,
            "users[0]: the TMS user is known already",
        ),
        (
            "[[users]]\nuser_name = \"\"\npassword = \"canary\"\n".to_owned(),
            1,
            "users[0]: the TMS user has an empty name",
        ),
        (
            format!(
                "{user}accounts = [{{ uid = \"{uid}\", organization_uid = \"x\", role = \"y\" }}]"
            ),
            1,
            "users[0]: the TMS user has an account whose uid is taken",
        ),
        (
            format!("{token}\n{token}"),
            5,
            "api_tokens[1]: the API token is known already",
        ),
        (
            format!("[[api_tokens]]\nvalue = \"{good}\"\napplication = \"tms\"\n"),
            1,
            "api_tokens[0]: the API token is known already",
        ),
        (
            "[[api_tokens]]\nvalue = \"ca nary\"\napplication = \"tms\"\n".to_owned(),
            1,
            "api_tokens[0]: the API token holds more than visible ASCII",
        ),
        (
            format!(
                "[[clients]]\nclient_id = \"{public}\"\nredirect_uris = [\"https://a.example\"]\n"
            ),
            1,
            "clients[0]: the OAuth client is known already",
        ),
        (
            format!(
                "{client}redirect_uris = [\n\"https://a.example\",\n\"http://canary.example\"]\n"
            ),
            6,
            "clients[0].redirect_uris[1]: the OAuth client has a redirect URI that is neither https nor http to loopback",
        ),
        (
            format!("{client}redirect_uris = []\n"),
            1,
            "clients[0]: the OAuth client has no redirect URI",
        ),
        (format!("{user}password = \"canary\"\n"), 4, "duplicate key"),
        (format!("{user}locks = canary\n"), 4, ""),
        (format!("{user}locks = \"canary\n"), 4, ""),
    ] {
        let (told, flaw) = flaw(&text);
        assert!(flaw.starts_with(expected), "{flaw}\n{text}");
        assert_eq!(told, line, "{flaw}\n{text}");
        assert!(!flaw.contains("canary") && !flaw.contains('\n'), "{flaw}");
        assert!(!flaw.contains(plain) && !flaw.contains(uid), "{flaw}");
    }
}

#[test]
fn a_file_is_read_whole_and_named_when_it_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my-seed.toml");
    let error = Seed::from_file(&file).unwrap_err();
    assert!(matches!(error, SeedError::Unreadable { .. }));
    assert!(error.to_string().contains("my-seed.toml"), "{error}");
    fs::write(&file, [0xff, 0xfe]).unwrap();
    let error = Seed::from_file(&file).unwrap_err();
    assert!(matches!(error, SeedError::Unreadable { .. }));
    fs::write(&file, "#".repeat(1024 * 1024 + 1)).unwrap();
    let error = Seed::from_file(&file).unwrap_err();
    assert!(matches!(error, SeedError::Unreadable { .. }));
    fs::write(&file, "#".repeat(1024 * 1024)).unwrap();
    assert!(Seed::from_file(&file).is_ok());
    fs::write(&file, "[options]\nregoin = \"canary\"\n").unwrap();
    let error = Seed::from_file(&file).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("line 2 of the seed file "), "{text}");
    assert!(text.contains("my-seed.toml: options.regoin: "), "{text}");
    assert!(!format!("{text}{error:?}").contains("canary"), "{error:?}");
    fs::write(&file, WHOLE).unwrap();
    assert!(Seed::from_file(&file).is_ok());
}

#[test]
fn a_seed_shows_no_secret() {
    let seed = Seed::from_toml(WHOLE).unwrap();
    let builder = Emulator::builder().seed(seed.clone());
    let text = format!("{seed:?} {builder:?}");
    assert!(!text.contains("canary") && !text.contains("kim"), "{text}");
}

#[test]
fn the_same_objects_are_read_from_json() {
    let user = json!({"user_name": "jo", "password": "x", "locks": true});
    let user: UserShape = serde_json::from_value(user).unwrap();
    let token = json!({"value": "x", "application": "tms", "fate": "deleted"});
    let token: ApiTokenShape = serde_json::from_value(token).unwrap();
    let client = json!({"client_id": "x", "redirect_uris": ["https://a.example"], "terse": true});
    let client: ClientShape = serde_json::from_value(client).unwrap();
    let shown = format!(
        "{:?} {:?} {:?}",
        TmsUser::from(user),
        ApiToken::from(token),
        OAuthClient::from(client)
    );
    assert!(shown.contains("locks: true"), "{shown}");
    assert!(
        shown.contains("Deleted") && shown.contains("terse: true"),
        "{shown}"
    );
    let wrong = json!({"value": "x", "application": Application::Tms.name(), "fate": 5});
    assert!(serde_json::from_value::<ApiTokenShape>(wrong).is_err());
}
