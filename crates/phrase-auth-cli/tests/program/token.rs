use std::process::{Command, Stdio};
use std::time::Duration;

use phrase_auth_emulator::{Emulator, Endpoint, seed};

use crate::stage::{Ended, emulator, emulator_of, pointed, run};

fn is_jwt(text: &str) -> bool {
    text.split('.').count() == 3
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[test]
fn the_answer_is_the_token_and_one_newline_for_one_exchange() {
    let emulator = emulator();
    let ended = run(pointed(&["token"], &emulator));
    assert!(is_jwt(ended.answer()), "{ended:?}");
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 1);
}

#[test]
fn nothing_is_kept_between_calls() {
    let emulator = emulator();
    let calls: Vec<Ended> = [&["token"] as &[&str], &["token", "--force-refresh"]]
        .map(|args| run(pointed(args, &emulator)))
        .into();
    assert!(calls.iter().all(|call| is_jwt(call.answer())));
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 2);
}

#[test]
fn json_has_a_version_and_both_forms_of_the_end() {
    let emulator = emulator();
    let mut command = pointed(&["token", "-o", "json"], &emulator);
    command.env("PHRASE_REGION", "us");
    let json = run(command).json();
    assert_eq!(json["schema_version"], 1);
    assert!(is_jwt(json["token"].as_str().unwrap()), "{json}");
    assert_eq!(
        (&json["product"], &json["region"]),
        (&"tms".into(), &"us".into())
    );
    let end: jiff::Timestamp = json["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(
        json["expires_at"].as_str().unwrap().ends_with('Z'),
        "{json}"
    );
    assert_eq!(json["expires_at_unix"].as_i64(), Some(end.as_second()));
    let left = end.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((14_300..=14_399).contains(&left), "{left}");
}

#[test]
fn a_shell_reads_the_lines_for_it() {
    let emulator = emulator();
    for format in ["env", "dotenv"] {
        let ended = run(pointed(&["token", "-o", format], &emulator));
        let script = format!(
            "set -a\n{}\nset +a\nenv | grep '^PHRASE_AUTH_' | sort",
            ended.answer()
        );
        let shell = run_shell(&script);
        let lines: Vec<&str> = shell.lines().collect();
        let [end, header, token] = lines[..] else {
            panic!("{format}: {shell}");
        };
        assert!(
            end.starts_with("PHRASE_AUTH_EXPIRES_AT=2") && end.ends_with('Z'),
            "{end}"
        );
        let token = token.strip_prefix("PHRASE_AUTH_TOKEN=").unwrap();
        assert!(is_jwt(token), "{token}");
        assert_eq!(
            header,
            format!("PHRASE_AUTH_HEADER=Authorization: Bearer {token}")
        );
    }
}

fn run_shell(script: &str) -> String {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn fish_and_powershell_have_lines_of_their_own() {
    let emulator = emulator();
    for (format, start, end) in [
        ("fish", "set -gx PHRASE_AUTH_TOKEN '", "'"),
        ("powershell", "$env:PHRASE_AUTH_TOKEN = '", "'"),
    ] {
        let ended = run(pointed(&["token", "-o", format], &emulator));
        let line = ended.answer().lines().next().unwrap();
        let token = line
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end));
        assert!(token.is_some_and(is_jwt), "{line}");
        assert_eq!(ended.answer().lines().count(), 3, "{ended:?}");
    }
}

#[test]
fn the_emulator_is_announced_on_stderr() {
    let emulator = emulator();
    let ended = run(pointed(&["token"], &emulator));
    assert!(is_jwt(ended.answer()));
    assert!(ended.stderr.contains("PHRASE_AUTH_EMULATOR"), "{ended:?}");
    assert!(ended.stderr.contains(&emulator.url()), "{ended:?}");
}

#[test]
fn the_base_url_alone_leads_there_too_and_is_not_announced() {
    let emulator = emulator();
    let mut command = pointed(&["token"], &emulator);
    command
        .env_remove("PHRASE_AUTH_EMULATOR")
        .env("PHRASE_IDM_BASE_URL", emulator.idm_base_url())
        .env("PHRASE_TMS_BASE_URL", "https://tms.invalid/web");
    let ended = run(command);
    assert!(is_jwt(ended.answer()));
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_token_that_lives_shorter_than_asked_comes_with_a_note() {
    let short = emulator_of(Emulator::builder().token_lifetime(Duration::from_secs(30)));
    for (args, noted) in [
        (&["token"] as &[&str], true),
        (&["token", "--min-ttl", "10s"], false),
        (&["token", "--min-ttl", "1h"], true),
    ] {
        let ended = run(pointed(args, &short));
        assert!(is_jwt(ended.answer()));
        assert_eq!(
            ended.stderr.contains("--min-ttl"),
            noted,
            "{args:?}: {ended:?}"
        );
    }
}

#[test]
fn a_token_file_is_read_and_its_line_end_does_no_harm() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    for content in [
        seed::GOOD_TMS.to_owned(),
        format!("{}\n", seed::GOOD_TMS),
        format!("{}\r\n", seed::GOOD_TMS),
    ] {
        std::fs::write(&path, content).unwrap();
        assert!(is_jwt(run(from_file(&emulator, &path)).answer()));
    }
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_comes_with_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, seed::GOOD_TMS).unwrap();
    for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o644, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let ended = run(from_file(&emulator, &path));
        assert!(is_jwt(ended.answer()));
        assert_eq!(
            ended.stderr.contains("other users"),
            warned,
            "{mode:o}: {ended:?}"
        );
    }
}

fn from_file(emulator: &Emulator, path: &std::path::Path) -> Command {
    let mut command = pointed(&["token"], emulator);
    command
        .env_remove("PHRASE_API_TOKEN")
        .env("PHRASE_API_TOKEN_FILE", path);
    command
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let emulator = emulator();
    for args in [
        &["token"] as &[&str],
        &["header", "-o", "json"],
        &["demo"],
        &["--help"],
    ] {
        let mut child = pointed(args, &emulator)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
        assert!(
            !stderr.contains("error") && !stderr.contains("panicked"),
            "{args:?}: {stderr}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_stdout_is_a_failure() {
    let emulator = emulator();
    let mut command = pointed(&["token"], &emulator);
    command.stdout(std::fs::File::create("/dev/full").unwrap());
    run(command).failure(3);
}

#[test]
fn it_names_itself_to_the_server() {
    let (origin, told) = crate::stage::server(Some(crate::stage::answer(
        "400 Bad Request",
        "",
        r#"{"error":"invalid_grant"}"#,
    )));
    let ended = run(crate::stage::sent_to(&["token"], &origin));
    ended.failure(4);
    let request = told.recv().unwrap().to_lowercase();
    assert!(
        request.starts_with("post /idm/oauth/token http/1.1\r\n"),
        "{request}"
    );
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        request.contains(&format!("user-agent: phrase-auth-cli/{version}")),
        "{request}"
    );
}
