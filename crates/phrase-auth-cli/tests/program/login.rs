//! `login`, with a person who is played.

use std::ffi::OsStr;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;

use phrase_auth_emulator::{Application, Emulator, Endpoint, OAuthClient, Person, seed};

use crate::header::call;
use crate::person::get;
use crate::stage::{answer, emulator, emulator_of, program, run, server_that};
use crate::waiting::{Waiting, allow};

/// The command, with a browser that is none.
fn login<S: AsRef<OsStr>>(more: &[S], client_id: &str) -> Command {
    let mut command = program(&["login", "--scheme", "oauth2", "--no-browser"]);
    command.args(["--client-id", client_id]).args(more);
    command
}

/// The same, pointed at an emulator.
fn pointed<S: AsRef<OsStr>>(more: &[S], emulator: &Emulator) -> Command {
    pointed_as(more, emulator, seed::PUBLIC_CLIENT.client_id)
}

fn pointed_as<S: AsRef<OsStr>>(more: &[S], emulator: &Emulator, client_id: &str) -> Command {
    let mut command = login(more, client_id);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu");
    command
}

#[test]
fn a_person_logs_in_and_the_header_is_printed_after_tms_has_taken_it() {
    let emulator = emulator();
    let waiting = Waiting::start(pointed(&[] as &[&str], &emulator));
    assert_eq!(waiting.parameter("code_challenge_method"), "S256");
    assert!(waiting.callback().starts_with("http://127.0.0.1:"));
    allow(&emulator, &waiting);
    let ended = waiting.end();
    let line = ended.answer();
    assert!(line.starts_with("Authorization: Bearer "), "{ended:?}");
    assert_eq!(line.lines().count(), 1);
    assert_eq!(emulator.log().count(Endpoint::OAuthToken), 1);
    assert_eq!(emulator.log().count(Endpoint::Tms), 1);
    assert_eq!(call(&emulator, Application::Tms, line), 200);
    let token = line.rsplit(' ').next().unwrap();
    assert!(!ended.stderr.contains(token), "{ended:?}");
}

#[test]
fn every_form_of_the_header_can_be_had() {
    let emulator = emulator();
    let waiting = Waiting::start(pointed(&["-o", "json", "--region", "us"], &emulator));
    allow(&emulator, &waiting);
    let json = waiting.end().json();
    assert_eq!(
        (&json["product"], &json["region"]),
        (&"tms".into(), &"us".into())
    );
    assert_eq!(json["name"], "Authorization");
    let waiting = Waiting::start(pointed(&["-o", "curl"], &emulator));
    allow(&emulator, &waiting);
    let ended = waiting.end();
    assert!(
        ended
            .answer()
            .starts_with("header = \"Authorization: Bearer ")
    );
}

#[test]
fn a_forged_callback_is_sent_away_and_ends_nothing() {
    let emulator = emulator();
    let waiting = Waiting::start(pointed(&[] as &[&str], &emulator));
    for query in [
        "?code=forged",
        "?code=forged&state=forged",
        "?error=access_denied&state=forged",
        "?error=access_denied",
        "",
    ] {
        let (status, page) = get(&format!("{}{query}", waiting.callback()));
        assert_eq!(status, 400, "{page}");
        assert!(!page.contains("forged"), "{page}");
    }
    assert_eq!(emulator.log().count(Endpoint::OAuthToken), 0);
    allow(&emulator, &waiting);
    waiting.end().answer();
}

#[test]
fn whoever_does_not_allow_it_ends_it_for_good() {
    let emulator = emulator();
    let waiting = Waiting::start(pointed(&[] as &[&str], &emulator));
    let person = Person::of(&seed::PLAIN_USER).who_denies();
    let arrived = emulator.authorize_as(&waiting.url, &person).unwrap();
    assert!(get(&arrived).1.contains("Not allowed"));
    let ended = waiting.end();
    assert!(ended.failure(5).contains("code access_denied"), "{ended:?}");
    assert_eq!(emulator.log().count(Endpoint::OAuthToken), 0);
}

