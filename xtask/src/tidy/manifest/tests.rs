use super::*;

const GOOD: &str = r###"[package]
name = "a"
description = "A"
keywords = ["a"]
categories = ["authentication"]
readme = "README.md"
include = ["src/**", "!src/**/tests.rs", "!src/**/tests/**", "README.md", "LICENSE-*"]

version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
authors.workspace = true

[package.metadata.docs.rs]
all-features = true

[features]
default = ["x"]
## Brings x.
x = [
    "dep:x",
]

[dependencies]
bytes = { workspace = true }
http = { workspace = true }

axum = { workspace = true, optional = true }

[dev-dependencies]
b = { path = "../b" }
tokio = { workspace = true }

[lints]
workspace = true
"###;

const LIBRARY: Kind = Kind::Published { library: true };

/// The findings after one edit of a good manifest.
fn after(from: &str, to: &str) -> Vec<String> {
    assert!(
        GOOD.contains(from),
        "the edit must change something: {from}"
    );
    check("m", &GOOD.replace(from, to), LIBRARY)
        .into_iter()
        .map(|finding| finding.what)
        .collect()
}

#[test]
fn a_manifest_in_order_has_no_finding() {
    assert_eq!(check("m", GOOD, LIBRARY), []);
}

#[test]
fn tables_stand_in_one_order() {
    let moved = after(
        "[dev-dependencies]",
        "[dev-dependencies]\n[dependencies.z]\nworkspace = true\n[x]",
    );
    assert!(
        moved.contains(&"[dependencies.z] stands after [dev-dependencies]".to_owned()),
        "{moved:?}"
    );
    assert!(
        moved.contains(&"has an unexpected table [x]".to_owned()),
        "{moved:?}"
    );
}

#[test]
fn own_keys_come_first_and_in_order() {
    assert_eq!(
        after(
            "name = \"a\"\ndescription = \"A\"",
            "description = \"A\"\nname = \"a\""
        )
        .len(),
        1
    );
    assert_eq!(
        after("\nversion.workspace", "version.workspace"),
        ["its own and its inherited keys are mixed"]
    );
}

#[test]
fn every_shared_key_is_taken_from_the_workspace() {
    let what = after("license.workspace = true\n", "");
    assert_eq!(
        what,
        ["takes `version, edition, rust-version, repository, authors` from the workspace"]
    );
    assert!(!after("version.workspace = true\nedition", "edition").is_empty());
}

#[test]
fn a_feature_is_explained_right_above_its_line() {
    assert_eq!(
        after("## Brings x.\n", ""),
        ["the feature `x` is not explained"]
    );
    assert_eq!(
        after("## Brings x.\n", "# Brings x.\n"),
        ["the feature `x` is not explained"]
    );
}

#[test]
fn versions_are_written_once_at_the_root() {
    assert_eq!(
        after("http = { workspace = true }", "http = \"1\""),
        ["[dependencies] http has a version of its own"]
    );
    let what = after(
        "{ path = \"../b\" }",
        "{ path = \"../b\", version = \"0.1\" }",
    );
    assert_eq!(what, ["[dev-dependencies] b has a version of its own"]);
}

#[test]
fn dependencies_are_sorted_and_optional_ones_come_last() {
    assert_eq!(
        after("bytes = ", "zeroize = "),
        ["[dependencies] is out of order"]
    );
    assert_eq!(
        after(
            "http = { workspace = true }",
            "http = { workspace = true, optional = true }"
        )
        .len(),
        1
    );
}

#[test]
fn a_published_crate_says_what_crates_io_shows() {
    assert_eq!(after("keywords = [\"a\"]\n", ""), ["has no `keywords`"]);
    assert_eq!(
        after(
            "include = [\"src/**\", \"!src/**/tests.rs\", \"!src/**/tests/**\", \"README.md\", \"LICENSE-*\"]\n",
            ""
        ),
        ["has no `include`"]
    );
    assert_eq!(
        after("\"src/**\", ", ""),
        ["its `include` is not what every crate ships"]
    );
    assert!(after("\"LICENSE-*\"", "\"FIDELITY.md\", \"LICENSE-*\"").is_empty());
    assert_eq!(
        after("\"LICENSE-*\"", "\"notes/A.md\", \"LICENSE-*\""),
        ["its `include` is not what every crate ships"]
    );
}

#[test]
fn only_what_does_not_ship_sets_publish() {
    let set = "\"LICENSE-*\"]\npublish = false\n";
    assert_eq!(after("\"LICENSE-*\"]\n", set), ["sets `publish`"]);
    assert_eq!(
        check(
            "m",
            &GOOD.replace("\"LICENSE-*\"]\n", set),
            Kind::Unpublished
        ),
        []
    );
    assert_eq!(
        check("m", GOOD, Kind::Unpublished)[0].what,
        "could be published"
    );
}

#[test]
fn docs_rs_shows_every_feature_of_a_library() {
    let without = GOOD.replace("[package.metadata.docs.rs]\nall-features = true\n\n", "");
    assert_eq!(
        check("m", &without, LIBRARY)[0].what,
        "docs.rs would not show every feature"
    );
    assert_eq!(check("m", &without, Kind::Published { library: false }), []);
}

#[test]
fn every_member_takes_the_workspace_lints() {
    assert_eq!(
        after("[lints]\nworkspace = true\n", ""),
        ["does not take the workspace's lints"]
    );
}

#[test]
fn a_manifest_that_is_no_toml_is_one_finding() {
    assert_eq!(check("m", "[package", LIBRARY).len(), 1);
    assert!(
        check("m", "", LIBRARY)
            .iter()
            .any(|finding| finding.what == "has no [package]")
    );
}

#[test]
fn a_consumer_is_a_workspace_of_its_own_and_never_published() {
    assert_eq!(
        check_consumer("m", "[package]\npublish = false\n[workspace]\n"),
        []
    );
    assert_eq!(check_consumer("m", "[package]\n").len(), 2);
}
