use std::path::PathBuf;

use crate::stage::{program, run, start};

const OURSELVES: &str = env!("CARGO_BIN_EXE_phrase-auth");

/// A seed file, in a folder that is gone with the first.
fn seed(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

const JO: &str = r#"
[[users]]
user_name = "jo"
password = "password-of-jo"

[[api_tokens]]
value = "token-of-jo"
application = "strings"

[options]
region = "us"
token_lifetime_seconds = 60
"#;

#[test]
fn run_knows_what_the_seed_says() {
    let (_folder, path) = seed(JO);
    let running = start(program(&["emulator", "run", "--seed", &path]));
    let url = running.json()["url"].as_str().unwrap().to_owned();
    let pointed = |args: &[&str]| {
        let mut command = program(args);
        command
            .env("PHRASE_AUTH_EMULATOR", &url)
            .env("PHRASE_REGION", "us");
        command
    };
    let mut whoami = pointed(&["whoami"]);
    whoami
        .env("PHRASE_TMS_USERNAME", "jo")
        .env("PHRASE_TMS_PASSWORD", "password-of-jo");
    let ended = run(whoami);
    assert!(ended.answer().starts_with("jo "), "{ended:?}");

    let mut header = pointed(&["header", "--product", "strings", "-o", "json"]);
    header.env("PHRASE_API_TOKEN", "token-of-jo");
    let json = run(header).json();
    let end: jiff::Timestamp = json["expires_at"].as_str().unwrap().parse().unwrap();
    let left = end.duration_since(jiff::Timestamp::now()).as_secs();
    assert!(left <= 60, "{left}");

    let told = running.terminated();
    assert!(told.contains("PHRASE_REGION=us"), "{told}");
}

#[test]
fn the_region_of_the_seed_goes_before_that_of_the_environment_and_a_note_says_so() {
    let (_folder, path) = seed("[options]\nregion = \"us\"");
    let note = "the emulator plays us, as the seed says, whatever PHRASE_REGION is";
    for (region, noted) in [("eu", true), ("us", false)] {
        let mut command = program(&["emulator", "run", "--seed", &path]);
        command.env("PHRASE_REGION", region);
        let running = start(command);
        let told = running.terminated();
        assert!(told.contains("PHRASE_REGION=us"), "{told}");
        assert_eq!(told.contains(note), noted, "{told}");

        let script = "echo $PHRASE_REGION";
        let exec = [
            "emulator", "exec", "--seed", &path, "--", "sh", "-c", script,
        ];
        let mut command = program(&exec);
        command.env("PHRASE_REGION", region);
        let ended = run(command);
        assert_eq!(ended.answer(), "us");
        assert_eq!(ended.stderr.contains(note), noted, "{ended:?}");
    }
}

#[test]
fn a_seed_without_a_region_leaves_it_to_the_environment() {
    let (_folder, path) = seed("[options]\nlatency_ms = 0");
    let mut command = program(&["emulator", "run", "--seed", &path]);
    command.env("PHRASE_REGION", "us");
    let told = start(command).terminated();
    assert!(told.contains("PHRASE_REGION=us"), "{told}");
    assert!(!told.contains("plays"), "{told}");
}

#[test]
fn exec_knows_the_seed_and_gives_the_usual_credentials() {
    let (_folder, path) = seed(JO);
    let exec = |command: &[&str]| {
        let exec = ["emulator", "exec", "--seed", &path, "--"];
        program(&[&exec, command].concat())
    };
    let ended = run(exec(&[OURSELVES, "whoami"]));
    assert!(!ended.answer().starts_with("jo "), "{ended:?}");
    let script = "PHRASE_TMS_USERNAME=jo PHRASE_TMS_PASSWORD=password-of-jo \
                  exec env -u PHRASE_API_TOKEN \"$0\" whoami";
    let ended = run(exec(&["sh", "-c", script, OURSELVES]));
    assert!(ended.answer().starts_with("jo "), "{ended:?}");
    assert_eq!(run(exec(&["sh", "-c", "exit 9"])).code, Some(9));
}

#[test]
fn a_bad_seed_is_told_with_file_line_key_and_what_would_fit_and_nothing_starts() {
    for (text, told) in [
        (
            "[options]\nregoin = \"canary\"",
            &["line 2", "options.regoin", "those that fit are region"] as &[&str],
        ),
        (
            "\n[options]\nregion = \"canary\"",
            &["line 3", "options.region", "one of eu, us"],
        ),
        (
            "[[users]]\nuser_name = \"jo\"",
            &["line 1", "users[0]", "password"],
        ),
        (
            "[[users]]\nuser_name = \"jo\"\npassword = 4711",
            &["line 3", "users[0].password", "expected a string"],
        ),
        ("[options\n", &["line 1"]),
    ] {
        let (folder, path) = seed(text);
        let (port, ca, ran) = (
            folder.path().join("port"),
            folder.path().join("ca.pem"),
            folder.path().join("ran"),
        );
        let shown = |path: &PathBuf| path.to_str().unwrap().to_owned();
        let (port_file, ca_file, touched) = (shown(&port), shown(&ca), shown(&ran));
        let files = ["--port-file", &port_file, "--ca-file", &ca_file];
        for args in [
            [
                &["emulator", "run", "--seed", &path, "--tls"] as &[&str],
                &files,
            ]
            .concat(),
            ["emulator", "exec", "--seed", &path, "--", "touch", &touched].into(),
        ] {
            let ended = run(program(&args));
            let failure = ended.failure(3);
            for told in told.iter().chain([&path.as_str()]) {
                assert!(failure.contains(told), "{told}: {ended:?}");
            }
            assert!(!failure.contains("4711"), "{ended:?}");
        }
        assert!(![port, ca, ran].iter().any(|path| path.exists()), "{text}");
    }
}

#[test]
fn a_seed_that_cannot_be_read_is_named() {
    let (folder, _) = seed("");
    let missing = folder.path().join("missing.toml");
    for path in [missing.to_str().unwrap(), folder.path().to_str().unwrap()] {
        let ended = run(program(&["emulator", "run", "--seed", path]));
        assert!(ended.failure(3).contains(path), "{ended:?}");
    }
}
