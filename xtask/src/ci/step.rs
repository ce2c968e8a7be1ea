//! The steps of `cargo xtask ci`, as values: cheap ones first.

use anyhow::{Result, bail};
use xshell::Shell;

use crate::{
    absent::Absent, api, cargo::Cargo, consumers, docs, foreign, licences, minimal, msrv, release,
    tidy, typos, workspace::Workspace,
};

use super::{Failure, Outcome, feature::power_set};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    hint: &'static str,
    needs: Option<Component>,
    /// Only if it is asked for by name: it needs what a toolchain does not bring.
    pub(crate) apart: bool,
    work: Work,
}

/// A part of the toolchain that minimal installations leave out.
#[derive(Clone, Copy)]
struct Component {
    name: &'static str,
    probe: &'static str,
}

enum Work {
    Cargo(fn(&Workspace) -> Vec<Cargo>),
    Own(fn(&Shell, &Workspace) -> Result<()>),
}

pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the sources are formatted",
        hint: "run the command above without `--check`",
        needs: Some(RUSTFMT),
        apart: false,
        work: Work::Cargo(fmt),
    },
    Step {
        name: "tidy",
        what: "manifests, licence links, documented features, links, changelog, sizes of files",
        hint: "each finding above says how to mend it",
        needs: None,
        apart: false,
        work: Work::Own(tidy::check),
    },
    Step {
        name: "licences",
        what: "every package comes from crates.io, under a licence of the list, and none that must not",
        hint: "each finding above says how to mend it; the list is deny.toml",
        needs: None,
        apart: false,
        work: Work::Own(licences::check),
    },
    Step {
        name: "typos",
        what: "no word is misspelt",
        hint: "write the word as it is told above; where it is right, or somebody else's name, list it in typos.toml",
        needs: None,
        apart: false,
        work: Work::Own(typos::check),
    },
    Step {
        name: "clippy",
        what: "no lint fires, one member at a time, with all features and with none",
        hint: "mend the code; where a lint is wrong, `#[allow(…, reason = \"…\")]` on the smallest item",
        needs: Some(CLIPPY),
        apart: false,
        work: Work::Cargo(clippy),
    },
    Step {
        name: "test",
        what: "unit and integration tests of every member",
        hint: "the name of a test is the behaviour that broke; run it alone with `cargo test -p CRATE NAME`",
        needs: None,
        apart: false,
        work: Work::Cargo(test),
    },
    Step {
        name: "doctest",
        what: "the examples in the documentation and the READMEs",
        hint: "the example is what a user will paste: mend whichever is wrong, it or the API",
        needs: None,
        apart: false,
        work: Work::Cargo(doctest),
    },
    Step {
        name: "features",
        what: "every combination of features of every published crate compiles",
        hint: "gate the code with the feature it needs, or let the feature turn on what it uses",
        needs: None,
        apart: false,
        work: Work::Cargo(features),
    },
    Step {
        name: "deps",
        what: "every dependency of what ships, and of xtask, is used",
        hint: "take it out of the manifest; where it is there for its features only, `use x as _;` with the reason",
        needs: None,
        apart: false,
        work: Work::Cargo(deps),
    },
    Step {
        name: "docs",
        what: "the documentation builds as docs.rs builds it, and says which feature brings what",
        hint: "each finding above says how to mend it; else mend the link or the doc comment that rustdoc names",
        needs: None,
        apart: false,
        work: Work::Own(docs::check),
    },
    Step {
        name: "api",
        what: "the public API is that of the snapshots, and shows no crate that it may not",
        hint: "each finding above says how to mend it",
        needs: None,
        apart: false,
        work: Work::Own(api::check),
    },
    Step {
        name: "consumers",
        what: "a user's program builds and runs with each way in, and pulls in nothing else",
        hint: "`cargo tree -i CRATE` in the workspace shows who pulls a crate in; the bars are in xtask/src/consumers/fixture.rs",
        needs: None,
        apart: false,
        work: Work::Own(consumers::check),
    },
    Step {
        name: "minimal",
        what: "the published crates compile with the oldest versions that they ask for",
        hint: "raise the version in the root manifest to the first that has what is used, or that the others can live with",
        needs: None,
        apart: false,
        work: Work::Own(minimal::check),
    },
    Step {
        name: "msrv",
        what: "the oldest Rust that we promise is enough",
        hint: "where no finding above says it better: write it in the older way, or raise rust-version in the root manifest",
        needs: None,
        apart: false,
        work: Work::Own(msrv::check),
    },
    Step {
        name: "package",
        what: "every crate packages, and strangers can build on the packages, offline",
        hint: "`cargo xtask ci package` leaves all it has made in target/dist; what a crate needs has to be in its own folder",
        needs: None,
        apart: false,
        work: Work::Own(release::check),
    },
    Step {
        name: "foreign",
        what: "our OAuth client before a server of somebody else, and in a real browser",
        hint: "what went wrong is told above; the pictures of the pages are in target/foreign/shots",
        needs: None,
        apart: true,
        work: Work::Own(foreign::check),
    },
];

const RUSTFMT: Component = Component {
    name: "rustfmt",
    probe: "fmt --version",
};
const CLIPPY: Component = Component {
    name: "clippy",
    probe: "clippy --version",
};

