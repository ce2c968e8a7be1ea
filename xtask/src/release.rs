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
use semver::Version;
use xshell::{Shell, cmd};

use crate::{
    cargo::Cargo,
    changelog, ci, finding, flags,
    table::table,
    workspace::{LICENCES, Member, Workspace},
};

use self::{
    dist::{Dist, Sources},
    preflight::Facts,
    remote::Remote,
    sums::Sums,
    upload::System,
};

/// Where users read what a release brings.
pub(crate) const CHANGELOG: &str = "CHANGELOG.md";

/// What every package holds beside its sources.
pub(crate) const FILES: [&str; 3] = [LICENCES[0], LICENCES[1], "README.md"];

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
        if !self.execute {
            return dry_run(sh, workspace, &plan);
        }
        let commit = cmd!(sh, "git rev-parse HEAD").quiet().read()?;
        execute(&Real {
            sh,
            workspace,
            plan: &plan,
            passed: self.skip_ci.as_deref(),
            commit: &commit,
        })
    }
}

/// Everything but the upload. No registry is asked, so that all crates count as unpublished.
fn dry_run(sh: &Shell, workspace: &Workspace, plan: &[&Member]) -> Result<()> {
    println!("ci: not run by a dry run; `--execute` runs it first");
    let sums = prove(sh, workspace, plan, Sources::Committed)?;
    let dist = Dist::of(workspace);
    // Last, so that there are sums only of what has been proven whole.
    sh.write_file(dist.sums(), sums.to_string())?;
    println!("\n{}", told(plan, &sums, plan)?);
    let dist = workspace.relative(&dist.dir);
    println!(
        "proven, and nothing published: {dist} has the packages, SHA256SUMS and FILES.\n\
         To publish them: cargo xtask release --execute"
    );
    Ok(())
}

/// What a release does, step by step.
trait Steps {
    /// The sums of the last dry run.
    fn proven(&self) -> Result<Sums>;
    fn ci(&self) -> Result<()>;
    fn prove(&self) -> Result<Sums>;
    fn upload(&self, sums: &Sums) -> Result<()>;
    fn tag(&self) -> Result<()>;
}

/// Each step only if the one before has gone well, and an upload only of the bytes that a person has seen proven.
fn execute(steps: &dyn Steps) -> Result<()> {
    let proven = steps.proven()?;
    steps.ci()?;
    let sums = steps.prove()?;
    sums.must_equal(&proven)?;
    steps.upload(&sums)?;
    steps.tag()
}

struct Real<'a> {
    sh: &'a Shell,
    workspace: &'a Workspace,
    plan: &'a [&'a Member],
    /// The commit on which ci has passed, if the maintainer says so.
    passed: Option<&'a str>,
    /// What is released.
    commit: &'a str,
}

impl Steps for Real<'_> {
    fn proven(&self) -> Result<Sums> {
        let sums = self.sh.read_file(Dist::of(self.workspace).sums());
        let sums = sums
            .context("nothing is proven yet; run `cargo xtask release`, and read what it says")?;
        Sums::parse(&sums)
    }

    fn ci(&self) -> Result<()> {
        match self.passed {
            Some(commit) => passed(commit, self.commit),
            // The packages are proven anyway, in the next step.
            None => Cargo::new("xtask ci")
                .words(&ci::steps_beside("package").join(" "))
                // Before an upload nothing is left out for want of a tool.
                .env("CI", "true")
                .run(self.sh),
        }
    }

    fn prove(&self) -> Result<Sums> {
        prove(self.sh, self.workspace, self.plan, Sources::Committed)
    }

    fn upload(&self, sums: &Sums) -> Result<()> {
        let dir = Dist::of(self.workspace).dir.join("upload");
        let registry = Remote::crates_io(self.sh, dir);
        let missing = upload::missing(self.plan, sums, &registry)?;
        println!("\n{}", told(self.plan, sums, &missing)?);
        upload::upload(&missing, sums, &registry, &System)
    }

    fn tag(&self) -> Result<()> {
        let version = self.workspace.version()?.to_string();
        tag(self.sh, &version, self.commit)?;
        println!("published and tagged; nothing was pushed: git push origin main v{version}");
        Ok(())
    }
}

/// Nothing, if the commit is the one that is released.
fn passed(commit: &str, released: &str) -> Result<()> {
    // Not a name, such as HEAD: that would be whatever is there, and no word of anybody's.
    let is_id = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(
        is_id && released.starts_with(&commit.to_ascii_lowercase()),
        "--skip-ci {commit}: {released} is released; give the id of the commit on which `cargo xtask ci` has passed, \
         and it has to be that one"
    );
    Ok(())
}

/// Tags the commit, with what its changelog says.
fn tag(sh: &Shell, version: &str, commit: &str) -> Result<()> {
    let file = format!("{commit}:{CHANGELOG}");
    let changelog = cmd!(sh, "git show {file}").quiet().read()?;
    let releases = changelog::releases(&changelog);
    let ours = releases.iter().find(|release| release.version() == version);
    let ours = ours.with_context(|| format!("{CHANGELOG} has no text for {version}"))?;
    let (name, text) = (format!("v{version}"), ours.text.trim());
    // Verbatim, or git would take the names of the crates for comments.
    cmd!(
        sh,
        "git tag --annotate --cleanup=verbatim --file=- {name} {commit}"
    )
    .stdin(format!("phrase-auth {version}\n\n{text}\n"))
    .quiet()
    .run()
    .context("everything is published, but not tagged")
}

