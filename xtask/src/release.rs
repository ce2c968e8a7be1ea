//! `cargo xtask release`: what is published, in which order, and the proof that strangers can use it.
//!
//! Dry unless told otherwise. It edits no file of the checkout and never pushes.

mod contents;
mod dist;
mod plan;
mod preflight;
#[cfg(test)]
mod rehearsal;
mod remote;
mod stage;
mod sums;
mod upload;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    cargo::Cargo,
    changelog, finding, flags,
    table::table,
    workspace::{Member, Workspace},
};

use self::{
    dist::{Dist, Tree},
    preflight::Facts,
    remote::Remote,
    sums::Sums,
    upload::System,
};

/// Where users read what a release brings.
pub(crate) const CHANGELOG: &str = "CHANGELOG.md";

/// What every package holds beside its sources.
pub(crate) const FILES: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

impl flags::Release {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        ensure!(
            !(self.dry_run && self.execute),
            "--dry-run and --execute are opposites: give one of them"
        );
        ensure!(
            self.execute || self.skip_ci.is_none(),
            "--skip-ci says something to --execute only: a dry run runs no ci"
        );
        let findings = Facts::read(sh, workspace)?.findings(workspace, self.execute)?;
        finding::report(&findings, "preflight: nothing is in the way")?;
        let plan = plan::order(workspace)?;
        if self.execute {
            self.execute(sh, workspace, &plan)
        } else {
            rehearse(sh, workspace, &plan)
        }
    }

    fn execute(&self, sh: &Shell, workspace: &Workspace, plan: &[&Member]) -> Result<()> {
        let dist = Dist::of(workspace);
        let proven = sh
            .read_file(dist.sums())
            .context("nothing is proven yet; run `cargo xtask release`, and read what it says")?;
        let proven = Sums::parse(&proven)?;
        match &self.skip_ci {
            Some(commit) => passed(sh, commit)?,
            None => Cargo::new("xtask ci").run(sh)?,
        }
        let sums = prove(sh, workspace, plan, Tree::Clean)?;
        sums.must_equal(&proven)?;

        let registry = Remote::crates_io(sh, dist.dir.join("upload"));
        let missing = upload::missing(plan, &sums, &registry)?;
        println!("\n{}", told(plan, &sums, &missing)?);
        upload::upload(&missing, &sums, &registry, &System)?;
        let version = workspace.version()?.to_string();
        tag(sh, &version)?;
        println!("published and tagged; nothing was pushed: git push origin main v{version}");
        Ok(())
    }
}

/// A dry run: everything but the upload. No registry is asked, so that all crates count as unpublished.
fn rehearse(sh: &Shell, workspace: &Workspace, plan: &[&Member]) -> Result<()> {
    println!("ci: not run by a dry run; `--execute` runs it first");
    let sums = prove(sh, workspace, plan, Tree::Clean)?;
    println!("\n{}", told(plan, &sums, plan)?);
    let dist = workspace.relative(&Dist::of(workspace).dir);
    println!(
        "proven, and nothing published: {dist} has the packages, SHA256SUMS and FILES.\n\
         To publish them: cargo xtask release --execute"
    );
    Ok(())
}

/// Nothing, if the commit is the one that is checked out.
fn passed(sh: &Shell, commit: &str) -> Result<()> {
    let id = |name: String| {
        cmd!(sh, "git rev-parse --verify --quiet {name}")
            .quiet()
            .read()
    };
    let head = id("HEAD".to_owned())?;
    let known = id(format!("{commit}^{{commit}}"));
    ensure!(
        known.is_ok_and(|known| known == head),
        "--skip-ci {commit}: {head} is checked out; `cargo xtask ci` has to have passed on what is released"
    );
    Ok(())
}

/// Tags what is checked out, with what the changelog says of it.
fn tag(sh: &Shell, version: &str) -> Result<()> {
    let changelog = sh.read_file(CHANGELOG)?;
    let releases = changelog::releases(&changelog);
    let ours = releases.iter().find(|release| release.version() == version);
    let ours = ours.with_context(|| format!("{CHANGELOG} has no text for {version}"))?;
    let (name, text) = (format!("v{version}"), ours.text.trim());
    // Verbatim, or git would take the names of the crates for comments.
    cmd!(sh, "git tag --annotate --cleanup=verbatim --file=- {name}")
        .stdin(format!("phrase-auth {version}\n\n{text}\n"))
        .quiet()
        .run()
        .context("everything is published, but not tagged")
}

