use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use phrase_auth_emulator::{Application, seed};

use crate::stage::{ask, emulator, program, run, start};

const OURSELVES: &str = env!("CARGO_BIN_EXE_phrase-auth");

fn exec(command: &[&str]) -> Command {
    program(&[&["emulator", "exec", "--"], command].concat())
}

fn shell(script: &str) -> Command {
    exec(&["sh", "-c", script])
}

#[test]
fn run_says_where_it_is_and_ends_with_the_signal() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let running = start(program(&["emulator", "run"]));
        let json = running.json();
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["pid"], running.child.id());
        assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
        let url = json["url"].as_str().unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "{json}");
        assert_eq!(json["admin"], format!("{url}/_emulator/v1"));
        assert!(json.get("ca_pem").is_none(), "{json}");
        assert_eq!(json["endpoints"]["idm"], format!("{url}/idm"));
        for product in Application::ALL {
            let base = json["endpoints"][product.name()].as_str().unwrap();
            assert!(base.starts_with(url), "{json}");
        }

        let mut token = program(&["token"]);
        token
            .env("PHRASE_AUTH_EMULATOR", url)
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_API_TOKEN", seed::GOOD_TMS);
        run(token).answer();

        running.signal(name);
        assert_eq!(running.end(), (Some(code), String::new()));
    }
}

#[test]
fn run_writes_its_port_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("port");
    let running = start(program(&[
        "emulator",
        "run",
        "--port-file",
        path.to_str().unwrap(),
    ]));
    let json = running.json();
    let port = std::fs::read_to_string(&path).unwrap();
    assert_eq!(json["url"], format!("http://127.0.0.1:{}", port.trim_end()));
    running.signal("TERM");
    assert_eq!(running.end().0, Some(143));
}

#[test]
fn run_tells_people_how_to_point_a_program_at_it_and_how_to_steer_it() {
    let running = start(program(&["emulator", "run"]));
    let json = running.json();
    let told = running.terminated();
    for told_of in [
        format!("PHRASE_AUTH_EMULATOR={}", json["url"].as_str().unwrap()),
        "PHRASE_REGION=eu".to_owned(),
        seed::GOOD_TMS.to_owned(),
        seed::PLAIN_USER.password.to_owned(),
        json["admin"].as_str().unwrap().to_owned(),
    ] {
        assert!(told.contains(&told_of), "{told_of}: {told}");
    }
    assert!(!told.contains("SSL_CERT_FILE"), "{told}");
}

#[test]
fn the_port_is_free_after_the_end() {
    let is_free_again = |_| {
        let running = start(program(&["emulator", "run"]));
        let url = running.json()["url"].as_str().unwrap().to_owned();
        running.terminated();
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        TcpListener::bind(("127.0.0.1", port)).is_ok()
    };
    // Once is enough: whoever else asks for any free port may get this one.
    assert!((0..5).any(is_free_again));
}

