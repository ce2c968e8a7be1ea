//! A refresh token from the environment: `token`, `header` and `whoami`.

use std::ffi::OsStr;
use std::process::Command;

use phrase_auth_emulator::{Application, Emulator, Endpoint, RefreshRotation, seed};

use crate::header::call;
use crate::person::{refresh_token, refresh_token_of};
use crate::stage::{answer, emulator, emulator_of, program, run, server, server_that};

/// The program with the session of a person, whose refresh token is in a variable.
fn person<S: AsRef<OsStr>>(args: &[S], emulator: &Emulator, refresh_token: &str) -> Command {
    let mut command = program(args);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_OAUTH_CLIENT_ID", seed::PUBLIC_CLIENT.client_id)
        .env("PHRASE_OAUTH_REFRESH_TOKEN", refresh_token);
    command
}

fn keeping() -> Emulator {
    emulator_of(Emulator::builder().refresh_rotation(RefreshRotation::Keep))
}

#[test]
fn a_client_id_and_a_refresh_token_give_a_header_a_token_and_an_answer_who_it_is() {
    let emulator = keeping();
    let refresh_token = refresh_token(&emulator);
    let header = run(person(&["header"], &emulator, &refresh_token));
    assert!(header.answer().starts_with("Authorization: Bearer "));
    assert_eq!(call(&emulator, Application::Tms, header.answer()), 200);
    let token = run(person(&["token"], &emulator, &refresh_token));
    assert_eq!(token.answer().len(), 64, "{token:?}");
    let json = run(person(&["token", "-o", "json"], &emulator, &refresh_token)).json();
    assert_eq!(
        (&json["product"], &json["region"]),
        (&"tms".into(), &"eu".into())
    );
    let who = run(person(&["whoami"], &emulator, &refresh_token));
    assert!(who.answer().contains(seed::PLAIN_USER.user_name), "{who:?}");
    // The login, and one refresh for each call; the refresh token has stayed what it was.
    assert_eq!(emulator.log().count(Endpoint::OAuthToken), 5);
    for ended in [header, token, who] {
        assert!(!ended.stderr.contains("dead"), "{ended:?}");
    }
}

#[test]
fn a_variable_whose_refresh_token_was_replaced_is_said_to_be_dead_and_then_is() {
    for args in [&["header"] as &[&str], &["token"], &["whoami"]] {
        let emulator = emulator();
        let refresh_token = refresh_token(&emulator);
        let ended = run(person(args, &emulator, &refresh_token));
        ended.answer();
        let warnings: Vec<&str> = ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning: PHRASE_OAUTH_REFRESH_TOKEN is dead"))
            .collect();
        assert_eq!(warnings.len(), 1, "{ended:?}");
        assert!(warnings[0].contains("PHRASE_OAUTH_REFRESH_TOKEN_FILE"));
        assert!(!ended.stderr.contains(&refresh_token), "{ended:?}");

        let ended = run(person(args, &emulator, &refresh_token));
        let told = ended.failure(4);
        assert!(
            told.contains("error: PHRASE_OAUTH_REFRESH_TOKEN: "),
            "{told}"
        );
        assert!(told.contains("code invalid_grant"), "{told}");
        assert!(!told.contains(&refresh_token), "{told}");
    }
}

#[test]
fn a_refresh_token_that_is_replaced_before_a_failure_is_said_to_be_dead_too() {
    let granted = r#"{"access_token":"a","refresh_token":"canary-2","expires_in":60}"#;
    let (origin, _told) = server_that(move |request| {
        Some(match request.starts_with("POST ") {
            true => answer("200 OK", "", granted),
            false => answer("503 Busy", "", ""),
        })
    });
    let mut command = program(&["whoami"]);
    command
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"))
        .env("PHRASE_OAUTH_CLIENT_ID", "c-1")
        .env("PHRASE_OAUTH_REFRESH_TOKEN", "canary-1");
    let ended = run(command);
    assert!(
        ended.failure(6).contains("is dead from now on"),
        "{ended:?}"
    );
}

