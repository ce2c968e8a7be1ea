use super::*;

const TEXT: &str = "# Changelog\n\n## 0.1.0 - 2025-12-31\n\n### a\n\n- New.\n";

fn facts() -> Facts {
    Facts {
        branch: "main".to_owned(),
        changes: Vec::new(),
        tags: vec![Version::new(0, 0, 9)],
        shallow: false,
        signs: true,
        changelog: TEXT.to_owned(),
        missing: Vec::new(),
    }
}

/// `a` and `b`, where `b` asks for `a` like this.
fn workspace(dependency: &serde_json::Value) -> Workspace {
    let member = |name: &str, dependencies: &[&serde_json::Value]| {
        serde_json::json!({
            "name": name, "version": "0.1.0", "publish": null, "dependencies": dependencies,
            "manifest_path": format!("here/crates/{name}/Cargo.toml"),
        })
    };
    Workspace::from_members(&[member("a", &[]), member("b", &[dependency])])
}

fn good() -> Workspace {
    workspace(&serde_json::json!({ "name": "a", "req": "^0.1.0", "kind": null }))
}

/// What stops the release of these, as one line each.
fn lines(facts: &Facts, workspace: &Workspace, execute: bool) -> Vec<String> {
    let findings = facts.findings(workspace, execute).unwrap();
    findings
        .iter()
        .map(|finding| format!("{}: {} ({})", finding.at, finding.what, finding.mend))
        .collect()
}

