//! Sizes of files, promises left in comments, and paths of somebody's machine.

use crate::finding::Finding;

/// Doc, `mod` and `pub use` of one crate fit; logic does not.
const LIB_LINES: usize = 60;

/// About twice what a file should hold, tests included: beyond it there are two nouns in it.
const FILE_LINES: usize = 500;

// Each word in two halves, so that this file passes its own rule.
const PROMISES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const MACHINE_PATHS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];

pub(super) fn check(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.ends_with(".rs") {
        findings.extend(size(file, text.lines().count()));
    }
    for (line, number) in text.lines().zip(1_usize..) {
        let at = format!("{file}:{number}");
        if file.ends_with(".rs")
            && let Some(word) = PROMISES.iter().find(|word| line.contains(**word))
        {
            findings.push(Finding::new(
                &at,
                format!("says {word}"),
                "do it now, or open an issue for it",
            ));
        }
        if let Some(path) = MACHINE_PATHS.iter().find(|path| names(line, path)) {
            findings.push(Finding::new(
                at,
                format!("names a path of one machine, `{path}`"),
                "write it relative",
            ));
        }
    }
    findings
}

fn size(file: &str, lines: usize) -> Option<Finding> {
    if file.ends_with("src/lib.rs") && lines > LIB_LINES {
        let what = format!("has {lines} lines, and a lib.rs at most {LIB_LINES}");
        return Some(Finding::new(
            file,
            what,
            "leave doc, `mod` and `pub use`, move the rest to a file named after it",
        ));
    }
    let mend = "move the tests to a file of their own, or the second noun";
    (lines > FILE_LINES).then(|| {
        Finding::new(
            file,
            format!("has {lines} lines, more than {FILE_LINES}"),
            mend,
        )
    })
}

/// Whether the path stands there by itself, not as the end of a URL or of a longer path.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-~}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &str, text: &str) -> Vec<String> {
        check(file, text)
            .into_iter()
            .map(|finding| finding.at)
            .collect()
    }

    #[test]
    fn a_lib_file_may_have_sixty_lines_and_no_more() {
        assert!(at("crates/a/src/lib.rs", &"x\n".repeat(60)).is_empty());
        assert_eq!(
            at("crates/a/src/lib.rs", &"x\n".repeat(61)),
            ["crates/a/src/lib.rs"]
        );
        assert!(at("crates/a/src/cache.rs", &"x\n".repeat(61)).is_empty());
    }

    #[test]
    fn a_source_file_may_have_five_hundred_lines_and_no_more() {
        assert!(at("a.rs", &"x\n".repeat(500)).is_empty());
        assert_eq!(at("a.rs", &"x\n".repeat(501)), ["a.rs"]);
        assert!(at("Cargo.lock", &"x\n".repeat(501)).is_empty());
    }

    #[test]
    fn a_promise_in_a_source_file_is_found_with_its_line() {
        for word in PROMISES {
            assert_eq!(
                at("a.rs", &format!("fn a() {{}}\n// {word}: later\n")),
                ["a.rs:2"]
            );
        }
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        for path in MACHINE_PATHS {
            assert_eq!(at("a.md", &format!("see {path}x")), ["a.md:1"]);
            assert_eq!(at("a.toml", &format!("a = \"{path}x\"")), ["a.toml:1"]);
        }
    }

    #[test]
    fn a_url_or_a_longer_path_is_not_a_path_of_one_machine() {
        for path in MACHINE_PATHS {
            assert!(
                at(
                    "a.md",
                    &format!("https://example.com{path}x ~{path} ${{HOME}}{path}")
                )
                .is_empty()
            );
        }
    }
}
