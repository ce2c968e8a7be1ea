//! Where a re-export is from. public-api shows only the name under which it is given out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Of each name that is re-exported from another crate: its path there, as the source writes it.
pub(crate) struct Origins(BTreeMap<String, BTreeSet<String>>);

impl Origins {
    /// From rustdoc's JSON.
    pub(crate) fn read(json: &Value) -> Self {
        let mut origins = BTreeMap::<_, BTreeSet<_>>::new();
        let index = json.get("index").and_then(Value::as_object);
        for item in index.into_iter().flat_map(|index| index.values()) {
            let Some(given) = item.pointer("/inner/use") else {
                continue;
            };
            let text = |key| given.get(key).and_then(Value::as_str);
            let is_ours = given
                .get("id")
                .is_some_and(|id| index.is_some_and(|index| index.contains_key(&id.to_string())));
            if let (Some(name), Some(from), false) = (text("name"), text("source"), is_ours) {
                origins
                    .entry(name.to_owned())
                    .or_default()
                    .insert(from.to_owned());
            }
        }
        Self(origins)
    }

    /// The item, and if it is a re-export, ` = ` and where it is from. Names that several modules give out are told
    /// with all their origins.
    pub(crate) fn told(&self, mut item: String) -> String {
        let name = item
            .strip_prefix("pub use ")
            .and_then(|path| path.rsplit("::").next());
        if let Some(from) = name.and_then(|name| self.0.get(name)) {
            let from: Vec<_> = from.iter().map(String::as_str).collect();
            item.push_str(" = ");
            item.push_str(&from.join(", "));
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        let given = |name, source, id| serde_json::json!({ "inner": { "use": { "name": name, "source": source, "id": id } } });
        Origins::read(&serde_json::json!({ "index": {
            "1": given("Client", "reqwest::Client", 10),
            "2": given("scheme", "scheme_crate", 11),
            "3": given("Ours", "self::ours::Ours", 4),
            "4": { "inner": { "struct": {} } },
        } }))
    }

    #[test]
    fn a_re_export_is_told_with_where_it_is_from() {
        let told = |item: &str| origins().told(item.to_owned());
        assert_eq!(
            told("pub use a::Client"),
            "pub use a::Client = reqwest::Client"
        );
        assert_eq!(
            told("pub use a::b::scheme"),
            "pub use a::b::scheme = scheme_crate"
        );
    }

    #[test]
    fn what_is_ours_and_what_is_no_re_export_stay_as_they_are() {
        for item in [
            "pub use a::Ours",
            "pub struct a::Client",
            "pub use a::Unknown",
        ] {
            assert_eq!(origins().told(item.to_owned()), item);
        }
    }
}
