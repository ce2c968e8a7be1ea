//! "Available on crate feature x only": what a crate gives out by feature says so on its page.
//!
//! rustdoc writes the label by itself, from the `cfg` of the item, where the crate asks for it; what has to be on it is read
//! from `lib.rs`, which names all that a crate gives out.

use std::collections::BTreeSet;

use crate::finding::Finding;

/// Something public that comes with features.
#[derive(Debug, PartialEq)]
pub(super) struct Gated {
    name: String,
    features: BTreeSet<String>,
}

/// The re-exports and modules of a `lib.rs` that have a condition.
pub(super) fn gated(text: &str) -> Vec<Gated> {
    let mut found = Vec::new();
    let mut features = BTreeSet::new();
    // Whether there is a page, and a label on it.
    let (mut paged, mut labelled) = (true, true);
    for item in items(text) {
        if let Some(condition) = item.strip_prefix("#[cfg(") {
            features.extend(named(condition));
            paged &= !condition.starts_with("test)") && !condition.starts_with("all(test,");
        } else if item.contains("doc(auto_cfg = false)") {
            labelled = false;
        } else if !item.starts_with('#') {
            let features = std::mem::take(&mut features);
            if !features.is_empty() && paged {
                found.extend(names(&item).into_iter().map(|name| Gated {
                    name,
                    features: if labelled {
                        features.clone()
                    } else {
                        BTreeSet::new()
                    },
                }));
            }
            (paged, labelled) = (true, true);
        }
    }
    found
}

/// Reads the page of each item, by its path in the folder of the crate.
pub(super) fn check(
    file: &str,
    gated: &[Gated],
    page: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in gated {
        let Some(html) = paths(&item.name).iter().find_map(|path| page(path)) else {
            let what = format!("`{}` has no page in the documentation", item.name);
            findings.push(Finding::new(file, what, "#[doc(inline)] above it"));
            continue;
        };
        let shown = label(&html);
        if shown != item.features {
            let list = |features: &BTreeSet<String>| match features.is_empty() {
                true => "no feature".to_owned(),
                false => features
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            let what = format!(
                "the page of `{}` is labelled with {}, and it comes with {}",
                item.name,
                list(&shown),
                list(&item.features)
            );
            let mend = "#![cfg_attr(docsrs, feature(doc_cfg))] at the top; a condition that names more than the feature \
                        in two conditions";
            findings.push(Finding::new(file, what, mend));
        }
    }
    findings
}

/// Attributes and items, each on one line.
fn items(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut item = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("//") || line.is_empty() {
            continue;
        }
        item.push_str(line);
        let is_whole = match item.starts_with('#') {
            true => line.ends_with(']'),
            false => line.ends_with([';', '}']),
        };
        if is_whole {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(' ');
        }
    }
    items
}

/// Every `feature = "…"` of a condition.
fn named(condition: &str) -> BTreeSet<String> {
    let parts = condition.split("feature = \"").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('"')?.0.to_owned()))
        .collect()
}

/// What an item gives out; nothing if it is private.
fn names(item: &str) -> Vec<String> {
    let Some(given) = item
        .strip_prefix("pub use ")
        .or_else(|| item.strip_prefix("pub mod "))
    else {
        return Vec::new();
    };
    let parts = given.split([',', '{', '}', ';']).map(str::trim);
    parts
        .filter(|part| !part.is_empty() && !part.ends_with("::"))
        .filter_map(|part| part.rsplit([':', ' ']).next())
        .map(str::to_owned)
        .collect()
}

/// Where the page of an item may be: only its kind is not known.
fn paths(name: &str) -> Vec<String> {
    let kinds = ["struct", "enum", "trait", "fn", "type", "constant", "macro"];
    let module = format!("{name}/index.html");
    kinds
        .iter()
        .map(|kind| format!("{kind}.{name}.html"))
        .chain([module])
        .collect()
}

