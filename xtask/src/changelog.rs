//! CHANGELOG.md as text: its releases, newest first.

/// A `##` heading with the lines below it.
#[derive(Debug, PartialEq)]
pub(crate) struct Release<'a> {
    /// `Unreleased`, or `1.2.3 - 2025-12-31`.
    pub(crate) title: &'a str,
    /// All lines up to the next release.
    pub(crate) text: &'a str,
    /// The number of the heading's line, from 1.
    pub(crate) line: usize,
}

impl Release<'_> {
    /// What stands before the date.
    pub(crate) fn version(&self) -> &str {
        self.title
            .split_once(" - ")
            .map_or(self.title, |(version, _)| version)
    }

    /// Whether it says anything beside the names of crates.
    pub(crate) fn has_text(&self) -> bool {
        let says = |line: &str| !line.trim().is_empty() && !line.starts_with('#');
        self.text.lines().any(says)
    }
}

/// What a release that is not out yet is called.
pub(crate) const UNRELEASED: &str = "Unreleased";

/// Every release of a changelog, in the order of the file.
pub(crate) fn releases(changelog: &str) -> Vec<Release<'_>> {
    let mut releases: Vec<Release<'_>> = Vec::new();
    let mut start = 0_usize;
    for (number, line) in changelog.split_inclusive('\n').enumerate() {
        let end = start.saturating_add(line.len());
        if let Some(title) = line.strip_prefix("## ") {
            releases.push(Release {
                title: title.trim_end(),
                text: changelog.get(end..end).unwrap_or_default(),
                line: number.saturating_add(1),
            });
        } else if let Some(release) = releases.last_mut() {
            let text = start.saturating_sub(release.text.len());
            release.text = changelog.get(text..end).unwrap_or_default();
        }
        start = end;
    }
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Changelog\n\nWords.\n\n## Unreleased\n\n## 0.1.0 - 2025-12-31\n\n### a\n\n- New.\n";

    #[test]
    fn a_release_is_all_that_stands_below_its_heading() {
        let releases = releases(TEXT);
        let titles: Vec<_> = releases
            .iter()
            .map(|release| (release.title, release.line))
            .collect();
        assert_eq!(titles, [("Unreleased", 5), ("0.1.0 - 2025-12-31", 7)]);
        assert_eq!(releases[0].text, "\n");
        assert_eq!(releases[1].text, "\n### a\n\n- New.\n");
        assert_eq!(releases[1].version(), "0.1.0");
    }

    #[test]
    fn names_of_crates_alone_are_no_text() {
        let text = |text| releases(text)[0].has_text();
        assert!(!text("## 0.1.0\n\n### a\n"));
        assert!(text("## 0.1.0\n\n### a\n\n- New.\n"));
    }
}
