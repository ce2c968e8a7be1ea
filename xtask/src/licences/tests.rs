use super::*;

const HERE: Option<&str> = None;
const CRATES_IO: Option<&str> = Some(crate::graph::CRATES_IO);

fn policy() -> Policy {
    Policy::parse("[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [\"openssl-sys\"]\n").unwrap()
}

fn graph(rows: &[(&str, &str, Option<&str>, Option<&str>)]) -> Graph {
    let package = |&(name, version, licence, source): &(_, _, _, _)| {
        (
            name,
            version,
            serde_json::json!({ "license": licence, "source": source }),
        )
    };
    Graph::sample(&rows.iter().map(package).collect::<Vec<_>>())
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(Finding::to_string).collect()
}

#[test]
fn a_licence_that_is_not_on_the_list_is_found_with_the_way_the_package_comes_in() {
    let graph = graph(&[
        ("a", "1.0.0", Some("MIT OR Apache-2.0"), CRATES_IO),
        ("b", "2.0.0", Some("GPL-3.0-only"), CRATES_IO),
    ]);
    let found = shown(&licences(&graph, &policy()));
    assert!(
        found.starts_with("b@2.0.0: comes under `GPL-3.0-only`"),
        "{found}"
    );
    assert!(found.contains("-i b@2.0.0`"), "{found}");
    assert!(!found.contains("a@1.0.0"), "{found}");
}

#[test]
fn no_licence_and_no_expression_are_found_too() {
    let graph = graph(&[
        ("a", "1.0.0", None, CRATES_IO),
        ("b", "1.0.0", Some("MIT OR"), CRATES_IO),
    ]);
    let found = shown(&licences(&graph, &policy()));
    assert!(found.contains("a@1.0.0: names no licence"), "{found}");
    assert!(
        found.contains("b@1.0.0: its licence `MIT OR` is no SPDX expression"),
        "{found}"
    );
}

#[test]
fn a_licence_that_is_allowed_for_nobody_is_found() {
    let found = shown(&licences(
        &graph(&[("a", "1.0.0", Some("ISC"), CRATES_IO)]),
        &policy(),
    ));
    assert!(
        found.contains("deny.toml: allows MIT, which no package names"),
        "{found}"
    );
}

#[test]
fn what_is_not_from_crates_io_must_be_a_member() {
    let git = Some("git+https://example.com/c#0123");
    let graph = graph(&[
        ("ours", "0.1.0", None, HERE),
        ("a", "1.0.0", None, CRATES_IO),
        ("b", "1.0.0", None, HERE),
        ("c", "1.0.0", None, git),
    ]);
    let found = shown(&sources(&graph, &BTreeSet::from(["ours"])));
    assert!(
        found.contains("b@1.0.0: comes from a path outside the workspace"),
        "{found}"
    );
    assert!(
        found.contains("c@1.0.0: comes from git+https://example.com/c"),
        "{found}"
    );
    assert!(!found.contains("ours@") && !found.contains("a@"), "{found}");
}

#[test]
fn a_banned_package_is_found() {
    let found = shown(&bans(
        &graph(&[("openssl-sys", "0.9.0", None, CRATES_IO)]),
        &policy(),
    ));
    assert!(
        found.starts_with("openssl-sys@0.9.0: is banned in deny.toml"),
        "{found}"
    );
}

#[test]
fn two_majors_are_found_only_where_they_do_harm() {
    let two = |name| {
        let graph = graph(&[
            (name, "0.2.12", None, CRATES_IO),
            (name, "1.4.0", None, CRATES_IO),
        ]);
        shown(&bans(&graph, &policy()))
    };
    assert!(
        two("http").contains("-i http@0.2.12`, `cargo tree"),
        "{}",
        two("http")
    );
    assert_eq!(two("base64"), "");
}

#[test]
fn what_cargo_counts_as_compatible_is_one_major() {
    for (version, expected) in [
        ("1.4.0", "1"),
        ("0.23.46", "0.23"),
        ("0.0.3", "0.0.3"),
        ("10.0.0", "10"),
    ] {
        assert_eq!(major(version), expected, "{version}");
    }
}

#[test]
fn a_published_crate_without_its_licence_files_is_found_with_the_link_to_make() {
    let workspace = Workspace::sample();
    let member = workspace.member("a").unwrap();
    let found = shown(&files(&workspace, member, |path| {
        path.ends_with("LICENSE-MIT")
    }));
    assert_eq!(
        found,
        "crates/a/LICENSE-APACHE: is missing\n  mend: ln -s ../../LICENSE-APACHE crates/a/LICENSE-APACHE"
    );
}

#[test]
fn the_lists_of_this_workspace_can_be_read() {
    assert!(Policy::parse(include_str!("../../../deny.toml")).is_ok());
}
