use super::*;

fn commands(name: &str) -> Vec<String> {
    let step = choose(&[name.to_owned()]).unwrap()[0];
    let Work::Cargo(commands) = step.work else {
        panic!("{name} runs no cargo command")
    };
    commands(&Workspace::sample())
        .iter()
        .map(Cargo::to_string)
        .collect()
}

fn names(steps: &[&Step]) -> Vec<&'static str> {
    steps.iter().map(|step| step.name).collect()
}

#[test]
fn without_names_all_steps_run_and_formatting_is_first() {
    let all = names(&choose(&[]).unwrap());
    assert_eq!(
        all,
        [
            "fmt",
            "tidy",
            "licences",
            "typos",
            "clippy",
            "test",
            "doctest",
            "features",
            "deps",
            "docs",
            "api",
            "consumers",
            "minimal",
            "msrv",
            "package",
        ]
    );
}

#[test]
fn what_needs_a_browser_runs_only_if_it_is_named() {
    assert_eq!(
        names(&choose(&["foreign".to_owned()]).unwrap()),
        ["foreign"]
    );
}

#[test]
fn named_steps_run_once_each_in_the_order_of_the_list() {
    let asked = ["docs", "fmt", "docs"].map(str::to_owned);
    assert_eq!(names(&choose(&asked).unwrap()), ["fmt", "docs"]);
}

#[test]
fn an_unknown_step_is_refused_with_the_list_of_steps() {
    let error = choose(&["fmt".to_owned(), "lint".to_owned()])
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("`lint`") && error.contains("fmt, tidy, licences"),
        "{error}"
    );
}

#[test]
fn every_step_has_a_hint_and_every_build_is_locked() {
    for step in STEPS {
        assert!(!step.hint.is_empty(), "{}", step.name);
        let Work::Cargo(commands) = step.work else {
            continue;
        };
        for command in commands(&Workspace::sample()) {
            assert!(command.has("--locked") || command.has("fmt"), "{command}");
        }
    }
}

#[test]
fn clippy_takes_each_member_alone_with_all_features_and_with_none() {
    assert_eq!(
        commands("clippy"),
        [
            "cargo clippy --locked --all-targets -p a --all-features -- -D warnings",
            "cargo clippy --locked --all-targets -p a --no-default-features -- -D warnings",
            "cargo clippy --locked --all-targets -p phrase-auth-tests --all-features -- -D warnings",
        ]
    );
}

#[test]
fn features_checks_each_combination_of_published_crates_only() {
    assert_eq!(
        commands("features"),
        [
            "cargo check --locked --quiet -p a --no-default-features",
            "cargo check --locked --quiet -p a --no-default-features --features x",
            "cargo check --locked --quiet -p a --no-default-features --features x,y",
        ]
    );
}

#[test]
fn deps_looks_at_libraries_and_programs_and_not_at_their_tests() {
    assert_eq!(
        commands("deps"),
        [
            "cargo rustc --locked --quiet --profile check --all-features -p a --lib -- -D unused-crate-dependencies"
        ]
    );
}

#[test]
fn formatting_reaches_the_consumers_too() {
    assert!(
        commands("fmt")
            .iter()
            .any(|command| command.contains("tests/consumers/only-platform"))
    );
}

#[test]
fn a_missing_component_is_named_with_the_command_that_installs_it() {
    let failure = RUSTFMT.missing();
    assert_eq!(failure.what, "this toolchain has no rustfmt");
    assert!(
        failure.mend.contains("rustup component add rustfmt"),
        "{}",
        failure.mend
    );
}