/// The steps of these names in the order of the list, or, if there are none, all that need nothing but a
/// toolchain.
pub(crate) fn choose(names: &[String]) -> Result<Vec<&'static Step>> {
    for name in names {
        if !STEPS.iter().any(|step| step.name == name) {
            let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
            bail!(
                "ci has no step `{name}`; its steps are {}",
                known.join(", ")
            );
        }
    }
    let chosen = |step: &&Step| match names.is_empty() {
        true => !step.apart,
        false => names.iter().any(|name| name == step.name),
    };
    Ok(STEPS.iter().filter(chosen).collect())
}

impl Step {
    /// Runs to the first failure, or with `keep_going` to the end.
    pub(crate) fn run(&self, sh: &Shell, workspace: &Workspace, keep_going: bool) -> Outcome {
        if let Some(component) = self.needs
            && Cargo::new(component.probe)
                .on(sh)
                .ignore_stdout()
                .ignore_stderr()
                .run()
                .is_err()
        {
            return Outcome::Failed(component.missing());
        }
        match self.work {
            Work::Own(work) => {
                work(sh, workspace).map_or_else(|error| self.stopped(&error), |()| Outcome::Passed)
            }
            Work::Cargo(commands) => {
                let wrong = run_all(sh, &commands(workspace), keep_going);
                match wrong.is_empty() {
                    true => Outcome::Passed,
                    false => self.failed(wrong.join("\n")),
                }
            }
        }
    }

    /// Something is wrong, or cannot be looked at here.
    fn stopped(&self, error: &anyhow::Error) -> Outcome {
        let what = format!("{error:#}");
        match error.downcast_ref::<Absent>() {
            None => self.failed(what),
            Some(absent) if absent.is_skippable() => {
                println!("skipped: {what}");
                Outcome::Skipped(what)
            }
            Some(_) => Outcome::Failed(Failure {
                what,
                mend: "bring what is missing; only without CI=true may the step be skipped"
                    .to_owned(),
            }),
        }
    }

    fn failed(&self, what: String) -> Outcome {
        Outcome::Failed(Failure {
            what,
            mend: self.hint.to_owned(),
        })
    }
}

impl Component {
    fn missing(self) -> Failure {
        Failure {
            what: format!("this toolchain has no {}", self.name),
            mend: format!(
                "`rustup component add {0}`, or the {0} package of your system",
                self.name
            ),
        }
    }
}

/// What failed, by command.
fn run_all(sh: &Shell, commands: &[Cargo], keep_going: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if commands.len() > 1 {
        eprintln!("{} commands", commands.len());
    }
    for command in commands {
        if command.run(sh).is_err() {
            wrong.push(command.to_string());
            if !keep_going {
                break;
            }
        }
    }
    wrong
}

fn fmt(_: &Workspace) -> Vec<Cargo> {
    // The consumers are workspaces of their own, so `--all` does not reach them.
    let consumers = consumers::FIXTURES.iter().map(|fixture| {
        Cargo::new("fmt --check --manifest-path").arg(format!(
            "{}/{}/Cargo.toml",
            consumers::DIR,
            fixture.name
        ))
    });
    [Cargo::new("fmt --all --check")]
        .into_iter()
        .chain(consumers)
        .collect()
}

fn clippy(workspace: &Workspace) -> Vec<Cargo> {
    let mut commands = Vec::new();
    for member in &workspace.members {
        let clippy = |features| {
            Cargo::new("clippy --locked --all-targets -p")
                .arg(&member.name)
                .words(features)
                .words("-- -D warnings")
        };
        commands.push(clippy("--all-features"));
        // Without features of its own the member would only be checked a second time.
        if !member.features.is_empty() {
            commands.push(clippy("--no-default-features"));
        }
    }
    commands
}

fn test(_: &Workspace) -> Vec<Cargo> {
    // Examples in the documentation have a step of their own; a run names every test that fails, not the first crate's.
    vec![Cargo::new(
        "test --locked --workspace --all-features --lib --bins --tests --examples --no-fail-fast",
    )]
}

fn doctest(_: &Workspace) -> Vec<Cargo> {
    vec![Cargo::new(
        "test --locked --workspace --all-features --doc --no-fail-fast",
    )]
}

fn features(workspace: &Workspace) -> Vec<Cargo> {
    let mut commands = Vec::new();
    for member in workspace.published() {
        for set in power_set(&member.features) {
            let check = Cargo::new("check --locked --quiet -p")
                .arg(&member.name)
                .arg("--no-default-features");
            let list = set.into_iter().collect::<Vec<_>>().join(",");
            commands.push(if list.is_empty() {
                check
            } else {
                check.arg("--features").arg(list)
            });
        }
    }
    commands
}

fn deps(workspace: &Workspace) -> Vec<Cargo> {
    let mut commands = Vec::new();
    for member in &workspace.members {
        // Extra flags for one target leave what is built for the other steps alone; dev-dependencies are not looked at.
        let check = |target: &str| {
            Cargo::new("rustc --locked --quiet --profile check --all-features -p")
                .arg(&member.name)
                .words(target)
                .words("-- -D unused-crate-dependencies")
        };
        commands.extend(member.targets("lib").map(|_| check("--lib")));
        commands.extend(
            member
                .targets("bin")
                .map(|name| check(&format!("--bin {name}"))),
        );
    }
    commands
}

#[cfg(test)]
mod tests;
