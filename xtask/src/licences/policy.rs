//! What `deny.toml` says, so that this gate and `cargo deny check` cannot disagree.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};

#[derive(Debug, Default)]
pub(super) struct Policy {
    /// `[licenses] allow`.
    pub(super) licences: BTreeSet<String>,
    /// `[bans] deny`.
    pub(super) banned: BTreeSet<String>,
}

impl Policy {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let document = text.parse::<DocumentMut>()?;
        Ok(Self {
            licences: strings(&document, "licenses", "allow")?,
            banned: strings(&document, "bans", "deny")?,
        })
    }
}

fn strings(document: &DocumentMut, table: &str, key: &str) -> Result<BTreeSet<String>> {
    let list = document
        .get(table)
        .and_then(|table| table.get(key))
        .and_then(Item::as_array);
    list.into_iter()
        .flatten()
        .map(|value| Some(value.as_str()?.to_owned()))
        .collect::<Option<BTreeSet<_>>>()
        .filter(|list| !list.is_empty())
        .with_context(|| format!("[{table}] {key} should be a list of names, and not empty"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_deny_toml_are_read() {
        let policy =
            Policy::parse("[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [\"a\", \"b\"]\n")
                .unwrap();
        assert!(policy.licences.contains("MIT"));
        assert_eq!(policy.banned.len(), 2);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error_and_not_an_empty_list() {
        for text in [
            "",
            "[licenses]\nallow = []\n[bans]\ndeny = [\"a\"]\n",
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"a\" }]\n",
        ] {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }
}