#[test]
fn a_login_that_nobody_finishes_wants_a_person() {
    let emulator = emulator();
    let ended = run(pointed(&["--login-timeout", "300ms"], &emulator));
    let told = ended.failure(7);
    assert!(told.contains("was not finished in time"), "{told}");
}

#[test]
fn an_address_may_be_pasted_and_an_open_stdin_keeps_nobody() {
    let emulator = emulator();
    let mut command = pointed(&[] as &[&str], &emulator);
    command.stdin(Stdio::piped());
    let mut waiting = Waiting::start(command);
    let arrived = emulator.authorize(&waiting.url).unwrap();
    let stdin = waiting.child.stdin.as_mut().unwrap();
    writeln!(
        stdin,
        "canary\nhttp://127.0.0.1:1/callback?code=canary&state=canary\n{arrived}"
    )
    .unwrap();
    let ended = waiting.end();
    ended.answer();
    assert!(ended.stderr.contains("paste here"), "{ended:?}");
    assert_eq!(ended.stderr.matches("Not taken: ").count(), 2, "{ended:?}");
    assert!(!ended.stderr.contains("canary"), "{ended:?}");
}

#[test]
fn nothing_is_read_from_stdin_where_nobody_is_to_be_asked() {
    let emulator = emulator();
    for (args, name) in [
        (&["--no-input"] as &[&str], "NOTHING"),
        (&[], "CI"),
        (&[], "PHRASE_AUTH_NO_INPUT"),
    ] {
        let mut command = pointed(args, &emulator);
        command.stdin(Stdio::piped()).env(name, "true");
        let mut waiting = Waiting::start(command);
        let mut stdin = waiting.child.stdin.take().unwrap();
        let _ = writeln!(stdin, "not an address");
        allow(&emulator, &waiting);
        let ended = waiting.end();
        ended.answer();
        for word in ["paste", "Not taken"] {
            assert!(!ended.stderr.contains(word), "{ended:?}");
        }
    }
}

#[test]
fn the_port_the_address_and_the_redirect_uri_can_be_chosen() {
    let emulator = emulator();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port().to_string();
    let (taken_port, free_port) = (port(&taken), port(&free));
    drop(free);
    let ports = format!("{taken_port},{free_port}");
    let waiting = Waiting::start(pointed(&["--port", &ports], &emulator));
    assert_eq!(
        waiting.callback(),
        format!("http://127.0.0.1:{free_port}/callback")
    );
    allow(&emulator, &waiting);
    waiting.end().answer();

    let ended = run(pointed(&["--port", &taken_port], &emulator));
    assert!(ended.failure(3).contains(&taken_port), "{ended:?}");

    // Led here by whatever is registered, as a tunnel does.
    let args = [
        "--redirect-uri",
        "https://app.example/callback",
        "--port",
        &free_port,
    ];
    let client = seed::CONFIDENTIAL_CLIENT;
    let waiting = Waiting::start(pointed_as(&args, &emulator, client.client_id));
    assert_eq!(waiting.callback(), "https://app.example/callback");
    drop(waiting);

    let ended = run(pointed(
        &["--redirect-uri", "http://app.example/callback"],
        &emulator,
    ));
    assert!(ended.failure(3).contains("redirect URI"), "{ended:?}");
}

#[test]
fn without_pkce_no_challenge_is_sent() {
    let emulator = emulator();
    let waiting = Waiting::start(pointed(&["--no-pkce"], &emulator));
    assert!(!waiting.url.contains("code_challenge"), "{}", waiting.url);
    allow(&emulator, &waiting);
    waiting.end().answer();
}

