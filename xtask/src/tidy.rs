//! `cargo xtask tidy`: what neither the compiler nor clippy looks at.
//!
//! A rule takes the text of one file and gives back findings; this file decides which rule sees which file.

mod changelog;
mod feature;
mod link;
mod manifest;
mod markdown;
mod source;

use std::collections::BTreeMap;

use anyhow::Result;
use xshell::Shell;

use crate::{
    consumers,
    finding::{self, Finding},
    flags,
    workspace::{self, LICENCES, Member, Workspace},
};

use self::manifest::Kind;

/// Pages that a newcomer looks for at the root.
const PAGES: [&str; 5] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "RELEASING.md",
    "SECURITY.md",
];

impl flags::Tidy {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        check(sh, workspace)
    }
}

/// Reports everything that is wrong, not only the first of it.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let files = Files::read(sh)?;
    let mut findings = pages(&files);
    for (file, text) in &files.0 {
        findings.extend(source::check(file, text));
        if file.ends_with(".md") {
            findings.extend(link::check(file, text, |path| {
                workspace.root.join(path).exists()
            }));
        }
        if file == "CHANGELOG.md" {
            let crates: Vec<_> = workspace
                .members
                .iter()
                .map(|member| member.name.as_str())
                .collect();
            findings.extend(changelog::check(file, text, &crates));
        }
    }
    for member in &workspace.members {
        findings.extend(self::member(workspace, &files, member));
    }
    for fixture in consumers::FIXTURES {
        let file = format!("{}/{}/Cargo.toml", consumers::DIR, fixture.name);
        findings.extend(manifest::check_consumer(&file, files.text(&file)));
    }
    finding::report(
        &findings,
        format!("tidy: {} files, nothing to mend", files.0.len()),
    )
}

/// The text files of the checkout, by path from the root.
struct Files(BTreeMap<String, String>);

impl Files {
    fn read(sh: &Shell) -> Result<Self> {
        let mut files = BTreeMap::new();
        for file in workspace::files(sh)? {
            // Deleted but not yet committed, a link to a directory, or not text: none of ours to judge.
            if let Ok(text) = sh.read_file(&file) {
                files.insert(file, text);
            }
        }
        Ok(Self(files))
    }

    /// The text, or nothing: a missing file fails the rule that wanted it.
    fn text(&self, file: &str) -> &str {
        self.0.get(file).map_or("", String::as_str)
    }
}

fn pages(files: &Files) -> Vec<Finding> {
    let missing = PAGES.iter().filter(|page| files.text(page).is_empty());
    missing
        .map(|page| Finding::new(*page, "is missing", "write it, at the root"))
        .collect()
}

fn member(workspace: &Workspace, files: &Files, member: &Member) -> Vec<Finding> {
    let dir = workspace.relative(&member.dir);
    let manifest = format!("{dir}/Cargo.toml");
    let library = member.targets("lib").next().is_some();
    // What lies in `crates` ships; this, not the key itself, says who may set `publish`.
    let kind = if dir.starts_with("crates/") {
        Kind::Published { library }
    } else {
        Kind::Unpublished
    };
    let mut findings = manifest::check(&manifest, files.text(&manifest), kind);
    if kind == Kind::Unpublished {
        return findings;
    }
    let readme = format!("{dir}/README.md");
    if files.text(&readme).is_empty() {
        findings.push(Finding::new(
            &readme,
            "is missing",
            "write it: it is the crate's documentation and its page",
        ));
    }
    findings.extend(feature::check(
        &readme,
        files.text(&readme),
        &member.choices().collect::<Vec<_>>(),
    ));
    for licence in LICENCES {
        let link = format!("{dir}/{licence}");
        if files.text(&link) != files.text(licence) || files.text(licence).is_empty() {
            let mend = format!("ln -sf ../../{licence} {link}");
            findings.push(Finding::new(
                &link,
                format!("is not the {licence} of the root"),
                mend,
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        Files(
            list.iter()
                .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    fn member_findings(list: &[(&str, &str)]) -> Vec<String> {
        let workspace = Workspace::sample();
        let findings = member(&workspace, &files(list), workspace.member("a").unwrap());
        findings.into_iter().map(|finding| finding.at).collect()
    }

    #[test]
    fn a_missing_page_is_a_finding() {
        let files = files(&[
            ("README.md", "# x"),
            ("SECURITY.md", "# x"),
            ("CHANGELOG.md", "# x"),
            ("RELEASING.md", "# x"),
        ]);
        let missing = Finding::new("ARCHITECTURE.md", "is missing", "write it, at the root");
        assert_eq!(pages(&files), [missing]);
    }

    #[test]
    fn a_licence_link_that_leads_nowhere_or_elsewhere_is_a_finding() {
        let at = member_findings(&[
            ("LICENSE-APACHE", "apache"),
            ("LICENSE-MIT", "mit"),
            ("crates/a/LICENSE-APACHE", "apache"),
            ("crates/a/LICENSE-MIT", "../../LICENSE-MIT"),
        ]);
        assert!(at.contains(&"crates/a/LICENSE-MIT".to_owned()), "{at:?}");
        assert!(
            !at.contains(&"crates/a/LICENSE-APACHE".to_owned()),
            "{at:?}"
        );
    }

    #[test]
    fn a_published_crate_without_a_readme_is_a_finding() {
        assert!(member_findings(&[]).contains(&"crates/a/README.md".to_owned()));
    }
}
