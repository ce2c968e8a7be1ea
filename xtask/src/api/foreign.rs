//! Whose types show in the API: their next major is a breaking change of ours.

use std::collections::BTreeSet;

use crate::finding::Finding;

/// What may show in the API of a crate.
struct Allowed {
    name: &'static str,
    /// Names as Rust writes them, each with its reason; Rust's own are always there.
    foreign: &'static [(&'static str, &'static str)],
}

const LISTS: &[Allowed] = &[
    Allowed {
        name: "phrase-auth-core",
        foreign: &[
            (
                "bytes",
                "a body, as every HTTP library takes it and gives it",
            ),
            (
                "http",
                "requests, answers and headers: the common words of all HTTP libraries",
            ),
            (
                "serde_core",
                "a StoreKey is written to disk by stores that others make",
            ),
        ],
    },
    Allowed {
        name: "phrase-auth-reqwest",
        foreign: &[
            ("bytes", "the HttpClient of the core"),
            ("http", "the HttpClient of the core"),
            ("phrase_auth_core", "what it is a client for"),
        ],
    },
    Allowed {
        name: "phrase-auth-platform",
        foreign: &[
            ("phrase_auth_core", "what it is a scheme of"),
            ("phrase_auth_reqwest", "its client, by feature"),
            ("serde_json", "the claims that have no name of their own"),
        ],
    },
    Allowed {
        name: "phrase-auth-apitoken",
        foreign: &[
            ("phrase_auth_core", "what it is a scheme of"),
            ("phrase_auth_reqwest", "its client, by feature"),
        ],
    },
    Allowed {
        name: "phrase-auth-oauth2",
        foreign: &[
            (
                "bytes",
                "a pending login as wiped bytes, to be kept between two requests",
            ),
            ("phrase_auth_core", "what it is a scheme of"),
            ("phrase_auth_reqwest", "its client, by feature"),
        ],
    },
    Allowed {
        name: "phrase-auth",
        foreign: &[
            ("phrase_auth_apitoken", "what it gives out"),
            ("phrase_auth_core", "what it gives out"),
            ("phrase_auth_oauth2", "what it gives out"),
            ("phrase_auth_platform", "what it gives out"),
        ],
    },
    Allowed {
        name: "phrase-auth-emulator",
        foreign: &[
            ("axum", "a router to mount in a server of one's own"),
            ("http", "the requests of its log"),
            ("phrase_auth_core", "products, data centres and endpoints"),
        ],
    },
];

const HERE: &str = "xtask/src/api/foreign.rs";

/// Rust's own.
const STANDARD: [&str; 3] = ["alloc", "core", "std"];

pub(super) fn check(name: &str, listing: &str) -> Vec<Finding> {
    let list = LISTS.iter().find(|list| list.name == name);
    against(name, list.map_or(&[], |list| list.foreign), listing)
}

fn against(name: &str, allowed: &[(&str, &str)], listing: &str) -> Vec<Finding> {
    let own = name.replace('-', "_");
    let mut shown = BTreeSet::new();
    let mut findings = Vec::new();
    for line in listing.lines() {
        for foreign in roots(line) {
            if foreign == own || STANDARD.contains(&foreign) || !shown.insert(foreign) {
                continue;
            }
            if !allowed.iter().any(|(name, _)| *name == foreign) {
                let mend =
                    format!("hide it behind a type of ours; or allow it in {HERE}, and say why");
                findings.push(Finding::new(
                    name,
                    format!("shows the crate `{foreign}` in its API: {line}"),
                    mend,
                ));
            }
        }
    }
    for (foreign, _) in allowed {
        if !shown.contains(foreign) {
            let what = format!("does not show `{foreign}` in its API any more");
            findings.push(Finding::new(
                name,
                what,
                format!("take it out of the list in {HERE}"),
            ));
        }
    }
    findings
}

/// The crates that the paths of an item begin with.
fn roots(item: &str) -> Vec<&str> {
    // Of a re-export it stands behind the sign where it is from, and that may be a whole crate.
    if let Some((_, from)) = item
        .strip_prefix("pub use ")
        .and_then(|it| it.split_once(" = "))
    {
        return from
            .split(", ")
            .filter_map(|path| path.split("::").next())
            .collect();
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut roots = Vec::new();
    for (end, _) in item.match_indices("::") {
        let before = item.get(..end).unwrap_or_default();
        let start = before
            .rfind(|c| !is_part(c))
            .map_or(0, |at| at.saturating_add(1));
        let (before, root) = before.split_at(start);
        // The inside of a path is no root; neither is `T` in `T::Error`, nor what follows `<T as Trait>`.
        let is_crate = root.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if is_crate && !before.ends_with("::") {
            roots.push(root);
        }
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "pub fn a::B::c<T: serde_core::de::Deserialize<'de>>(self, &T::Error) -> core::result::Result<http::Uri, <T as x::Y>::Z>";

    fn found(allowed: &[(&str, &str)], listing: &str) -> String {
        against("my-crate", allowed, listing)
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn the_crates_of_an_item_are_the_beginnings_of_its_paths() {
        assert_eq!(roots(ITEM), ["a", "serde_core", "core", "http", "x"]);
        assert!(roots("pub struct B").is_empty());
    }

    #[test]
    fn the_crate_of_a_re_export_is_the_one_that_it_is_from() {
        assert_eq!(roots("pub use a::B = reqwest::Client"), ["reqwest"]);
        assert_eq!(
            roots("pub use a::b = phrase_auth_b, other::b"),
            ["phrase_auth_b", "other"]
        );
    }

    #[test]
    fn a_crate_that_nobody_has_allowed_is_found_once_with_the_item_that_shows_it() {
        let found = found(
            &[],
            "pub fn my_crate::a(reqwest::Url)\npub fn my_crate::b(reqwest::Url)\n",
        );
        assert!(
            found
                .starts_with("my-crate: shows the crate `reqwest` in its API: pub fn my_crate::a("),
            "{found}"
        );
        assert!(!found.contains("my_crate::b"), "{found}");
    }

    #[test]
    fn the_crate_itself_and_those_of_rust_need_nobody_s_leave() {
        assert_eq!(
            found(
                &[],
                "pub fn my_crate::a(core::a::B, alloc::c::D, std::e::F)\n"
            ),
            ""
        );
    }

    #[test]
    fn what_is_allowed_and_not_shown_is_found() {
        let found = found(&[("http", "why")], "pub fn my_crate::a()\n");
        assert!(
            found.contains("does not show `http` in its API any more"),
            "{found}"
        );
    }

    #[test]
    fn no_crate_of_ours_may_show_reqwest() {
        for list in LISTS {
            assert!(
                list.foreign.iter().all(|(name, _)| *name != "reqwest"),
                "{}",
                list.name
            );
        }
    }

    #[test]
    fn every_foreign_crate_has_a_reason() {
        for list in LISTS {
            assert!(
                list.foreign.iter().all(|(_, why)| !why.is_empty()),
                "{}",
                list.name
            );
        }
    }
}
