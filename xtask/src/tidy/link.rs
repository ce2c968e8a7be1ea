//! Relative links of Markdown pages lead to files that exist.

use std::path::{Component, Path, PathBuf};

use super::{
    Finding,
    markdown::{prose, without_code},
};

pub(super) fn check(file: &str, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in prose(text) {
        for target in targets(&without_code(line)) {
            let at = format!("{file}:{number}");
            if target.contains("::") {
                let what = format!("links to `{target}`, which only rustdoc understands");
                findings.push(Finding::new(
                    at,
                    what,
                    "a README is read elsewhere too: link to the page on docs.rs",
                ));
            } else if let Some(path) = resolve(file, &target)
                && !exists(&path)
            {
                let what = format!("links to `{target}`, which does not exist");
                findings.push(Finding::new(
                    at,
                    what,
                    "mend the path, relative to this file",
                ));
            }
        }
    }
    findings
}

/// The targets of `[text](target)` and of `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let inline = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let definition = line
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    let raw = inline.chain(definition.map(|(_, target)| target));
    // After the target there may be a title.
    let first = raw.filter_map(|target| target.split_whitespace().next());
    first
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// The path from the root, or nothing for a link that leaves the checkout or stays on the page.
fn resolve(file: &str, target: &str) -> Option<PathBuf> {
    let target = target.split('#').next().filter(|path| !path.is_empty())?;
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let from = match target.strip_prefix('/') {
        Some(from_root) => PathBuf::from(from_root),
        None => Path::new(file).parent()?.join(target),
    };
    // `a/../b` is `b` even where there is no directory `a`.
    let mut path = PathBuf::new();
    for part in from.components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<String> {
        let exists = |path: &Path| [Path::new("README.md"), Path::new("docs/a.md")].contains(&path);
        check("docs/b.md", text, exists)
            .into_iter()
            .map(|finding| finding.at)
            .collect()
    }

    #[test]
    fn a_link_is_resolved_from_the_page_it_is_on() {
        assert!(broken("[a](a.md) [readme](../README.md) [root](/README.md)").is_empty());
        assert_eq!(broken("fine\n[b](README.md)"), ["docs/b.md:2"]);
    }

    #[test]
    fn every_form_of_link_is_looked_at() {
        assert_eq!(broken("[x](gone.md) and [y](<gone.md> \"title\")").len(), 2);
        assert_eq!(broken("[x]: gone.md \"title\""), ["docs/b.md:1"]);
        assert_eq!(broken("[`x`](gone.md#part)"), ["docs/b.md:1"]);
    }

    #[test]
    fn what_is_not_a_file_of_ours_is_left_alone() {
        let text = "[a](https://example.com/x) [b](#part) [c](mailto:a@example.com)\n[d]: http://example.com\n";
        assert!(broken(text).is_empty());
        assert!(broken("`[x](gone.md)`\n```\n[x](gone.md)\n```\n").is_empty());
    }

    #[test]
    fn a_link_that_only_rustdoc_understands_is_broken_everywhere_else() {
        assert_eq!(
            broken("[x](crate::cache)\n[y]: crate::header\n"),
            ["docs/b.md:1", "docs/b.md:2"]
        );
    }
}
