use std::collections::BTreeSet;

use crate::stage::{ask, pointed, program, run, start};

#[test]
fn every_fault_is_listed_with_what_it_does_and_how_to_have_it() {
    let json = run(program(&["emulator", "faults", "-o", "json"])).json();
    assert_eq!(json["schema_version"], 1);
    let kinds = json["kinds"].as_array().unwrap();
    let names: BTreeSet<&str> = kinds
        .iter()
        .map(|kind| kind["name"].as_str().unwrap())
        .collect();
    assert!(names.len() >= 100, "{}", names.len());
    assert_eq!(names.len(), kinds.len(), "two of one name");

    let ended = run(program(&["emulator", "faults"]));
    let text = ended.answer();
    for kind in kinds {
        let line = |line: &&str| line.split_whitespace().next() == kind["name"].as_str();
        let mut lines = text.lines().filter(line);
        let (first, second) = (lines.next().unwrap(), lines.next());
        let description = kind["description"].as_str().unwrap();
        assert!(
            !description.is_empty() && first.ends_with(description),
            "{kind}"
        );
        assert_eq!(second, None, "{kind}");
        assert!(kind["changes_answer"].is_boolean() && kind["of_handshake"].is_boolean());
    }
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest < Some(120), "{widest:?}");
    for told in [
        "ADMIN/faults",
        "PHRASE_AUTH_EMULATOR_ADMIN",
        "phrase-emulator-fault-NAME",
    ] {
        assert!(text.contains(told), "{told}");
    }
    assert_eq!(ended.stderr, "");
}

#[test]
fn the_admin_door_lists_the_same() {
    let running = start(program(&["emulator", "run"]));
    let admin = running.json()["admin"].as_str().unwrap().to_owned();
    let (status, there) = ask("GET", &format!("{admin}/faults/kinds"), "");
    let here = run(program(&["emulator", "faults", "-o", "json"])).json();
    assert_eq!((status, &there["kinds"]), (200, &here["kinds"]));
    running.terminated();
}

#[test]
fn the_rule_and_the_name_that_the_list_shows_both_work() {
    let running = start(program(&["emulator", "run"]));
    let json = running.json();
    let token = || {
        let mut command = program(&["token"]);
        command
            .env("PHRASE_AUTH_EMULATOR", json["url"].as_str().unwrap())
            .env("PHRASE_REGION", "eu")
            .env("PHRASE_API_TOKEN", phrase_auth_emulator::seed::GOOD_TMS);
        command
    };
    let text = run(program(&["emulator", "faults"])).stdout;
    let rule = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("-d '"));
    let (rule, place) = rule.unwrap().split_once("' ").unwrap();
    let place = place.replace("ADMIN", json["admin"].as_str().unwrap());
    assert_eq!(
        ask("POST", &place, &rule.replace("NAME", "error-invalid-grant")).0,
        200
    );
    run(token()).failure(4);
    run(token()).answer();

    let mut command = token();
    command.env(
        "PHRASE_API_TOKEN",
        "phrase-emulator-fault-error-access-denied",
    );
    run(command).failure(5);
    running.terminated();
}

#[test]
fn a_list_that_nobody_reads_to_its_end_is_no_failure() {
    let emulator = crate::stage::emulator();
    let mut command = pointed(&["emulator", "faults"], &emulator);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer);
    let ended = run(command);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}