#[test]
fn a_client_secret_is_sent_as_basic() {
    let emulator = keeping();
    let client = seed::CONFIDENTIAL_CLIENT;
    let refresh_token = refresh_token_of(&emulator, &client, "https://app.example/callback");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, client.client_secret.unwrap()).unwrap();
    let with = |name: &str, value: &OsStr| {
        let mut command = person(&["header"], &emulator, &refresh_token);
        command
            .env("PHRASE_OAUTH_CLIENT_ID", client.client_id)
            .env(name, value);
        run(command)
    };
    let secret = OsStr::new(client.client_secret.unwrap());
    with("PHRASE_OAUTH_CLIENT_SECRET", secret).answer();
    with("PHRASE_OAUTH_CLIENT_SECRET_FILE", file.as_os_str()).answer();
    let ended = with("PHRASE_OAUTH_CLIENT_SECRET", OsStr::new("canary"));
    let told = ended.failure(3);
    assert!(told.contains("code invalid_client"), "{told}");
    assert!(told.contains("PHRASE_OAUTH_CLIENT_SECRET"), "{told}");
}

#[test]
fn a_value_that_cannot_be_one_is_named_and_nothing_is_sent() {
    let (origin, told) = server(Some(answer("200 OK", "", "{}")));
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for (name, value) in [
        ("PHRASE_OAUTH_CLIENT_ID", OsStr::new("canary canary")),
        ("PHRASE_OAUTH_REFRESH_TOKEN", OsStr::new("canary canary")),
        ("PHRASE_OAUTH_REFRESH_TOKEN", OsStr::new("canary\u{e4}")),
        ("PHRASE_OAUTH_CLIENT_SECRET", OsStr::new("")),
        ("PHRASE_OAUTH_CLIENT_SECRET_FILE", missing.as_os_str()),
        ("PHRASE_PRODUCT", OsStr::new("strings")),
    ] {
        let mut command = program(&["header"]);
        command
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"))
            .env("PHRASE_OAUTH_CLIENT_ID", "c-1")
            .env("PHRASE_OAUTH_REFRESH_TOKEN", "r-1")
            .env(name, value);
        let ended = run(command);
        let start = format!("error: {name}");
        assert!(ended.failure(3).starts_with(&start), "{ended:?}");
    }
    assert_eq!(told.try_iter().count(), 0);
}

#[test]
fn half_of_it_says_what_is_missing() {
    for (there, missing) in [
        ("PHRASE_OAUTH_CLIENT_ID", "PHRASE_OAUTH_REFRESH_TOKEN_FILE"),
        ("PHRASE_OAUTH_REFRESH_TOKEN", "PHRASE_OAUTH_CLIENT_ID"),
        ("PHRASE_OAUTH_CLIENT_SECRET", "PHRASE_OAUTH_CLIENT_ID"),
    ] {
        let mut command = program(&["header"]);
        command.env("PHRASE_REGION", "eu").env(there, "canary");
        let ended = run(command);
        assert!(ended.failure(3).contains(missing), "{ended:?}");
    }
}

#[test]
fn it_goes_before_a_user_of_tms_and_behind_a_platform_token_and_a_line_says_so() {
    let emulator = keeping();
    let refresh_token = refresh_token(&emulator);
    let with_a_user = || {
        let mut command = person(&["header"], &emulator, &refresh_token);
        command
            .env("PHRASE_TMS_USERNAME", seed::ADMIN_USER.user_name)
            .env("PHRASE_TMS_PASSWORD", seed::ADMIN_USER.password);
        command
    };
    let ended = run(with_a_user());
    assert!(ended.answer().contains("Bearer "), "{ended:?}");
    let note = "note: PHRASE_OAUTH_REFRESH_TOKEN is used, and PHRASE_TMS_USERNAME is not\n";
    assert!(ended.stderr.contains(note), "{ended:?}");
    let mut command = with_a_user();
    command.env("PHRASE_API_TOKEN", seed::GOOD_TMS);
    let ended = run(command);
    assert!(ended.answer().contains("Bearer eyJ"), "{ended:?}");
    let note = "note: PHRASE_API_TOKEN is used, and PHRASE_OAUTH_REFRESH_TOKEN and PHRASE_TMS_USERNAME are not\n";
    assert!(ended.stderr.contains(note), "{ended:?}");
}

#[test]
fn what_passes_by_itself_is_temporary_and_spends_nothing() {
    for (status, code) in [("503 Busy", 6), ("429 Slow", 6)] {
        let (origin, told) = server(Some(answer(status, "", "")));
        let mut command = program(&["token"]);
        command
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"))
            .env("PHRASE_OAUTH_CLIENT_ID", "c-1")
            .env("PHRASE_OAUTH_REFRESH_TOKEN", "canary-1");
        let ended = run(command);
        assert!(!ended.failure(code).contains("dead"), "{ended:?}");
        let requests: Vec<String> = told.try_iter().collect();
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert!(requests[0].starts_with("POST /web/oauth/token "));
        assert!(requests[0].contains("grant_type=refresh_token"));
    }
}
