//! `cargo xtask ci docs`: the documentation as docs.rs builds it, and its labels of features.

mod label;

use anyhow::Result;
use xshell::Shell;

use crate::{cargo::Cargo, finding, workspace::Workspace};

/// Where the pages are, from the root.
pub(crate) const PAGES: &str = "target/docs/doc";

/// docs.rs documents with a nightly and `--cfg docsrs`; the bootstrap variable makes the stable at hand do the same.
/// Build scripts look at it, so that in the common target folder everything would be built anew, here and next time.
///
/// The listing of `cargo xtask api` is made here too, and by the same flags.
pub(crate) fn as_docs_rs(words: &str) -> Cargo {
    Cargo::new(words)
        .words("--locked --all-features --target-dir target/docs")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings")
}

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    as_docs_rs("doc --workspace --no-deps").run(sh)?;
    let mut findings = Vec::new();
    let mut labels = 0_usize;
    for member in workspace.published() {
        for library in member.targets("lib") {
            let file = member.dir.join("src/lib.rs");
            let gated = label::gated(&sh.read_file(&file)?);
            labels = labels.saturating_add(gated.len());
            let page = |page: &str| sh.read_file(format!("{PAGES}/{library}/{page}")).ok();
            findings.extend(label::check(&workspace.relative(&file), &gated, page));
        }
    }
    finding::report(
        &findings,
        format!("docs: {labels} items carry the label of their feature"),
    )
}