#[test]
fn a_client_with_a_secret_has_it_in_a_file() {
    // The seeded one is for a port that another process of this machine may have.
    let client = OAuthClient::confidential("own", "own secret")
        .redirect_uri("http://127.0.0.1/callback")
        .any_loopback_port();
    let emulator = emulator_of(Emulator::builder().oauth_client(client));
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    std::fs::write(&good, "own secret").unwrap();
    std::fs::write(&bad, "canary").unwrap();
    let with = |path: &std::path::Path| {
        let path = path.to_str().unwrap();
        pointed_as(&["--client-secret-file", path], &emulator, "own")
    };
    let waiting = Waiting::start(with(&good));
    allow(&emulator, &waiting);
    waiting.end().answer();

    let waiting = Waiting::start(with(&bad));
    let arrived = emulator.authorize(&waiting.url).unwrap();
    assert!(get(&arrived).1.contains("Not logged in"));
    let ended = waiting.end();
    assert!(
        ended.failure(3).contains("--client-secret-file"),
        "{ended:?}"
    );

    let ended = run(with(&folder.path().join("missing")));
    assert!(
        ended.failure(3).contains("error: --client-secret-file: "),
        "{ended:?}"
    );
}

#[test]
fn a_session_file_keeps_the_session_for_its_owner_alone() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session");
    let waiting = Waiting::start(pointed(
        &["--session-file", path.to_str().unwrap()],
        &emulator,
    ));
    assert!(!path.exists());
    allow(&emulator, &waiting);
    let ended = waiting.end();
    let text = std::fs::read_to_string(&path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let token = json["access_token"].as_str().unwrap();
    assert_eq!(ended.answer(), format!("Authorization: Bearer {token}"));
    assert_eq!(json["refresh_token"].as_str().unwrap().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    // Said before anybody takes the trouble to log in.
    let nowhere = folder.path().join("none").join("session");
    for odd in [folder.path(), &nowhere] {
        let ended = run(pointed(
            &["--session-file", odd.to_str().unwrap()],
            &emulator,
        ));
        assert!(!ended.failure(3).contains("To log in"), "{ended:?}");
    }
}

#[test]
fn a_session_without_a_refresh_token_is_told_its_end() {
    let emulator = emulator();
    let client = seed::NO_REFRESH_CLIENT;
    let waiting = Waiting::start(pointed_as(&[] as &[&str], &emulator, client.client_id));
    allow(&emulator, &waiting);
    let ended = waiting.end();
    ended.answer();
    let note = "note: the server has given no refresh token: this session ends at 20";
    assert_eq!(ended.stderr.matches(note).count(), 1, "{ended:?}");
}

/// A login at a server that grants this, and says that to whoAmI, for as long as the channel is held.
fn grants(granted: &'static str, who: &'static str) -> (Command, Receiver<String>) {
    let (origin, told) = server_that(move |request| {
        Some(match request.starts_with("POST ") {
            true => answer("200 OK", "", granted),
            false => answer(who, "", "{}"),
        })
    });
    let args = ["--scope", "read", "--scope", "write", "--region", "eu"];
    let mut command = login(&args, seed::PUBLIC_CLIENT.client_id);
    command.args(["--base-url", &format!("{origin}/web")]);
    (command, told)
}

fn come_back(waiting: &Waiting) -> (u16, String) {
    get(&format!(
        "{}?code=c-1&state={}",
        waiting.callback(),
        waiting.parameter("state")
    ))
}

#[test]
fn a_narrowed_scope_is_told() {
    let granted = r#"{"access_token":"a","refresh_token":"r","expires_in":60,"scope":"read"}"#;
    let (command, _told) = grants(granted, "200 OK");
    let waiting = Waiting::start(command);
    assert_eq!(waiting.parameter("scope"), "read+write");
    assert_eq!(come_back(&waiting).0, 200);
    let ended = waiting.end();
    assert_eq!(ended.answer(), "Authorization: Bearer a");
    assert!(ended.stderr.contains("missing: write"), "{ended:?}");
}

#[test]
fn a_header_that_tms_does_not_take_is_not_printed_and_a_session_that_it_could_not_judge_is_kept() {
    let granted = r#"{"access_token":"canary","expires_in":60,"scope":"read write"}"#;
    for (who, code, kept) in [("401 No", 4, false), ("503 Busy", 6, true)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("session");
        let (mut command, _told) = grants(granted, who);
        command.arg("--session-file").arg(&file);
        let waiting = Waiting::start(command);
        come_back(&waiting);
        waiting.end().failure(code);
        assert_eq!(file.exists(), kept, "{who}");
    }
}

#[test]
fn a_code_that_is_refused_is_not_sent_again_and_the_options_that_may_help_are_named() {
    let refused = answer("400 Bad Request", "", r#"{"error":"invalid_grant"}"#);
    let (origin, told) = server_that(move |_| Some(refused.clone()));
    let base = format!("{origin}/web");
    let args = ["--region", "us", "--base-url", &base];
    let waiting = Waiting::start(login(&args, seed::PUBLIC_CLIENT.client_id));
    come_back(&waiting);
    let ended = waiting.end();
    let text = ended.failure(4);
    assert!(
        text.contains("--redirect-uri") && text.contains("--no-pkce"),
        "{text}"
    );
    assert_eq!(told.try_iter().count(), 1);
}

#[test]
fn what_is_wrong_with_the_environment_is_said_before_anybody_logs_in() {
    let emulator = emulator();
    let strings = pointed(&["--product", "strings"], &emulator);
    let mut set_strings = pointed(&[] as &[&str], &emulator);
    set_strings.env("PHRASE_PRODUCT", "strings");
    let mut nowhere = pointed(&[] as &[&str], &emulator);
    nowhere.env_remove("PHRASE_REGION");
    let away = pointed(
        &["--token-url", "https://cloud.memsource.com/web/oauth/token"],
        &emulator,
    );
    let plain = login(
        &["--region", "eu", "--base-url", "http://tms.invalid"],
        seed::PUBLIC_CLIENT.client_id,
    );
    let odd = pointed(&["--scope", "a b"], &emulator);
    for (command, word) in [
        (strings, "--product: strings"),
        (set_strings, "PHRASE_PRODUCT: strings"),
        (nowhere, "PHRASE_REGION is not set"),
        (away, "--token-url leads away"),
        (plain, "--base-url: "),
        (odd, "scope"),
    ] {
        let ended = run(command);
        let told = ended.failure(3);
        assert!(told.contains(word) && !told.contains("To log in"), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn a_browser_gets_the_address_as_one_argument_and_no_secret_of_ours() {
    use std::os::unix::fs::PermissionsExt;
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let (pipe, script) = (folder.path().join("pipe"), folder.path().join("browser"));
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$1\" \"$2\" \"${{PHRASE_API_TOKEN-none}}\" > {}\n",
        pipe.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let browser = format!("{} -first", script.display());
    for by_option in [true, false] {
        let mut command = program(&["login", "--scheme", "oauth2"]);
        command
            .args(["--client-id", seed::PUBLIC_CLIENT.client_id])
            .env("PHRASE_AUTH_EMULATOR", emulator.url())
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_API_TOKEN", "canary");
        match by_option {
            true => command
                .args(["--browser", &browser])
                .env("BROWSER", "none-such"),
            false => command.env("BROWSER", &browser),
        };
        let waiting = Waiting::start(command);
        let told = std::fs::read_to_string(&pipe).unwrap();
        assert_eq!(told, format!("2\n-first\n{}\nnone\n", waiting.url));
        allow(&emulator, &waiting);
        waiting.end().answer();
    }
}

#[test]
fn a_browser_that_cannot_be_started_ends_nothing() {
    let emulator = emulator();
    let mut command = program(&[
        "login",
        "--scheme",
        "oauth2",
        "--browser",
        "no-such-browser",
    ]);
    command
        .args(["--client-id", seed::PUBLIC_CLIENT.client_id])
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu");
    let waiting = Waiting::start(command);
    allow(&emulator, &waiting);
    let ended = waiting.end();
    ended.answer();
    assert!(
        ended.stderr.contains("No browser could be started"),
        "{ended:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_frees_the_port() {
    let emulator = emulator();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut command = pointed(&[] as &[&str], &emulator);
        command.stdin(Stdio::piped());
        let waiting = Waiting::start(command);
        let callback = waiting.callback();
        crate::stage::signal(&waiting.child, name);
        let ended = waiting.end();
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(code), ""),
            "{ended:?}"
        );
        let (authority, _) = crate::person::parts(&callback);
        assert!(TcpListener::bind(authority).is_ok());
    }
}
