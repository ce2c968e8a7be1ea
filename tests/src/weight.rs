//! How much each way in brings along.

use std::collections::BTreeSet;
use std::process::Command;

/// The packages that `arguments` bring, without the named one.
fn others(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-e",
            "normal",
            "--prefix",
            "none",
            "-f",
            "{p}",
        ])
        .args(["-p", package])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.lines().map(|line| {
        let mut words = line.split_whitespace();
        format!(
            "{} {}",
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default()
        )
    });
    let first = words.next().unwrap();
    words
        .filter(|line| *line != first && !line.trim().is_empty())
        .collect()
}

fn has(packages: &BTreeSet<String>, name: &str) -> bool {
    packages
        .iter()
        .any(|package| package.split(' ').next() == Some(name))
}

#[test]
fn the_core_brings_at_most_twenty_packages_and_two_more_with_tokio() {
    let bare = others("phrase-auth-core", &["--no-default-features"]);
    assert!(bare.len() <= 20, "{}: {bare:?}", bare.len());
    let usual = others("phrase-auth-core", &[]);
    assert!(usual.len() <= 22, "{}: {usual:?}", usual.len());
}

#[test]
fn the_platform_crate_stays_light_with_and_without_its_transport() {
    let bare = others(
        "phrase-auth-platform",
        &["--no-default-features", "--features", "tokio"],
    );
    assert!(bare.len() <= 26, "{}: {bare:?}", bare.len());
    assert!(!has(&bare, "reqwest"));
    let usual = others("phrase-auth-platform", &[]);
    assert!(usual.len() <= 107, "{}: {usual:?}", usual.len());
    assert!(!has(&usual, "h2") && !has(&usual, "jsonwebtoken"));
}

#[test]
fn the_apitoken_crate_stays_as_light_and_brings_no_other_scheme() {
    let bare = others(
        "phrase-auth-apitoken",
        &["--no-default-features", "--features", "tokio"],
    );
    assert!(bare.len() <= 26, "{}: {bare:?}", bare.len());
    assert!(!has(&bare, "reqwest"));
    let usual = others("phrase-auth-apitoken", &[]);
    assert!(usual.len() <= 107, "{}: {usual:?}", usual.len());
    for foreign in ["h2", "jsonwebtoken", "oauth2", "phrase-auth-platform"] {
        assert!(!has(&usual, foreign), "{foreign}");
    }
    let platform = others("phrase-auth-platform", &["--all-features"]);
    assert!(!has(&platform, "phrase-auth-apitoken"));
}

#[test]
fn the_oauth2_crate_brings_what_oauth2_needs_and_no_second_transport() {
    let usual = others("phrase-auth-oauth2", &[]);
    assert!(usual.len() <= 140, "{}: {usual:?}", usual.len());
    for foreign in ["h2", "jsonwebtoken", "phrase-auth-platform", "ureq", "curl"] {
        assert!(!has(&usual, foreign), "{foreign}");
    }
    let transports = usual.iter().filter(|it| it.starts_with("reqwest "));
    assert_eq!(
        transports.count(),
        1,
        "not the one that `oauth2` would bring"
    );
    let bare = others("phrase-auth-oauth2", &["--no-default-features"]);
    assert!(!has(&bare, "reqwest") && !has(&bare, "hyper") && !has(&bare, "tokio"));
}

#[test]
fn no_library_brings_the_emulator() {
    for package in [
        "phrase-auth-core",
        "phrase-auth-reqwest",
        "phrase-auth-platform",
        "phrase-auth-apitoken",
        "phrase-auth-oauth2",
        "phrase-auth",
    ] {
        let all = others(package, &["--all-features"]);
        assert!(!has(&all, "phrase-auth-emulator"), "{package}");
    }
    assert!(has(&others("phrase-auth-cli", &[]), "phrase-auth-emulator"));
}

#[test]
fn the_facade_brings_a_scheme_only_if_asked() {
    let none = others("phrase-auth", &[]);
    assert!(has(&none, "phrase-auth-core"));
    for scheme in [
        "phrase-auth-apitoken",
        "phrase-auth-oauth2",
        "phrase-auth-platform",
        "reqwest",
    ] {
        assert!(!has(&none, scheme), "{none:?}");
    }
    let one = others("phrase-auth", &["--features", "apitoken"]);
    assert!(has(&one, "phrase-auth-apitoken"));
    assert!(!has(&one, "phrase-auth-platform"), "{one:?}");
}
