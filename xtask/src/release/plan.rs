//! The order in which crates are published: whatever a crate needs is up before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    finding::Finding,
    workspace::{Member, Workspace},
};

/// The published members, what is needed first; names decide where the dependencies leave a choice.
///
/// A dev-dependency is no reason to wait: cargo leaves one that is a bare path out of the package.
pub(crate) fn order(workspace: &Workspace) -> Result<Vec<&Member>, Finding> {
    let mut open: BTreeMap<&str, (&Member, BTreeSet<&str>)> = BTreeMap::new();
    for member in workspace.published() {
        open.insert(&member.name, (member, needs(workspace, member)?));
    }
    let mut order = Vec::new();
    while !open.is_empty() {
        let ready = open.iter().find(|(_, (_, needs))| needs.is_empty());
        let Some((&name, &(member, _))) = ready else {
            return Err(Finding::new(
                "crates",
                format!(
                    "these need each other, so that none can be published first: {}",
                    cycle(&open).join(" -> ")
                ),
                "take one of the dependencies between them out",
            ));
        };
        open.remove(name);
        for (_, needs) in open.values_mut() {
            needs.remove(name);
        }
        order.push(member);
    }
    Ok(order)
}

/// The members that have to be up before this one.
fn needs<'a>(workspace: &'a Workspace, member: &'a Member) -> Result<BTreeSet<&'a str>, Finding> {
    let mut needs = BTreeSet::new();
    for dependency in member
        .dependencies
        .iter()
        .filter(|dependency| !dependency.dev)
    {
        let Ok(other) = workspace.member(&dependency.name) else {
            continue;
        };
        if !other.published {
            return Err(Finding::new(
                workspace.manifest(member),
                format!("depends on {}, which is never published", other.name),
                format!(
                    "take the dependency out, or `publish = false` out of {}",
                    workspace.manifest(other)
                ),
            ));
        }
        needs.insert(other.name.as_str());
    }
    Ok(needs)
}

/// One way round: from each crate to the first that it needs, until one comes up again.
fn cycle<'a>(open: &BTreeMap<&'a str, (&Member, BTreeSet<&'a str>)>) -> Vec<&'a str> {
    let mut way: Vec<&str> = Vec::new();
    let mut next = open.keys().next().copied();
    while let Some(name) = next {
        if let Some(start) = way.iter().position(|seen| *seen == name) {
            let mut way = way.split_off(start);
            way.push(name);
            return way;
        }
        way.push(name);
        next = open
            .get(name)
            .and_then(|(_, needs)| needs.iter().next().copied());
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members as `name: need need`, where `dev/need` is for tests only and `!name` is never published.
    fn workspace(members: &[&str]) -> Workspace {
        let member = |line: &&str| {
            let (name, needs) = line.split_once(':').unwrap();
            let dependency = |need: &str| match need.strip_prefix("dev/") {
                Some(need) => serde_json::json!({ "name": need, "req": "*", "kind": "dev" }),
                None => serde_json::json!({ "name": need, "req": "^0.1.0", "kind": null }),
            };
            let publish = match name.starts_with('!') {
                true => serde_json::json!([]),
                false => serde_json::Value::Null,
            };
            let name = name.trim_start_matches('!');
            serde_json::json!({
                "name": name, "version": "0.1.0", "publish": publish,
                "manifest_path": format!("here/crates/{name}/Cargo.toml"),
                "dependencies": needs.split_whitespace().map(dependency).collect::<Vec<_>>(),
            })
        };
        let packages: Vec<_> = members.iter().map(member).collect();
        Workspace::from_members(&packages)
    }

    fn names(members: &[&str]) -> Result<Vec<String>, String> {
        match order(&workspace(members)) {
            Ok(order) => Ok(order.iter().map(|member| member.name.clone()).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn whatever_a_crate_needs_comes_before_it() {
        let order = names(&[
            "facade: one two",
            "one: core itoa",
            "two: core",
            "core: bytes",
        ]);
        assert_eq!(order.unwrap(), ["core", "one", "two", "facade"]);
    }

    #[test]
    fn a_need_of_tests_does_not_count_not_even_in_a_circle() {
        assert_eq!(
            names(&["core: dev/one dev/tests", "one: core", "!tests: one"]).unwrap(),
            ["core", "one"]
        );
    }

    #[test]
    fn crates_that_need_each_other_are_named_in_their_circle_and_no_others() {
        let error = names(&["a: b", "b: c", "c: b", "d:"]).unwrap_err();
        assert!(error.contains("first: b -> c -> b\n"), "{error}");
    }

    #[test]
    fn a_need_that_is_never_published_is_refused_with_both_manifests() {
        let error = names(&["a: tools", "!tools:"]).unwrap_err();
        assert!(
            error.starts_with("crates/a/Cargo.toml: depends on tools, which is never published")
                && error.ends_with("out of crates/tools/Cargo.toml"),
            "{error}"
        );
    }

    #[test]
    fn what_is_never_published_is_not_in_the_plan() {
        assert_eq!(names(&["a:", "!tools: a"]).unwrap(), ["a"]);
    }
}
