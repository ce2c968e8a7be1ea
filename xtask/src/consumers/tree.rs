//! What `cargo tree --prefix none --format {p}` prints, as a set.

use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) struct Tree {
    /// Name and version: two majors of one crate are two packages to compile.
    packages: BTreeSet<(String, String)>,
}

impl Tree {
    /// Lines are `name vX.Y.Z`, then maybe `(proc-macro)`, `(path)` or `(*)` where a package appears again.
    pub(crate) fn parse(lines: &str) -> Self {
        let package = |line: &str| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        };
        Self {
            packages: lines.lines().filter_map(package).collect(),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().map(|(name, _)| name.as_str())
    }

    /// The number of packages that are none of `these`.
    pub(crate) fn beside(&self, these: &[&str]) -> usize {
        self.names().filter(|name| !these.contains(name)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "user v0.0.0 (/somewhere/user)
phrase-auth v0.1.0 (/somewhere/phrase-auth)
async-trait v0.1.89 (proc-macro)
syn v2.0.1
syn v1.0.1

phrase-auth v0.1.0 (/somewhere/phrase-auth) (*)
syn v2.0.1 (*)
";

    #[test]
    fn a_package_that_appears_again_counts_once() {
        assert_eq!(Tree::parse(LINES).beside(&[]), 5);
    }

    #[test]
    fn two_versions_of_a_crate_are_two_packages() {
        assert_eq!(
            Tree::parse(LINES)
                .names()
                .filter(|name| *name == "syn")
                .count(),
            2
        );
    }

    #[test]
    fn packages_can_be_left_out_of_the_count() {
        assert_eq!(Tree::parse(LINES).beside(&["user", "phrase-auth"]), 3);
    }
}