/// The one thing that is wrong.
fn only(facts: &Facts, workspace: &Workspace) -> String {
    let mut lines = lines(facts, workspace, false);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

fn asked(dependency: &serde_json::Value) -> String {
    only(&facts(), &workspace(dependency))
}

#[test]
fn nothing_stops_a_release_that_is_in_order() {
    assert!(lines(&facts(), &good(), true).is_empty());
    let first = Facts {
        tags: Vec::new(),
        ..facts()
    };
    assert!(lines(&first, &good(), true).is_empty());
}

#[test]
fn what_is_not_committed_stops_it_by_name() {
    let facts = Facts {
        changes: vec![" M crates/a/src/lib.rs".to_owned(), "?? notes".to_owned()],
        ..facts()
    };
    let lines = lines(&facts, &good(), false);
    assert!(lines[0].starts_with("crates/a/src/lib.rs: is not as it was committed"));
    assert!(lines[1].starts_with("notes: "));
}

#[test]
fn another_branch_stops_an_upload_but_no_dry_run() {
    for (branch, named) in [("topic", "topic is checked out"), ("", "no branch is")] {
        let facts = Facts {
            branch: branch.to_owned(),
            ..facts()
        };
        assert!(lines(&facts, &good(), false).is_empty());
        let lines = lines(&facts, &good(), true);
        assert!(lines[0].contains(named) && lines[0].contains("git switch main"));
    }
}

#[test]
fn a_clone_without_history_or_a_maintainer_without_a_name_stops_an_upload_but_no_dry_run() {
    let facts = Facts {
        shallow: true,
        signs: false,
        ..facts()
    };
    assert!(lines(&facts, &good(), false).is_empty());
    let lines = lines(&facts, &good(), true);
    assert!(
        lines[0].contains("git fetch --unshallow --tags"),
        "{lines:?}"
    );
    assert!(lines[1].contains("user.name"), "{lines:?}");
}

#[test]
fn a_version_that_exists_stops_it_and_so_does_an_older_one() {
    for (tag, word) in [
        (Version::new(0, 1, 0), "exists"),
        (Version::new(0, 2, 0), "older"),
    ] {
        let facts = Facts {
            tags: vec![Version::new(0, 0, 1), tag],
            ..facts()
        };
        let line = only(&facts, &good());
        assert!(
            line.starts_with("Cargo.toml: ") && line.contains(word),
            "{line}"
        );
        assert!(line.contains("cargo xtask bump"), "{line}");
    }
}

#[test]
fn a_changelog_without_text_for_the_version_stops_it() {
    let with = |changelog: &str| Facts {
        changelog: changelog.to_owned(),
        ..facts()
    };
    let other = only(&with(&TEXT.replace("0.1.0", "0.0.9")), &good());
    assert!(
        other.starts_with("CHANGELOG.md: has no text for 0.1.0"),
        "{other}"
    );
    let undated = only(&with(&TEXT.replace(" - 2025-12-31", "")), &good());
    assert!(
        undated.starts_with("CHANGELOG.md:3: 0.1.0 has no date"),
        "{undated}"
    );
    let empty = only(&with(&TEXT.replace("- New.", "")), &good());
    assert!(empty.starts_with("CHANGELOG.md:3: has no text"), "{empty}");
    let left = TEXT.replace("## 0.1.0", "## Unreleased\n\n- Newer.\n\n## 0.1.0");
    let left = only(&with(&left), &good());
    assert!(
        left.starts_with("CHANGELOG.md:3: something is Unreleased")
            && left.contains("put it under `## 0.1.0 - 2025-12-31`"),
        "{left}"
    );
}

#[test]
fn a_pin_stops_it_and_so_does_a_requirement_of_another_version() {
    let pin = asked(&serde_json::json!({ "name": "a", "req": "=0.1.0", "kind": null }));
    assert!(
        pin.starts_with("crates/b/Cargo.toml: pins a by `=0.1.0`") && pin.contains("without `=`"),
        "{pin}"
    );
    let old = asked(&serde_json::json!({ "name": "a", "req": "^0.0.9", "kind": null }));
    assert!(
        old.contains("asks for a `^0.0.9`, and not for the 0.1.0"),
        "{old}"
    );
    let open = asked(&serde_json::json!({ "name": "a", "req": "*", "kind": null }));
    assert!(open.contains("asks for a `*`"), "{open}");
}

#[test]
fn a_dev_dependency_on_a_member_has_a_path_and_nothing_else() {
    let bare =
        serde_json::json!({ "name": "a", "req": "*", "kind": "dev", "path": "here/crates/a" });
    assert!(lines(&facts(), &workspace(&bare), true).is_empty());
    let version = asked(&serde_json::json!({ "name": "a", "req": "^0.1.0", "kind": "dev" }));
    assert!(
        version.starts_with("crates/b/Cargo.toml: the dev-dependency a has a version")
            && version.contains("a = { path = \"../a\" }"),
        "{version}"
    );
}

#[test]
fn what_others_publish_is_asked_for_in_any_way() {
    let foreign = serde_json::json!({ "name": "http", "req": "=1.0.0", "kind": null });
    assert!(lines(&facts(), &workspace(&foreign), true).is_empty());
}

#[test]
fn a_member_that_needs_what_is_never_published_stops_it() {
    let packages = serde_json::json!([
        {
            "name": "a", "version": "0.1.0", "publish": null, "manifest_path": "here/crates/a/Cargo.toml",
            "dependencies": [{ "name": "tools", "req": "*", "kind": null }],
        },
        { "name": "tools", "version": "0.1.0", "publish": [], "manifest_path": "here/tools/Cargo.toml" },
    ]);
    let workspace = Workspace::from_members(packages.as_array().unwrap());
    let line = only(&facts(), &workspace);
    assert!(
        line.starts_with("crates/a/Cargo.toml: depends on tools"),
        "{line}"
    );
}

#[test]
fn a_missing_licence_stops_it_with_the_link_that_mends_it() {
    let facts = Facts {
        missing: vec!["crates/a/LICENSE-MIT".to_owned()],
        ..facts()
    };
    assert_eq!(
        only(&facts, &good()),
        "crates/a/LICENSE-MIT: is missing (ln -s ../../LICENSE-MIT crates/a/LICENSE-MIT)"
    );
}

#[test]
fn one_version_is_the_version_of_all() {
    let packages = serde_json::json!([
        { "name": "a", "version": "0.1.0", "publish": null, "manifest_path": "here/crates/a/Cargo.toml" },
        { "name": "b", "version": "0.1.1", "publish": null, "manifest_path": "here/crates/b/Cargo.toml" },
    ]);
    let workspace = Workspace::from_members(packages.as_array().unwrap());
    let line = only(&facts(), &workspace);
    assert!(
        line.starts_with("crates/b/Cargo.toml: has the version 0.1.1"),
        "{line}"
    );
}
