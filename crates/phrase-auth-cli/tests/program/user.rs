//! A TMS user: `token`, `header` and `whoami`.

use std::ffi::OsStr;
use std::process::Command;

use phrase_auth_emulator::seed::{self, SeededUser};
use phrase_auth_emulator::{Emulator, Endpoint};

use crate::stage::{answer, emulator, pointed, program, run, server};

fn user<S: AsRef<OsStr>>(args: &[S], emulator: &Emulator, user: &SeededUser) -> Command {
    let mut command = program(args);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_USERNAME", user.user_name)
        .env("PHRASE_TMS_PASSWORD", user.password);
    command
}

#[test]
fn a_user_name_and_a_password_give_a_token_and_a_header() {
    let emulator = emulator();
    let token = run(user(&["token"], &emulator, &seed::PLAIN_USER));
    assert_eq!(token.answer().len(), 64, "{token:?}");
    let header = run(user(&["header"], &emulator, &seed::PLAIN_USER));
    let value = header.answer().strip_prefix("Authorization: ApiToken ");
    assert_eq!(value.unwrap().len(), 64, "{header:?}");
    let json = run(user(&["token", "-o", "json"], &emulator, &seed::PLAIN_USER)).json();
    assert_eq!(
        (&json["product"], &json["region"]),
        (&"tms".into(), &"eu".into())
    );
    assert_eq!(emulator.log().count(Endpoint::Login), 3);
    let log = emulator.log().requests();
    assert!(
        log.iter()
            .all(|it| it.used_token(seed::PLAIN_USER.password))
    );
}

#[test]
fn each_part_may_be_in_a_file() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{text}\n")).unwrap();
        path
    };
    let many = seed::MANY_ORGANIZATIONS_USER;
    let mut command = program(&["whoami", "-o", "json"]);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_USERNAME_FILE", file("name", many.user_name))
        .env("PHRASE_TMS_PASSWORD_FILE", file("password", many.password))
        .env(
            "PHRASE_TMS_USER_UID_FILE",
            file("uid", many.accounts[1].uid),
        );
    let json = run(command).json();
    assert_eq!(json["user"]["uid"], many.accounts[1].uid);
    assert_eq!(
        json["organization"]["uid"],
        many.accounts[1].organization_uid
    );
}

#[test]
fn a_user_uid_chooses_the_account_and_without_one_the_default_answers() {
    let emulator = emulator();
    let many = seed::MANY_ORGANIZATIONS_USER;
    for (chosen, account) in [
        (None, &many.accounts[0]),
        (Some(many.accounts[1].uid), &many.accounts[1]),
    ] {
        let mut command = user(&["whoami", "-o", "json"], &emulator, &many);
        if let Some(uid) = chosen {
            command.env("PHRASE_TMS_USER_UID", uid);
        }
        assert_eq!(run(command).json()["user"]["uid"], account.uid);
    }
}

#[test]
fn whoami_names_user_and_organization_in_a_line_or_as_json() {
    let emulator = emulator();
    let ended = run(user(&["whoami"], &emulator, &seed::PLAIN_USER));
    let line = ended.answer();
    assert_eq!(line.lines().count(), 1);
    for word in [
        seed::PLAIN_USER.user_name,
        "PROJECT_MANAGER",
        seed::PLAIN_USER.accounts[0].uid,
        "Emulated",
    ] {
        assert!(line.contains(word), "{line}");
    }
    let ended = run(user(
        &["whoami", "-o", "json"],
        &emulator,
        &seed::PLAIN_USER,
    ));
    let json = ended.json();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["user"]["user_name"], seed::PLAIN_USER.user_name);
    assert_eq!(json["edition"], "ENTERPRISE");
    assert!(json["features"].is_object());
    assert!(!ended.stdout.contains("csrf"), "{ended:?}");
}

#[test]
fn whoami_asks_with_a_platform_token_too_and_always_the_server() {
    let emulator = emulator();
    for _ in 0..2 {
        let ended = run(pointed(&["whoami"], &emulator));
        assert!(ended.answer().contains("emma.emulator"), "{ended:?}");
    }
    assert_eq!(emulator.log().count(Endpoint::Tms), 2);
    let mut strings = pointed(&["whoami"], &emulator);
    strings.env("PHRASE_PRODUCT", "strings");
    assert!(run(strings).failure(3).contains("PHRASE_PRODUCT"));
}