/// The versions that have a tag.
pub(crate) fn tags(sh: &Shell) -> Result<Vec<Version>> {
    let tags = cmd!(sh, "git tag --list v*").quiet().read()?;
    Ok(tags
        .lines()
        .filter_map(|tag| tag.strip_prefix('v')?.parse().ok())
        .collect())
}

/// The step `package` of `cargo xtask ci`: the proof, of what lies in the checkout, committed or not.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    prove(sh, workspace, &plan::order(workspace)?, Sources::AsTheyAre).map(drop)
}

/// Packages everything, looks into each package, and builds the consumers from them.
fn prove(sh: &Shell, workspace: &Workspace, plan: &[&Member], sources: Sources) -> Result<Sums> {
    let dist = Dist::of(workspace);
    let sums = dist.prove(sh, workspace, plan, sources)?;
    let contents = contents::read(&dist.packages(), plan)?;
    finding::report(
        &contents::check(&contents),
        format!(
            "{} packages, each with its page and licences",
            contents.len()
        ),
    )?;
    sh.write_file(dist.dir.join("FILES"), contents::told(&contents))?;
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
    use std::cell::RefCell;

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
    fn the_tag_is_on_the_commit_that_was_proven_with_what_its_changelog_says_headings_included() {
        let (_dir, sh) =
            clone("# Changelog\n\n## 0.1.0 - 2025-12-31\n\n### a\n\n- New.\n\n## 0.0.9\n");
        let commit = cmd!(sh, "git rev-parse HEAD").quiet().read().unwrap();
        // Meanwhile somebody goes on.
        sh.write_file(CHANGELOG, "# Changelog\n").unwrap();
        cmd!(sh, "git commit --quiet -a -m two")
            .quiet()
            .run()
            .unwrap();
        tag(&sh, "0.1.0", &commit).unwrap();
        let kind = cmd!(sh, "git cat-file -t v0.1.0").quiet().read().unwrap();
        assert_eq!(kind, "tag");
        let tagged = cmd!(sh, "git rev-list -n1 v0.1.0").quiet().read().unwrap();
        assert_eq!(tagged, commit);
        let text = cmd!(sh, "git tag --list --format=%(contents) v0.1.0");
        let text = text.quiet().read().unwrap();
        assert_eq!(text.trim(), "phrase-auth 0.1.0\n\n### a\n\n- New.");
        assert_eq!(tags(&sh).unwrap(), [Version::new(0, 1, 0)]);
        let error = tag(&sh, "0.2.0", &commit).unwrap_err().to_string();
        assert!(error.contains("no text for 0.2.0"), "{error}");
    }

    #[test]
    fn only_the_commit_that_is_released_can_have_passed() {
        let released = "24d53d87a1b2c3d4e5f60718293a4b5c6d7e8f90";
        passed(released, released).unwrap();
        passed("24D53D8", released).unwrap();
        for other in ["97e4826c", "HEAD", "24d53", ""] {
            let error = passed(other, released).unwrap_err().to_string();
            assert!(error.contains("is released"), "{error}");
        }
    }

    /// Steps that write down that they were taken, up to the one that goes wrong.
    struct Scripted {
        wrong: &'static str,
        proven: &'static str,
        taken: RefCell<Vec<&'static str>>,
    }

    impl Scripted {
        fn take(&self, step: &'static str) -> Result<()> {
            self.taken.borrow_mut().push(step);
            ensure!(step != self.wrong, "{step} went wrong");
            Ok(())
        }
    }

    impl Steps for Scripted {
        fn proven(&self) -> Result<Sums> {
            self.take("proven")?;
            Sums::parse(self.proven)
        }

        fn ci(&self) -> Result<()> {
            self.take("ci")
        }

        fn prove(&self) -> Result<Sums> {
            self.take("prove")?;
            Sums::parse("5f1b  a-0.1.0.crate\n")
        }

        fn upload(&self, sums: &Sums) -> Result<()> {
            assert_eq!(sums.to_string(), "5f1b  a-0.1.0.crate\n");
            self.take("upload")
        }

        fn tag(&self) -> Result<()> {
            self.take("tag")
        }
    }

    fn taken(wrong: &'static str, proven: &'static str) -> (bool, Vec<&'static str>) {
        let steps = Scripted {
            wrong,
            proven,
            taken: RefCell::default(),
        };
        (execute(&steps).is_ok(), steps.taken.into_inner())
    }

    #[test]
    fn a_release_ends_at_the_first_step_that_goes_wrong() {
        let all = ["proven", "ci", "prove", "upload", "tag"];
        let same = "5f1b  a-0.1.0.crate\n";
        assert_eq!(taken("none", same), (true, all.to_vec()));
        for (place, wrong) in all.into_iter().enumerate() {
            assert_eq!(taken(wrong, same), (false, all[..=place].to_vec()));
        }
    }

    #[test]
    fn nothing_is_uploaded_but_the_bytes_that_a_dry_run_has_proven() {
        let other = taken("none", "77aa  a-0.1.0.crate\n");
        assert_eq!(other, (false, vec!["proven", "ci", "prove"]));
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
