//! The shape of CHANGELOG.md: a release under each `##`, a crate under each `###`.

use crate::finding::Finding;

use super::markdown::prose;

pub(super) fn check(file: &str, text: &str, crates: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if text.lines().next() != Some("# Changelog") {
        findings.push(Finding::new(
            format!("{file}:1"),
            "does not begin with `# Changelog`",
            "let that be its title",
        ));
    }
    // The release being read, with whether a crate was named under it.
    let mut release: Option<(usize, bool)> = None;
    let mut first = true;
    for (number, line) in prose(text) {
        let at = format!("{file}:{number}");
        if let Some(title) = line.strip_prefix("## ") {
            if title == "Unreleased" {
                if !first {
                    findings.push(Finding::new(
                        &at,
                        "Unreleased is not on top",
                        "the newest release comes first",
                    ));
                }
            } else if !is_release(title) {
                let mend = "write `## Unreleased` or `## 1.2.3 - 2025-12-31`";
                findings.push(Finding::new(&at, format!("`{title}` is no release"), mend));
            }
            findings.extend(nameless(
                file,
                release.replace((number, title == "Unreleased")),
            ));
            first = false;
        } else if let Some(name) = line.strip_prefix("### ") {
            if !crates.contains(&name) {
                let mend = "the headings under a release are the crates that changed";
                findings.push(Finding::new(
                    &at,
                    format!("`{name}` is no crate of the workspace"),
                    mend,
                ));
            }
            match &mut release {
                Some((_, named)) => *named = true,
                None => findings.push(Finding::new(
                    &at,
                    "stands under no release",
                    "put a `##` line above it",
                )),
            }
        }
    }
    findings.extend(nameless(file, release));
    findings
}

/// A release that names no crate. Unreleased counts as named: just after a release there is nothing to tell.
fn nameless(file: &str, release: Option<(usize, bool)>) -> Option<Finding> {
    let (number, _) = release.filter(|(_, named)| !named)?;
    let mend = "write what changed under a `### crate-name` each";
    Some(Finding::new(
        format!("{file}:{number}"),
        "this release names no crate",
        mend,
    ))
}

/// `1.2.3 - 2025-12-31`.
fn is_release(title: &str) -> bool {
    let Some((version, date)) = title.split_once(" - ") else {
        return false;
    };
    let numbers = |text: &str, separator, widths: [std::ops::RangeInclusive<usize>; 3]| {
        let parts: Vec<_> = text.split(separator).collect();
        let fits = |(part, width): (&&str, &std::ops::RangeInclusive<usize>)| {
            width.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.len() == widths.len() && parts.iter().zip(&widths).all(fits)
    };
    numbers(version, '.', [1..=4, 1..=4, 1..=4]) && numbers(date, '-', [4..=4, 2..=2, 2..=2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Vec<String> {
        check("C", text, &["a", "b"])
            .into_iter()
            .map(|finding| finding.at)
            .collect()
    }

    #[test]
    fn a_changelog_of_releases_and_crates_is_in_shape() {
        let text = "# Changelog\n\nWords.\n\n## Unreleased\n\n## 0.1.1 - 2025-12-31\n\n### a\n\n- New.\n\n\
                    ## 0.1.0 - 2025-12-01\n\n### b\n";
        assert!(at(text).is_empty());
    }

    #[test]
    fn a_changelog_has_its_title() {
        assert_eq!(at("# Changes\n"), ["C:1"]);
        assert_eq!(at(""), ["C:1"]);
    }

    #[test]
    fn a_release_is_a_version_with_a_date() {
        for title in [
            "0.1",
            "0.1.0",
            "v0.1.0 - 2025-12-31",
            "0.1.0 - soon",
            "0.1.0 (2025-12-31)",
            "0..1 - 2025-12-31",
        ] {
            assert_eq!(
                at(&format!("# Changelog\n## {title}\n### a\n")),
                ["C:2"],
                "{title}"
            );
        }
    }

    #[test]
    fn a_heading_under_a_release_is_a_crate_that_exists() {
        assert_eq!(at("# Changelog\n## Unreleased\n### c\n"), ["C:3"]);
        assert_eq!(at("# Changelog\n### a\n"), ["C:2"]);
    }

    #[test]
    fn a_release_names_a_crate_but_unreleased_may_be_empty() {
        assert_eq!(
            at("# Changelog\n## Unreleased\n## 0.1.0 - 2025-12-31\n"),
            ["C:3"]
        );
    }

    #[test]
    fn unreleased_is_on_top() {
        assert_eq!(
            at("# Changelog\n## 0.1.0 - 2025-12-31\n### a\n## Unreleased\n"),
            ["C:4"]
        );
    }
}