/// The step `package` of `cargo xtask ci`: the proof, of what lies in the checkout, committed or not.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    stage::fetch(sh)?;
    prove(sh, workspace, &plan::order(workspace)?, Tree::Dirty).map(drop)
}

/// Packages everything, looks into each package, and builds the consumers from them.
fn prove(sh: &Shell, workspace: &Workspace, plan: &[&Member], tree: Tree) -> Result<Sums> {
    let dist = Dist::of(workspace);
    let sums = dist.prove(sh, workspace, plan, tree)?;
    let contents = contents::read(&dist.packages(), plan)?;
    finding::report(
        &contents::check(&contents),
        format!(
            "{} packages, each with its page and licences",
            contents.len()
        ),
    )?;
    sh.write_file(dist.dir.join("FILES"), contents::told(&contents))?;
    // Last, so that there are sums only of what has been proven whole.
    sh.write_file(dist.sums(), sums.to_string())?;
    Ok(sums)
}

/// The plan for people: crates in order, what is to be done with each, and its bytes.
fn told(plan: &[&Member], sums: &Sums, missing: &[&Member]) -> Result<String> {
    let rows: Vec<_> = plan
        .iter()
        .map(|member| {
            let open = missing.iter().any(|other| other.name == member.name);
            Ok([
                if open { "publish" } else { "is up" }.to_owned(),
                format!("{} {}", member.name, member.version),
                sums.sum(member)?.to_owned(),
            ])
        })
        .collect::<Result<_>>()?;
    Ok(table(&rows))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A clone with one commit.
    fn clone(changelog: &str) -> (TempDir, Shell) {
        let dir = tempfile::tempdir().unwrap();
        let sh = Shell::new().unwrap();
        sh.change_dir(dir.path());
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@localhost"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@localhost"),
        ] {
            sh.set_var(name, value);
        }
        sh.write_file(CHANGELOG, changelog).unwrap();
        cmd!(sh, "git init --quiet").quiet().run().unwrap();
        cmd!(sh, "git add .").quiet().run().unwrap();
        cmd!(sh, "git commit --quiet -m one").quiet().run().unwrap();
        (dir, sh)
    }

    #[test]
    fn the_tag_is_annotated_with_what_the_changelog_says_headings_included() {
        let (_dir, sh) =
            clone("# Changelog\n\n## 0.1.0 - 2025-12-31\n\n### a\n\n- New.\n\n## 0.0.9\n");
        tag(&sh, "0.1.0").unwrap();
        let kind = cmd!(sh, "git cat-file -t v0.1.0").quiet().read().unwrap();
        assert_eq!(kind, "tag");
        let text = cmd!(sh, "git tag --list --format=%(contents) v0.1.0");
        let text = text.quiet().read().unwrap();
        assert_eq!(text.trim(), "phrase-auth 0.1.0\n\n### a\n\n- New.");
        let error = tag(&sh, "0.2.0").unwrap_err().to_string();
        assert!(error.contains("no text for 0.2.0"), "{error}");
    }

    #[test]
    fn only_the_commit_that_is_checked_out_can_have_passed() {
        let (_dir, sh) = clone("# Changelog\n");
        let first = cmd!(sh, "git rev-parse HEAD").quiet().read().unwrap();
        passed(&sh, &first).unwrap();
        passed(&sh, "HEAD").unwrap();
        cmd!(sh, "git commit --quiet --allow-empty -m two")
            .quiet()
            .run()
            .unwrap();
        let error = passed(&sh, &first).unwrap_err().to_string();
        assert!(error.contains("is checked out"), "{error}");
        assert!(passed(&sh, "nothing").is_err());
    }

    #[test]
    fn the_plan_says_what_is_up_and_what_is_to_be_published() {
        let workspace = Workspace::sample();
        let plan = plan::order(&workspace).unwrap();
        let sums = Sums::parse("5f1b  a-0.1.0.crate\n").unwrap();
        assert_eq!(
            told(&plan, &sums, &plan).unwrap(),
            "publish  a 0.1.0  5f1b\n"
        );
        assert_eq!(told(&plan, &sums, &[]).unwrap(), "is up  a 0.1.0  5f1b\n");
    }
}