#[test]
fn a_port_that_is_taken_is_a_configuration_error_and_no_file_is_there_not_even_an_old_one() {
    let holder = emulator();
    let port = holder.port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for file in ["--port-file", "--ca-file"] {
        std::fs::write(&path, "of an emulator that is gone").unwrap();
        let ended = run(program(&[
            "emulator",
            "run",
            "--tls",
            "--port",
            &port,
            file,
            path.to_str().unwrap(),
        ]));
        assert!(ended.failure(3).contains(&port), "{ended:?}");
        assert!(!path.exists(), "{file}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good");
    let bad = folder.path().join("none/bad");
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    for files in [
        ["--port-file", bad, "--ca-file", good],
        ["--port-file", good, "--ca-file", bad],
    ] {
        let ended = run(program(
            &[&["emulator", "run", "--tls"] as &[&str], &files].concat(),
        ));
        assert!(ended.failure(3).contains(bad), "{ended:?}");
        assert!(!std::path::Path::new(good).exists());
    }
}

#[test]
fn exec_gives_the_command_all_it_needs() {
    let ended = run(exec(&[OURSELVES, "header"]));
    assert!(
        ended.answer().starts_with("Authorization: Bearer eyJ"),
        "{ended:?}"
    );

    let names =
        "PHRASE_AUTH_EMULATOR $PHRASE_IDM_BASE_URL $PHRASE_TMS_BASE_URL $PHRASE_STRINGS_BASE_URL";
    let ended = run(shell(&format!(
        "echo ${names}; echo $PHRASE_REGION $PHRASE_PRODUCT $PHRASE_API_TOKEN"
    )));
    let (urls, rest) = ended.answer().split_once('\n').unwrap();
    let urls: Vec<&str> = urls.split(' ').collect();
    assert_eq!(urls.len(), 4, "{urls:?}");
    assert!(urls.iter().all(|url| url.starts_with(urls[0])), "{urls:?}");
    assert_eq!(rest, format!("eu tms {}", seed::GOOD_TMS));

    let user = seed::PLAIN_USER;
    let ended = run(shell("echo $PHRASE_TMS_USERNAME $PHRASE_TMS_PASSWORD"));
    let expected = format!("{} {}", user.user_name, user.password);
    assert_eq!(ended.answer(), expected);
}

#[test]
fn the_command_of_exec_can_have_its_emulator_steered() {
    let script = "echo $PHRASE_AUTH_EMULATOR_ADMIN; read go; exec \"$0\" token";
    let mut command = exec(&["sh", "-c", script, OURSELVES]);
    command.stdin(Stdio::piped());
    let mut running = start(command);
    let admin = running.first.trim_end();
    let (status, health) = ask("GET", &format!("{admin}/health"), "");
    assert_eq!((status, &health["status"]), (200, &"ok".into()));
    let rule = r#"{"fault": "error-invalid-grant", "endpoint": "token-exchange"}"#;
    assert_eq!(ask("POST", &format!("{admin}/faults"), rule).0, 200);
    let mut stdin = running.child.stdin.take().unwrap();
    stdin.write_all(b"\n").unwrap();
    assert_eq!(running.end(), (Some(4), String::new()));
}

#[test]
fn exec_gives_a_user_of_tms_no_token_that_would_go_before() {
    let user = seed::ADMIN_USER;
    let mut command = exec(&[OURSELVES, "header"]);
    command
        .env("PHRASE_TMS_USERNAME", user.user_name)
        .env("PHRASE_TMS_PASSWORD", user.password);
    let ended = run(command);
    assert!(
        ended.answer().starts_with("Authorization: ApiToken "),
        "{ended:?}"
    );
    // Such a user is good for TMS only.
    let mut command = exec(&[OURSELVES, "header"]);
    command
        .env("PHRASE_PRODUCT", "strings")
        .env("PHRASE_TMS_USERNAME", user.user_name)
        .env("PHRASE_TMS_PASSWORD", user.password);
    assert!(run(command).answer().contains("Bearer "));
}

#[test]
fn exec_leaves_what_is_set() {
    let script = "echo $PHRASE_REGION $PHRASE_PRODUCT ${PHRASE_API_TOKEN-none} ${PHRASE_API_TOKEN_FILE-none}";
    let mut command = shell(script);
    command
        .env("PHRASE_REGION", "us")
        .env("PHRASE_PRODUCT", "strings");
    assert_eq!(
        run(command).answer(),
        format!("us strings {} none", seed::GOOD_STRINGS)
    );

    let mut command = shell(script);
    command.env("PHRASE_API_TOKEN", "mine");
    let ended = run(command);
    assert_eq!(ended.answer(), "eu tms mine none");
    assert!(
        ended.stderr.contains("PHRASE_API_TOKEN is yours"),
        "{ended:?}"
    );

    let mut command = shell(script);
    command
        .env("PHRASE_API_TOKEN", "mine")
        .env("PHRASE_OAUTH_CLIENT_ID", "mine")
        .env("PHRASE_TMS_PASSWORD", "mine");
    let ended = run(command);
    let note =
        "note: PHRASE_API_TOKEN and PHRASE_OAUTH_CLIENT_ID and PHRASE_TMS_PASSWORD are yours;";
    assert!(ended.stderr.starts_with(note), "{ended:?}");

    let mut command = shell(script);
    command.env("PHRASE_API_TOKEN_FILE", "mine");
    assert_eq!(run(command).answer(), "eu tms none mine");
}

#[test]
fn exec_serves_each_product_with_its_own_token() {
    for product in Application::ALL {
        let mut command = exec(&[OURSELVES, "header", "-o", "json"]);
        command.env("PHRASE_PRODUCT", product.name());
        assert_eq!(run(command).json()["product"], product.name());
    }
}

#[test]
fn exec_refuses_what_the_emulator_does_not_know_before_it_runs_anything() {
    for (name, value) in [
        ("PHRASE_PRODUCT", "language-ai"),
        ("PHRASE_PRODUCT", "x"),
        ("PHRASE_REGION", "x"),
    ] {
        let mut command = shell("echo ran");
        command.env(name, value);
        let ended = run(command);
        assert!(ended.failure(3).contains("one of "), "{ended:?}");
    }
}

#[test]
fn exec_ends_as_the_command_does() {
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -s KILL $$", 137),
        ("kill -s TERM $$", 143),
    ] {
        let ended = run(shell(script));
        assert_eq!(ended.code, Some(code), "{script}: {ended:?}");
        assert_eq!(
            (ended.stdout.as_str(), ended.stderr.as_str()),
            ("", ""),
            "{script}"
        );
    }
}

#[test]
fn a_command_that_cannot_be_run_has_the_code_of_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "no program").unwrap();
    for (command, code) in [
        ("no-such-command-of-phrase-auth", 127),
        (plain.to_str().unwrap(), 126),
        (folder.path().to_str().unwrap(), 126),
    ] {
        let ended = run(exec(&[command]));
        assert!(ended.failure(code).contains(command), "{ended:?}");
    }
}

#[test]
fn exec_hands_the_words_on_as_they_are() {
    let ended = run(exec(&[
        "printf", "%s|", "--help", "-o", "a b", "--", "$HOME",
    ]));
    assert_eq!(ended.stdout, "--help|-o|a b|--|$HOME|");
}

#[test]
fn an_interrupt_is_left_to_the_command() {
    let mut command = shell("echo ready; read answer; exit 5");
    command.stdin(Stdio::piped());
    let mut running = start(command);
    assert_eq!(running.first, "ready\n");
    running.signal("INT");
    running
        .child
        .stdin
        .take()
        .unwrap()
        .write_all(b"\n")
        .unwrap();
    assert_eq!(running.end().0, Some(5));
}

#[test]
fn a_request_to_terminate_is_handed_on() {
    let mut command = shell("trap 'echo asked; exit 9' TERM; echo ready; read answer; exit 5");
    command.stdin(Stdio::piped());
    let mut running = start(command);
    let held = running.child.stdin.take();
    assert_eq!(running.first, "ready\n");
    running.signal("TERM");
    assert_eq!(running.end(), (Some(143), "asked\n".to_owned()));
    drop(held);
}
