//! The power set of a crate's features.

use std::collections::{BTreeMap, BTreeSet};

/// Every set of features that a user can end up with, `default` left to the choices it stands for.
///
/// Choices that turn on the same features are one build (`reqwest` turns on `tokio`, so beside it `tokio` adds
/// nothing) and appear once.
pub(crate) fn power_set(features: &BTreeMap<String, Vec<String>>) -> BTreeSet<BTreeSet<&str>> {
    let mut sets = BTreeSet::from([BTreeSet::new()]);
    for name in features.keys().filter(|name| *name != "default") {
        let with = closure(features, name);
        let more: Vec<_> = sets
            .iter()
            .map(|set| set.union(&with).copied().collect())
            .collect();
        sets.extend(more);
    }
    sets
}

/// The feature and all features of the same crate that come with it.
fn closure<'a>(features: &'a BTreeMap<String, Vec<String>>, name: &'a str) -> BTreeSet<&'a str> {
    let mut closed = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        // Whatever is not a key (`dep:x`, `x/y`) belongs to another crate.
        if let Some((name, enables)) = features.get_key_value(name)
            && closed.insert(name.as_str())
        {
            open.extend(enables.iter().map(String::as_str));
        }
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(features: &[(&str, &[&str])]) -> Vec<String> {
        let owned = |list: &&[&str]| list.iter().copied().map(str::to_owned).collect();
        let features = features
            .iter()
            .map(|(name, enables)| ((*name).to_owned(), owned(enables)))
            .collect();
        power_set(&features)
            .into_iter()
            .map(|set| set.into_iter().collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn without_features_there_is_one_build() {
        assert_eq!(sets(&[]), [""]);
    }

    #[test]
    fn independent_features_combine_freely() {
        assert_eq!(
            sets(&[("a", &[]), ("b", &["dep:b"])]),
            ["", "a", "a b", "b"]
        );
        assert_eq!(sets(&[("a", &[]), ("b", &[]), ("c", &[])]).len(), 8);
    }

    #[test]
    fn default_is_left_to_the_choices_it_stands_for() {
        assert_eq!(sets(&[("a", &[]), ("default", &["a"])]), ["", "a"]);
    }

    #[test]
    fn choices_that_turn_on_the_same_features_are_one_build() {
        assert_eq!(
            sets(&[("reqwest", &["tokio", "dep:reqwest"]), ("tokio", &[])]),
            ["", "reqwest tokio", "tokio"]
        );
    }

    #[test]
    fn features_that_turn_each_other_on_do_not_loop() {
        assert_eq!(sets(&[("a", &["b"]), ("b", &["a"])]), ["", "a b"]);
    }
}
