//! `cargo xtask ci msrv`: the oldest Rust that we promise, `rust-version` of the root manifest, is enough.

mod version;

use anyhow::{Context, Result};
use xshell::Shell;

use crate::{
    absent::Absent,
    cargo::without_our_own,
    finding::{self, Finding},
    graph::Graph,
    workspace::Workspace,
};

use self::version::{Version, named};

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let graph = Graph::read(sh)?;
    let published: Vec<_> = workspace
        .published()
        .map(|member| member.name.as_str())
        .collect();
    let ours = promised(&graph, &published)?;
    let mut findings = newer(&graph, &published, ours);
    for page in pages(workspace) {
        // A page that is not there is a finding of `tidy`.
        let text = sh.read_file(&page).unwrap_or_default();
        findings.extend(named(&page, &text, ours));
    }
    finding::report(
        &findings,
        format!("msrv: no package behind ours wants more than Rust {ours}"),
    )?;
    build(sh, &published, ours)
}

/// The oldest Rust of the published crates; they share the root manifest's.
fn promised(graph: &Graph, published: &[&str]) -> Result<Version> {
    let mut versions = graph
        .behind(published)
        .into_iter()
        .filter(|package| package.source.is_none());
    let ours = versions.find_map(|package| package.rust_version.as_deref());
    let ours = ours.context("no published crate has a rust-version")?;
    Version::parse(ours).with_context(|| format!("the rust-version `{ours}` cannot be read"))
}

/// Whatever a user has to build needs no newer Rust.
fn newer(graph: &Graph, published: &[&str], ours: Version) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in graph.behind(published) {
        let wanted = package.rust_version.as_deref().and_then(Version::parse);
        if let Some(wanted) = wanted
            && wanted > ours
        {
            let mend = format!(
                "lock an older release, `cargo update {} --precise VERSION`, or raise rust-version in the root manifest; \
                 it comes in by `{}`",
                package.spec(),
                package.way_in()
            );
            findings.push(Finding::new(
                package.spec(),
                format!("wants Rust {wanted}, and we promise {ours}"),
                mend,
            ));
        }
    }
    findings
}

/// Where users read which Rust they need.
fn pages(workspace: &Workspace) -> Vec<String> {
    let readme = |dir| format!("{dir}/README.md");
    let members = workspace
        .published()
        .map(|member| readme(workspace.relative(&member.dir)));
    [
        "README.md",
        "ARCHITECTURE.md",
        "clippy.toml",
        "rust-toolchain.toml",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(members)
    .collect()
}

/// Compiles the published crates with the promised Rust, if it is there.
fn build(sh: &Shell, published: &[&str], ours: Version) -> Result<()> {
    let list = sh.cmd("rustup").args(["toolchain", "list"]).quiet();
    let list = list.ignore_stderr().read().unwrap_or_default();
    let Some(toolchain) = toolchain(&list, ours) else {
        let why = format!(
            "Rust {ours} is not here to build with it; `rustup toolchain install {ours}` brings it"
        );
        // It cannot be fetched everywhere, and what can be said without it has been said.
        return Err(Absent::new(why).excused().into());
    };
    let mut words = vec![
        "run",
        toolchain,
        "cargo",
        "check",
        "--locked",
        "--quiet",
        "--all-features",
    ];
    // Not in the common folder: two compilers would take turns in throwing away what the other has built.
    words.extend(["--target-dir", "target/msrv"]);
    for name in published {
        words.extend(["-p", name]);
    }
    eprintln!("$ rustup {}", words.join(" "));
    // Cargo tells us the toolchain that we run under; that one must not win.
    let rustup = sh.cmd("rustup").args(words).env_remove("RUSTUP_TOOLCHAIN");
    Ok(without_our_own(rustup.quiet(), false).run()?)
}

/// Its name for rustup: `1.89-…`, or `1.89.0-…` of any patch.
fn toolchain(list: &str, ours: Version) -> Option<&str> {
    let names = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let mut ours_only = names.filter(|name| {
        let version = name.split_once('-').map(|(version, _)| version);
        version.and_then(Version::parse) == Some(ours)
    });
    ours_only.next()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn graph() -> Graph {
        Graph::sample(&[("ours", "0.1.0", json!({ "rust_version": "1.89" }))])
    }

    #[test]
    fn the_promise_is_that_of_the_published_crates() {
        assert_eq!(promised(&graph(), &["ours"]).unwrap(), version("1.89"));
        assert!(promised(&graph(), &["other"]).is_err());
    }

    #[test]
    fn a_package_that_wants_a_newer_rust_is_found_with_the_way_it_comes_in() {
        assert!(newer(&graph(), &["ours"], version("1.89")).is_empty());
        let found = newer(&graph(), &["ours"], version("1.88"));
        assert_eq!(found[0].what, "wants Rust 1.89, and we promise 1.88");
        assert!(
            found[0].mend.contains("-i ours@0.1.0`"),
            "{}",
            found[0].mend
        );
    }

    #[test]
    fn the_toolchain_is_found_whatever_its_patch_and_platform() {
        let list = "stable-x86_64-unknown-linux-gnu (active, default)\n1.89.0-x86_64-unknown-linux-gnu\n1.90-x86_64-apple-darwin\n";
        assert_eq!(
            toolchain(list, version("1.89")),
            Some("1.89.0-x86_64-unknown-linux-gnu")
        );
        assert_eq!(
            toolchain(list, version("1.90")),
            Some("1.90-x86_64-apple-darwin")
        );
        assert_eq!(toolchain(list, version("1.9")), None);
        assert_eq!(toolchain("", version("1.89")), None);
    }

    #[test]
    fn every_page_that_a_user_reads_is_looked_at() {
        let pages = pages(&Workspace::sample());
        assert!(
            pages.contains(&"README.md".to_owned())
                && pages.contains(&"crates/a/README.md".to_owned())
        );
    }
}
