//! `cargo xtask api`: what users of the published libraries can name, as text that a reviewer reads.
//!
//! `crates/*/api.txt` holds it, an item a line. A line that changes or goes breaks somebody; a line that comes is a promise.

mod diff;
mod foreign;
mod snapshot;

use std::env::consts::EXE_SUFFIX;

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::{
    cargo::Cargo,
    docs,
    finding::{self, Finding},
    flags,
    workspace::{Member, Workspace},
};

use self::snapshot::Snapshot;

/// The snapshot of a library, in its folder. The `include` of its manifest keeps it out of the package.
const FILE: &str = "api.txt";

impl flags::Api {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        if self.bless {
            bless(sh, workspace)
        } else {
            check(sh, workspace)
        }
    }
}

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let rustc = rustc(sh)?;
    let mut findings = superfluous(sh, workspace)?;
    let mut items = 0_usize;
    for (member, listing) in listings(sh, workspace)? {
        let file = format!("{}/{FILE}", workspace.relative(&member.dir));
        let old = sh.read_file(&file).ok().map(|text| Snapshot::parse(&text));
        findings.extend(compare(&file, old, &listing, &rustc));
        findings.extend(foreign::check(&member.name, &listing));
        items = items.saturating_add(listing.lines().count());
    }
    finding::report(
        &findings,
        format!("api: {items} items, as in the snapshots"),
    )
}

fn bless(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let rustc = rustc(sh)?;
    for (member, listing) in listings(sh, workspace)? {
        let file = format!("{}/{FILE}", workspace.relative(&member.dir));
        let old = sh.read_file(&file).ok().map(|text| Snapshot::parse(&text));
        // The name of another compiler alone is nothing to review.
        if old.is_some_and(|old| old.listing == listing) {
            continue;
        }
        println!("written: {file}");
        sh.write_file(
            &file,
            Snapshot {
                rustc: rustc.clone(),
                listing,
            }
            .to_string(),
        )?;
    }
    finding::report(
        &superfluous(sh, workspace)?,
        "read what git says of them as a user would",
    )
}

/// The finding, if this is not what the snapshot says.
fn compare(file: &str, old: Option<Snapshot>, new: &str, rustc: &str) -> Option<Finding> {
    let Some(old) = old else {
        return Some(Finding::new(file, "is missing", BLESS));
    };
    if old.listing == new {
        return None;
    }
    let lines = diff::lines(&old.listing, new);
    let mut what = if lines.is_empty() {
        "has the same items in another order".to_owned()
    } else {
        format!("is not the API of the sources\n  {}", lines.join("\n  "))
    };
    if old.rustc != rustc {
        what.push_str(&format!(
            "\n  the snapshot was made with {}, and this is {rustc}: some of it may be only another way to write it",
            old.rustc
        ));
    }
    Some(Finding::new(file, what, BLESS))
}

const BLESS: &str = "cargo xtask api --bless, and read the diff in review; a removed or changed line is a breaking change";

/// A snapshot that nothing is compared with.
fn superfluous(sh: &Shell, workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for folder in sh.read_dir("crates")? {
        let known = libraries(workspace).any(|member| member.dir.file_name() == folder.file_name());
        let file = folder.join(FILE);
        if !known && sh.path_exists(&file) {
            let file = workspace.relative(&file);
            let mend = format!("git rm {file}");
            findings.push(Finding::new(
                file,
                "is the snapshot of no published library",
                mend,
            ));
        }
    }
    Ok(findings)
}

fn libraries(workspace: &Workspace) -> impl Iterator<Item = &Member> {
    workspace
        .published()
        .filter(|member| member.targets("lib").next().is_some())
}

/// Of each library what users can name, with all features on.
fn listings<'a>(sh: &Shell, workspace: &'a Workspace) -> Result<Vec<(&'a Member, String)>> {
    // Built once before, so that nothing but the listing is on the output below.
    Cargo::new("build --locked --quiet -p xtask-api").run(sh)?;
    let program = workspace
        .target
        .join(format!("debug/xtask-api{}", EXE_SUFFIX));
    let mut listings = Vec::new();
    for member in libraries(workspace) {
        json(&member.name).run(sh)?;
        for library in member.targets("lib") {
            let file = workspace
                .root
                .join(format!("{}/{library}.json", docs::PAGES));
            let listing = sh.cmd(&program).arg(file).quiet().read()?;
            ensure!(
                !listing.is_empty(),
                "{}: rustdoc shows no item of it",
                member.name
            );
            listings.push((member, format!("{listing}\n")));
        }
    }
    Ok(listings)
}

/// The machine's edition of the documentation. With the same choice of features as the `docs` step it finds in that
/// step's folder what its dependencies have been built for.
///
/// The last flag is there for cargo, which keeps the pages and this in one account: without a difference it takes the one
/// for the other, and a change that the pages have seen is not looked at again.
fn json(name: &str) -> Cargo {
    docs::as_docs_rs("rustdoc --quiet --lib")
        .words("-Z unstable-options --output-format json -Z feature-unification --config")
        .arg("resolver.feature-unification=\"workspace\"")
        .arg("-p")
        .arg(name)
        .words("-- --cfg api")
}

/// `rustc 1.95.0`, without the commit.
fn rustc(sh: &Shell) -> Result<String> {
    let said = sh.cmd("rustc").arg("--version").quiet().read()?;
    Ok(said
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" "))
}

#[cfg(test)]
mod tests;