/// The features on the label of the page itself, which stands before those of what is on it.
fn label(html: &str) -> BTreeSet<String> {
    // Beside it there is a menu, and below it the parts of the item, each with its own labels.
    let main = html
        .split_once("id=\"main-content\"")
        .map_or("", |(_, main)| main);
    let head = main.split("<h2").next().unwrap_or_default();
    let Some((_, rest)) = head.split_once("<div class=\"stab portability\">") else {
        return BTreeSet::new();
    };
    let text = rest.split("</div>").next().unwrap_or_default();
    let parts = text.split("<code>").skip(1);
    parts
        .filter_map(|part| Some(part.split_once("</code>")?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = r#"
#![cfg_attr(docsrs, feature(doc_cfg))]

mod private;
#[cfg(feature = "hidden")]
mod other;
pub use self::private::Always;
#[cfg(any(feature = "one", feature = "two"))]
#[doc(inline)]
pub use other_crate::{
    First, // with a comment
    Second as Renamed,
};
#[cfg(feature = "scheme")]
pub use scheme_crate as scheme;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(all(test, not(feature = "testing")))]
pub mod testing;
#[cfg(doc)]
#[cfg(any(
    not(doctest),
    feature = "full"
))]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod prose;
"#;

    const LABEL: &str = "<h2>menu</h2><section id=\"main-content\"><h1>x</h1><div class=\"stab portability\">Available on <strong>crate feature <code>a</code> or \
                         <code>b</code></strong> only.</div><h2><div class=\"stab portability\"><code>c</code></div>";

    fn shown(gated: &[Gated]) -> Vec<String> {
        let line = |item: &Gated| {
            let features: Vec<_> = item.features.iter().map(String::as_str).collect();
            format!("{}: {}", item.name, features.join(" "))
        };
        gated.iter().map(line).collect()
    }

    fn item(features: &[&str]) -> [Gated; 1] {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        [Gated {
            name: "Thing".to_owned(),
            features,
        }]
    }

    #[test]
    fn what_is_public_and_has_a_condition_is_read_with_its_features() {
        assert_eq!(
            shown(&gated(LIB)),
            [
                "First: one two",
                "Renamed: one two",
                "scheme: scheme",
                "testing: testing",
                "prose: "
            ]
        );
    }

    #[test]
    fn the_facade_gives_out_each_scheme_by_its_feature() {
        let gated = shown(&gated(include_str!(
            "../../../crates/phrase-auth/src/lib.rs"
        )));
        for scheme in [
            "apitoken: apitoken",
            "oauth2: oauth2",
            "platform: platform",
            "testing: testing",
        ] {
            assert!(gated.contains(&scheme.to_owned()), "{gated:?}");
        }
    }

    #[test]
    fn the_label_is_that_of_the_page_and_not_of_what_is_on_it() {
        assert_eq!(label(LABEL).into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(label("<section id=\"main-content\"><h2><div class=\"stab portability\"><code>c</code></div>").is_empty());
    }

    #[test]
    fn a_page_with_the_right_label_is_no_finding() {
        let page = |path: &str| (path == "struct.Thing.html").then(|| LABEL.to_owned());
        assert!(check("lib.rs", &item(&["a", "b"]), page).is_empty());
    }

    #[test]
    fn a_page_with_another_label_or_none_is_found() {
        let found = check("lib.rs", &item(&["a"]), |_| Some(LABEL.to_owned()));
        assert_eq!(
            found[0].what,
            "the page of `Thing` is labelled with `a`, `b`, and it comes with `a`"
        );
        let found = check("lib.rs", &item(&["a"]), |_| Some(String::new()));
        assert_eq!(
            found[0].what,
            "the page of `Thing` is labelled with no feature, and it comes with `a`"
        );
    }

    #[test]
    fn an_item_without_a_page_is_found() {
        let found = check("lib.rs", &item(&["a"]), |_| None);
        assert_eq!(found[0].what, "`Thing` has no page in the documentation");
    }
}
