use crate::stage::{program, run};

#[test]
fn the_demo_tells_of_all_schemes_with_the_requests_that_they_took() {
    let ended = run(program(&["demo"]));
    let answer = ended.answer();
    let counts: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    let exchanges = ["1", "1", "1", "2", "3", "4", "4", "5", "5"];
    let logins = ["1", "1", "2", "2", "3", "4", "5", "6", "8", "10", "10"];
    let grants = ["0", "0", "1", "1", "1", "2", "3", "4", "5"];
    let all = [&exchanges[..], &logins, &grants].concat();
    assert_eq!(counts, all, "{answer}");
    for told in [
        "log out in a browser",
        "a wrong code",
        "second factor",
        "a forged callback",
        "two over one store",
        "for 5 exchanges, 10 logins, and 5 grants of OAuth.",
    ] {
        assert!(answer.contains(told), "{answer}");
    }
    assert!(
        answer.lines().last().unwrap().starts_with("Done: "),
        "{answer}"
    );
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_demo_shows_no_token() {
    let ended = run(program(&["demo"]));
    for part in ["eyJ", "phrase-emulator-"] {
        assert!(!ended.answer().contains(part), "{ended:?}");
    }
    for word in ["Bearer", "ApiToken"] {
        let shown = format!("{word} [redacted, ");
        assert!(ended.answer().contains(&shown), "{ended:?}");
    }
}

#[test]
fn the_demo_needs_no_environment_and_is_not_led_astray_by_one() {
    let mut command = program(&["demo"]);
    for (name, value) in [
        ("PHRASE_REGION", "nowhere"),
        ("PHRASE_API_TOKEN", ""),
        ("PHRASE_OAUTH_CLIENT_ID", ""),
        ("BROWSER", "no-such-browser"),
        ("PHRASE_AUTH_EMULATOR", "http://emulator.invalid"),
        ("PHRASE_IDM_BASE_URL", "https://idm.invalid"),
        ("HTTP_PROXY", "http://proxy.invalid:1"),
        ("ALL_PROXY", "http://proxy.invalid:1"),
    ] {
        command.env(name, value);
    }
    run(command).answer();
}
