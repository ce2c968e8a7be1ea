//! The `[package]` table.

use toml_edit::{Item, TableLike};

use super::{Kind, Problems};

/// Keys of a package's own, in order; others may stand anywhere among them.
const OWN: [&str; 7] = [
    "name",
    "description",
    "keywords",
    "categories",
    "readme",
    "include",
    "publish",
];

/// Keys that every member takes from the workspace, after its own, in order.
const INHERITED: [&str; 6] = [
    "version",
    "edition",
    "rust-version",
    "license",
    "repository",
    "authors",
];

/// What a published crate must say beyond its name.
const REQUIRED: [&str; 5] = ["description", "keywords", "categories", "readme", "include"];

/// What belongs into a published archive; tests and snapshots stay out, of the sources too. Behind the README there may
/// be further pages that the documentation includes.
const INCLUDED: [&str; 5] = [
    "src/**",
    "!src/**/tests.rs",
    "!src/**/tests/**",
    "README.md",
    "LICENSE-*",
];

impl Problems<'_> {
    pub(super) fn package(&mut self, text: &str, package: &dyn TableLike, kind: Kind) {
        let (inherited, own): (Vec<_>, Vec<_>) = package
            .iter()
            .filter(|(key, _)| *key != "metadata")
            .partition(|(_, item)| {
                item.as_table_like()
                    .is_some_and(|item| item.get("workspace").is_some())
            });
        let keys = |items: &[(&str, &Item)]| {
            items
                .iter()
                .map(|(key, _)| (*key).to_owned())
                .collect::<Vec<_>>()
        };
        if keys(&inherited) != INHERITED {
            let mend = format!(
                "in this order, each with `.workspace = true`: {}",
                INHERITED.join(", ")
            );
            self.add(
                format!("takes `{}` from the workspace", keys(&inherited).join(", ")),
                mend,
            );
        }
        let known: Vec<_> = keys(&own)
            .into_iter()
            .filter_map(|key| OWN.iter().position(|own| *own == key))
            .collect();
        if !known.is_sorted() {
            self.add(
                "its own keys are out of order",
                format!("the order is: {}", OWN.join(", ")),
            );
        }
        self.blank_line_between(text);
        match kind {
            Kind::Published { .. } => self.published(package),
            Kind::Unpublished if package.get("publish").and_then(Item::as_bool) == Some(false) => {}
            Kind::Unpublished => self.add("could be published", "publish = false"),
        }
    }

    /// One blank line, between the package's own keys and those it inherits.
    fn blank_line_between(&mut self, text: &str) {
        let body = text
            .lines()
            .skip_while(|line| *line != "[package]")
            .skip(1)
            .take_while(|line| !line.starts_with('['));
        let mut shape: Vec<_> = body
            .map(|line| match line {
                "" => ' ',
                line if line.contains(".workspace = true") => 'i',
                _ => 'o',
            })
            .collect();
        shape.dedup();
        if String::from_iter(shape).trim() != "o i" {
            let mend = "own keys, one blank line, then the keys with `.workspace = true`";
            self.add("its own and its inherited keys are mixed", mend);
        }
    }

    fn published(&mut self, package: &dyn TableLike) {
        if package.get("publish").is_some() {
            self.add(
                "sets `publish`",
                "take it out: what lies in crates/ ships, and the rehearsal registry takes it too",
            );
        }
        for key in REQUIRED.iter().filter(|key| package.get(key).is_none()) {
            self.add(
                format!("has no `{key}`"),
                "crates.io and docs.rs show it; see another crate's manifest",
            );
        }
        let include = package.get("include").and_then(Item::as_array);
        let is_page =
            |name: &str| name.ends_with(".md") && !name.contains('/') && name != "README.md";
        let listed: Vec<_> = include
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str())
            .filter(|name| !is_page(name))
            .collect();
        if include.is_some() && listed != INCLUDED {
            self.add(
                "its `include` is not what every crate ships",
                format!("include = {INCLUDED:?}"),
            );
        }
    }
}