#[test]
fn whoami_obeys_no_control_character_of_a_server() {
    let body = r#"{"token":"t","user":{"userName":"\u001b[2Jevil\u202e"}}"#;
    let (origin, told) = server(Some(answer("200 OK", "", body)));
    let mut command = program(&["whoami"]);
    command
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_USERNAME", "jane")
        .env("PHRASE_TMS_PASSWORD", "pw")
        .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"));
    assert_eq!(run(command).answer(), "\\u{1b}[2Jevil\\u{202e}");
    assert_eq!(told.try_iter().count(), 2);
    let mut command = program(&["whoami", "-o", "json"]);
    command
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_USERNAME", "jane")
        .env("PHRASE_TMS_PASSWORD", "pw")
        .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"));
    let ended = run(command);
    assert!(ended.stdout.is_ascii(), "{ended:?}");
    assert_eq!(ended.json()["user"]["user_name"], "\u{1b}[2Jevil\u{202e}");
}

#[test]
fn a_login_without_a_reason_is_not_worth_a_retry() {
    for (status, code) in [("403 No", 4), ("400 No", 4), ("503 Busy", 6)] {
        let (origin, told) = server(Some(answer(status, "", "")));
        let mut command = program(&["token"]);
        command
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_TMS_USERNAME", "jane")
            .env("PHRASE_TMS_PASSWORD", "canary")
            .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"));
        run(command).failure(code);
        assert_eq!(told.try_iter().count(), 1, "{status}");
    }
}

#[test]
fn whoami_gives_up_a_server_that_does_not_answer() {
    let (origin, _told) = server(None);
    let mut command = program(&["whoami", "--timeout", "1s"]);
    command
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_TMS_USERNAME", "jane")
        .env("PHRASE_TMS_PASSWORD", "canary")
        .env("PHRASE_TMS_BASE_URL", format!("{origin}/web"));
    let ended = run(command);
    assert!(ended.failure(6).contains("where: POST "), "{ended:?}");
}

#[test]
fn each_way_to_be_refused_has_its_code_and_says_what_to_do() {
    let emulator = emulator();
    for (who, password, code, word) in [
        (seed::PLAIN_USER, "canary", 4, "password"),
        (
            seed::TWO_FACTOR_USER,
            seed::TWO_FACTOR_USER.password,
            7,
            "Platform API token",
        ),
        (seed::SSO_USER, seed::SSO_USER.password, 5, "single sign-on"),
        (seed::NO_API_USER, seed::NO_API_USER.password, 5, "edition"),
    ] {
        let mut command = user(&["token"], &emulator, &who);
        command.env("PHRASE_TMS_PASSWORD", password);
        let ended = run(command);
        assert!(ended.failure(code).contains(word), "{ended:?}");
    }
    assert_eq!(emulator.log().count(Endpoint::Login), 4);
}

#[test]
fn each_call_is_one_login_also_with_a_wrong_password() {
    let emulator = emulator();
    for _ in 0..2 {
        let mut command = user(&["token"], &emulator, &seed::LOCKING_USER);
        command.env("PHRASE_TMS_PASSWORD", "canary");
        run(command).failure(4);
    }
    // Two wrong ones do not lock: nothing has been sent twice.
    run(user(&["token"], &emulator, &seed::LOCKING_USER)).answer();
    assert_eq!(emulator.log().count(Endpoint::Login), 3);
}

#[test]
fn where_two_credentials_are_there_a_line_names_the_one_that_is_used() {
    let emulator = emulator();
    let mut command = pointed(&["header"], &emulator);
    command
        .env("PHRASE_TMS_USERNAME", seed::ADMIN_USER.user_name)
        .env("PHRASE_TMS_PASSWORD", seed::ADMIN_USER.password);
    let ended = run(command);
    assert!(ended.answer().contains("Bearer "), "{ended:?}");
    let note = "note: PHRASE_API_TOKEN is used, and PHRASE_TMS_USERNAME is not\n";
    assert!(ended.stderr.contains(note), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn a_password_file_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, seed::PLAIN_USER.password).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut command = user(&["token"], &emulator, &seed::PLAIN_USER);
    command
        .env_remove("PHRASE_TMS_PASSWORD")
        .env("PHRASE_TMS_PASSWORD_FILE", &path);
    let ended = run(command);
    ended.answer();
    assert!(
        ended.stderr.contains("warning: PHRASE_TMS_PASSWORD_FILE"),
        "{ended:?}"
    );
}
