//! What is in each package: enough to use it by, and nothing that only maintainers need.

use std::path::Path;

use anyhow::Result;

use crate::{finding::Finding, workspace::Member};

use super::{FILES, dist};

/// A package and its files, from its root.
pub(crate) struct Contents {
    package: String,
    files: Vec<String>,
}

/// What cargo has unpacked below `packages`.
pub(crate) fn read(packages: &Path, plan: &[&Member]) -> Result<Vec<Contents>> {
    let contents = |member: &&Member| {
        let package = format!("{}-{}", member.name, member.version);
        let files = dist::files(&packages.join(&package))?;
        Ok(Contents { package, files })
    };
    plan.iter().map(contents).collect()
}

/// What a package lacks, or brings without need.
pub(crate) fn check(contents: &[Contents]) -> Vec<Finding> {
    contents.iter().flat_map(Contents::findings).collect()
}

/// The lists for people.
pub(crate) fn told(contents: &[Contents]) -> String {
    let list = |contents: &Contents| {
        let files: String = contents
            .files
            .iter()
            .map(|file| format!("  {file}\n"))
            .collect();
        format!("{}\n{files}", contents.package)
    };
    contents.iter().map(list).collect()
}

impl Contents {
    fn findings(&self) -> Vec<Finding> {
        let missing = FILES
            .iter()
            .filter(|file| !self.files.iter().any(|there| there == *file))
            .map(|file| (*file, "is not in the package", "name it in `include`"));
        let foreign = self.files.iter().filter(|file| !belongs(file)).map(|file| {
            let mend = "take it out of `include`";
            (file.as_str(), "has no business in the package", mend)
        });
        missing
            .chain(foreign)
            .map(|(file, what, mend)| Finding::new(format!("{}/{file}", self.package), what, mend))
            .collect()
    }
}

/// Sources, pages, and what cargo adds itself.
fn belongs(file: &str) -> bool {
    const CARGO: [&str; 4] = [
        ".cargo_vcs_info.json",
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
    ];
    let page = !file.contains('/') && (file.ends_with(".md") || FILES.contains(&file));
    // What only tests compile would lie there for nothing: they need the workspace, and cannot be run from a package.
    let test = file.ends_with("/tests.rs") || file.contains("/tests/");
    page || (file.starts_with("src/") && !test) || CARGO.contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(files: &[&str]) -> Vec<String> {
        let contents = Contents {
            package: "a-0.1.0".to_owned(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
        };
        let findings = check(&[contents]);
        findings.into_iter().map(|finding| finding.at).collect()
    }

    const GOOD: [&str; 6] = [
        ".cargo_vcs_info.json",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "src/lib.rs",
    ];

    #[test]
    fn a_package_has_its_sources_both_licences_and_its_page() {
        assert!(findings(&GOOD).is_empty());
        assert_eq!(findings(&GOOD[..5]), Vec::<String>::new());
        for lost in FILES {
            let rest: Vec<_> = GOOD.into_iter().filter(|file| *file != lost).collect();
            assert_eq!(findings(&rest), [format!("a-0.1.0/{lost}")]);
        }
    }

    #[test]
    fn tests_and_snapshots_stay_at_home() {
        let mut files = GOOD.to_vec();
        let foreign = [
            "api.txt",
            "tests/all.rs",
            "src/tests.rs",
            "src/a/tests/b.rs",
        ];
        files.extend(foreign);
        assert_eq!(
            findings(&files),
            foreign.map(|file| format!("a-0.1.0/{file}"))
        );
    }
}
