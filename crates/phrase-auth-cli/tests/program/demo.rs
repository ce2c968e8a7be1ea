use crate::stage::{program, run};

#[test]
fn the_demo_tells_the_life_of_a_token_with_the_exchanges_that_it_took() {
    let ended = run(program(&["demo"]));
    let answer = ended.answer();
    let counts: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    assert_eq!(
        counts,
        ["1", "1", "1", "2", "3", "4", "4", "5", "5"],
        "{answer}"
    );
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
    assert!(ended.answer().contains("Bearer [redacted, "), "{ended:?}");
}

#[test]
fn the_demo_needs_no_environment_and_is_not_led_astray_by_one() {
    let mut command = program(&["demo"]);
    for (name, value) in [
        ("PHRASE_REGION", "nowhere"),
        ("PHRASE_API_TOKEN", ""),
        ("PHRASE_AUTH_EMULATOR", "http://emulator.invalid"),
        ("PHRASE_IDM_BASE_URL", "https://idm.invalid"),
        ("HTTP_PROXY", "http://proxy.invalid:1"),
        ("ALL_PROXY", "http://proxy.invalid:1"),
    ] {
        command.env(name, value);
    }
    run(command).answer();
}
