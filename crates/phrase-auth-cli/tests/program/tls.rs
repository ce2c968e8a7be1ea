use std::path::PathBuf;
use std::process::Command;

use phrase_auth_emulator::{Application, seed};
use serde_json::Value;

use crate::stage::{Running, program, run, start};

/// `emulator run --tls`, and the file that programs can believe it by.
struct Stage {
    running: Running,
    json: Value,
    ca: PathBuf,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let file = ca.to_str().unwrap();
        let running = start(program(&["emulator", "run", "--tls", "--ca-file", file]));
        Self {
            json: running.json(),
            running,
            ca,
            folder,
        }
    }

    fn pointed(&self, args: &[&str]) -> Command {
        let mut command = program(args);
        command
            .env("PHRASE_AUTH_EMULATOR", self.json["url"].as_str().unwrap())
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_API_TOKEN", seed::GOOD_TMS);
        command
    }

    fn ca(&self) -> &str {
        self.ca.to_str().unwrap()
    }
}

#[test]
fn the_first_line_and_a_file_have_the_authority() {
    let stage = Stage::new();
    let url = stage.json["url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(stage.json["admin"], format!("{url}/_emulator/v1"));
    for name in Application::ALL.iter().map(|it| it.name()).chain(["idm"]) {
        let base = stage.json["endpoints"][name].as_str().unwrap();
        assert!(base.starts_with(url), "{base}");
    }
    let pem = stage.json["ca_pem"].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    let written = std::fs::read_to_string(&stage.ca).unwrap();
    assert_eq!(written.trim_end(), pem.trim_end());

    let told = stage.running.terminated();
    for name in ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"] {
        let line = format!("export {name}='{}'", stage.ca.display());
        assert!(told.contains(&line), "{told}");
    }
    assert!(
        told.contains("--ca-cert") && told.contains("--cacert"),
        "{told}"
    );
}

#[test]
fn without_a_file_people_are_told_how_to_get_at_the_authority() {
    let running = start(program(&["emulator", "run", "--tls"]));
    assert!(running.json()["ca_pem"].is_string());
    let told = running.terminated();
    assert!(
        told.contains("--ca-file FILE") && told.contains("ca_pem"),
        "{told}"
    );
}

#[test]
fn whoever_gives_the_authority_gets_an_answer() {
    let stage = Stage::new();
    for args in [
        &["token"] as &[&str],
        &["token", "-o", "json"],
        &["header", "-o", "curl"],
        &["whoami"],
    ] {
        let given = [args, &["--ca-cert", stage.ca()]].concat();
        run(stage.pointed(&given)).answer();
    }
    let mut user = stage.pointed(&["whoami", "--ca-cert", stage.ca()]);
    user.env_remove("PHRASE_API_TOKEN")
        .env("PHRASE_TMS_USERNAME", seed::PLAIN_USER.user_name)
        .env("PHRASE_TMS_PASSWORD", seed::PLAIN_USER.password);
    let ended = run(user);
    assert!(
        ended.answer().contains(seed::PLAIN_USER.user_name),
        "{ended:?}"
    );
}

// Elsewhere the system's own store is asked, which no variable changes.
#[cfg(target_os = "linux")]
#[test]
fn the_variable_of_the_system_does_too() {
    let stage = Stage::new();
    for args in [&["token"], &["header"], &["whoami"]] {
        let mut command = stage.pointed(args);
        command.env("SSL_CERT_FILE", &stage.ca);
        run(command).answer();
    }
}

#[test]
fn nobody_else_believes_it_and_is_told_what_to_do() {
    let stage = Stage::new();
    let other = Stage::new();
    for args in [
        &["token"] as &[&str],
        &["header"],
        &["whoami"],
        &["token", "--ca-cert", other.ca()],
    ] {
        let ended = run(stage.pointed(args));
        let told = ended.failure(6);
        assert!(
            told.contains("certificate")
                && told.contains("--ca-cert FILE")
                && told.contains("SSL_CERT_FILE"),
            "{ended:?}"
        );
    }
}

#[test]
fn whoever_speaks_plainly_to_it_is_told_so() {
    let stage = Stage::new();
    let mut command = stage.pointed(&["token"]);
    let url = stage.json["url"].as_str().unwrap();
    command.env("PHRASE_AUTH_EMULATOR", url.replace("https:", "http:"));
    let ended = run(command);
    assert!(
        ended.failure(6).contains("https if it has --tls"),
        "{ended:?}"
    );
}

#[test]
fn an_authority_replaces_that_of_the_run_before() {
    let first = Stage::new();
    let before = std::fs::read_to_string(&first.ca).unwrap();
    first.running.terminated();
    let file = first.folder.path().join("ca.pem");
    let file = file.to_str().unwrap();
    let second = start(program(&["emulator", "run", "--tls", "--ca-file", file]));
    let after = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        second.json()["ca_pem"].as_str().unwrap().trim_end(),
        after.trim_end()
    );
    assert_ne!(before, after);
    second.terminated();
}
