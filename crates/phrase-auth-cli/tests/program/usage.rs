use crate::stage::{program, run};

#[test]
fn a_wrong_call_is_a_usage_error() {
    for args in [
        &["tokn"] as &[&str],
        &["token", "--nonsense"],
        &["token", "-o", "xml"],
        &["token", "--min-ttl", "60"],
        &["token", "--timeout", "0s"],
        &["header", "--product", "memsource"],
        &["emulator", "run", "--port", "65536"],
        &["emulator", "run", "--ca-file", "f"],
        &["emulator", "run", "--seed"],
        &["emulator", "faults", "-o", "xml"],
        &["emulator", "exec"],
        &["emulator", "exec", "--"],
        &["login"],
        &["login", "--scheme", "oauth2"],
        &["login", "--scheme", "platform", "--client-id", "c"],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--region",
            "de",
        ],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--port",
            "1,x",
        ],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--listen",
            "0.0.0.0",
        ],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--browser",
            "",
        ],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--login-timeout",
            "5",
        ],
    ] {
        run(program(args)).failure(2);
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    for args in [
        &["token", "canary-0123456789abcdef"] as &[&str],
        &["header", "canary-0123456789abcdef"],
        &["token", "--token=canary"],
        &["token", "--password", "canary"],
        &["canary-0123456789abcdef"],
        &["login", "--scheme", "canary"],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--listen",
            "canary",
        ],
        &[
            "login",
            "--scheme",
            "oauth2",
            "--client-id",
            "c",
            "--region",
            "canary",
        ],
        &["login", "--scheme", "oauth2", "--client-secret", "canary"],
        &["login", "--scheme", "oauth2", "--refresh-token", "canary"],
    ] {
        run(program(args)).failure(2);
    }
}

#[test]
fn without_a_command_the_help_goes_to_stderr() {
    for args in [&[] as &[&str], &["emulator"]] {
        let ended = run(program(args));
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(2), ""),
            "{ended:?}"
        );
        assert!(ended.stderr.contains("Usage: phrase-auth"), "{ended:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let ended = run(program(&["--help"]));
    assert!(
        ended.answer().contains("PHRASE_API_TOKEN_FILE"),
        "{ended:?}"
    );
    assert_eq!(ended.stderr, "");
    let ended = run(program(&["--version"]));
    assert_eq!(
        ended.answer(),
        concat!("phrase-auth ", env!("CARGO_PKG_VERSION"))
    );
}
