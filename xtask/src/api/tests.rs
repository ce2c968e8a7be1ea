use super::*;

fn snapshot(listing: &str) -> Option<Snapshot> {
    Some(Snapshot {
        rustc: "rustc 1.95.0".to_owned(),
        listing: listing.to_owned(),
    })
}

fn compared(old: Option<Snapshot>, new: &str, rustc: &str) -> String {
    compare("crates/a/api.txt", old, new, rustc)
        .map_or_else(String::new, |finding| finding.to_string())
}

#[test]
fn the_same_items_are_no_finding_whichever_compiler_wrote_them() {
    assert_eq!(compared(snapshot("x\n"), "x\n", "rustc 1.96.0"), "");
}

#[test]
fn a_missing_snapshot_is_a_finding_with_the_command_that_makes_it() {
    let found = compared(None, "x\n", "rustc 1.95.0");
    assert!(
        found.starts_with("crates/a/api.txt: is missing\n  mend: cargo xtask api --bless"),
        "{found}"
    );
}

#[test]
fn a_changed_item_is_shown_as_it_was_and_as_it_is() {
    let found = compared(snapshot("a\nb\n"), "a\nc\n", "rustc 1.95.0");
    assert!(
        found.contains("sources\n  -b\n  +c\n  mend: cargo xtask api --bless"),
        "{found}"
    );
    assert!(!found.contains("rustc"), "{found}");
}

#[test]
fn another_compiler_is_named_where_there_is_a_difference() {
    let found = compared(snapshot("a\n"), "b\n", "rustc 1.96.0");
    assert!(
        found.contains("made with rustc 1.95.0, and this is rustc 1.96.0"),
        "{found}"
    );
}

#[test]
fn another_order_is_a_finding_too() {
    let found = compared(snapshot("a\nb\n"), "b\na\n", "rustc 1.95.0");
    assert!(found.contains("in another order"), "{found}");
}

#[test]
fn only_published_libraries_have_a_snapshot() {
    let workspace = Workspace::sample();
    let names: Vec<_> = libraries(&workspace).map(|member| &member.name).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn the_listing_is_another_build_to_cargo_than_the_pages() {
    let command = json("a").to_string();
    assert!(command.ends_with("-p a -- --cfg api"), "{command}");
}
