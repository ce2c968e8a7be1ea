//! A manifest reads in one order, and says what its kind of package must say.

mod package;

use toml_edit::{DocumentMut, Item, TableLike};

use crate::finding::Finding;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Published { library: bool },
    Unpublished,
}

pub(super) fn check(file: &str, text: &str, kind: Kind) -> Vec<Finding> {
    let manifest = match text.parse::<DocumentMut>() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::new(file, error.to_string(), "mend the TOML")],
    };
    let mut problems = Problems {
        file,
        list: Vec::new(),
    };
    problems.tables(text);
    problems.features(text);
    match manifest.get("package").and_then(Item::as_table_like) {
        Some(package) => problems.package(text, package, kind),
        None => problems.add("has no [package]", "name the package"),
    }
    for table in ["dependencies", "dev-dependencies"] {
        if let Some(list) = manifest.get(table).and_then(Item::as_table_like) {
            problems.dependencies(table, list);
        }
    }
    if kind == (Kind::Published { library: true })
        && !on(
            &manifest,
            &["package", "metadata", "docs", "rs", "all-features"],
        )
    {
        problems.add(
            "docs.rs would not show every feature",
            "[package.metadata.docs.rs] all-features = true",
        );
    }
    if !on(&manifest, &["lints", "workspace"]) {
        problems.add(
            "does not take the workspace's lints",
            "[lints] workspace = true, at the end",
        );
    }
    problems.list
}

/// A consumer is a user's package: it has no business in the workspace or on crates.io.
pub(super) fn check_consumer(file: &str, text: &str) -> Vec<Finding> {
    let manifest = text.parse::<DocumentMut>().unwrap_or_default();
    let mut problems = Problems {
        file,
        list: Vec::new(),
    };
    if manifest.get("workspace").is_none() {
        problems.add("is not a workspace of its own", "add an empty [workspace]");
    }
    if find(&manifest, &["package", "publish"]).and_then(Item::as_bool) != Some(false) {
        problems.add("could be published", "publish = false");
    }
    problems.list
}

struct Problems<'a> {
    file: &'a str,
    list: Vec<Finding>,
}

impl Problems<'_> {
    fn add(&mut self, what: impl Into<String>, mend: impl Into<String>) {
        self.list.push(Finding::new(self.file, what, mend));
    }

    fn tables(&mut self, text: &str) {
        let mut before = (0, "");
        for header in text.lines().filter(|line| line.starts_with('[')) {
            let name = header
                .split(['#'])
                .next()
                .unwrap_or(header)
                .trim()
                .trim_matches(['[', ']']);
            let Some(rank) = rank(name) else {
                self.add(
                    format!("has an unexpected table [{name}]"),
                    "take it out, or give it a place in xtask tidy",
                );
                continue;
            };
            if rank < before.0 {
                let mend = "package, docs.rs metadata, targets, features, dependencies, dev-dependencies, lints";
                self.add(
                    format!("[{name}] stands after [{}]", before.1),
                    format!("the order is: {mend}"),
                );
            }
            before = (rank, name);
        }
    }

    fn features(&mut self, text: &str) {
        let section = text
            .lines()
            .skip_while(|line| *line != "[features]")
            .skip(1);
        let mut above = "";
        for line in section.take_while(|line| !line.starts_with('[')) {
            if let Some((name, _)) = line
                .split_once('=')
                .filter(|_| !line.starts_with([' ', '#']))
            {
                let name = name.trim();
                if name != "default" && !above.starts_with("## ") {
                    self.add(
                        format!("the feature `{name}` is not explained"),
                        "put a `## …` line right above it",
                    );
                }
            }
            above = line;
        }
    }

    fn dependencies(&mut self, table: &str, list: &dyn TableLike) {
        let flag = |item: &Item, key| item.get(key).and_then(Item::as_bool) == Some(true);
        for (name, item) in list.iter() {
            // A dev-dependency on a member may be a bare path: with a version it could not be packaged.
            let path = table == "dev-dependencies"
                && item.get("path").is_some()
                && item.get("version").is_none();
            if !flag(item, "workspace") && !path {
                let mend = "write `{ workspace = true }`, and the version in the root manifest";
                self.add(format!("[{table}] {name} has a version of its own"), mend);
            }
        }
        let order: Vec<_> = list
            .iter()
            .map(|(name, item)| (flag(item, "optional"), name))
            .collect();
        if !order.is_sorted() {
            self.add(
                format!("[{table}] is out of order"),
                "by name: first what is always there, then what is optional",
            );
        }
    }
}

/// The place of a table in a manifest.
fn rank(table: &str) -> Option<u8> {
    let first = table.split('.').next().unwrap_or(table);
    Some(match (first, table) {
        ("package", "package") => 0,
        ("package", _) => 1,
        ("lib" | "bin" | "example" | "test" | "bench", _) => 2,
        ("features", _) => 3,
        ("dependencies", _) => 4,
        ("target" | "build-dependencies", _) => 5,
        ("dev-dependencies", _) => 6,
        ("lints", _) => 7,
        _ => return None,
    })
}

fn find<'a>(manifest: &'a DocumentMut, path: &[&str]) -> Option<&'a Item> {
    path.iter()
        .try_fold(manifest.as_item(), |item, key| item.get(key))
}

fn on(manifest: &DocumentMut, path: &[&str]) -> bool {
    find(manifest, path).and_then(Item::as_bool) == Some(true)
}

#[cfg(test)]
mod tests;
