//! The steps of `cargo xtask ci`, as values: cheap ones first.

use anyhow::{Result, bail};
use xshell::Shell;

use crate::{cargo::Cargo, consumers, foreign, release, tidy, workspace::Workspace};

use super::{Failure, feature::power_set};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    hint: &'static str,
    needs: Option<Component>,
    /// Only if it is asked for by name: it needs what a toolchain does not bring.
    apart: bool,
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
        name: "consumers",
        what: "a user's program builds and runs with each way in, and pulls in nothing else",
        hint: "`cargo tree -i CRATE` in the workspace shows who pulls a crate in; the bars are in xtask/src/consumers/fixture.rs",
        needs: None,
        apart: false,
        work: Work::Own(consumers::check),
    },
    Step {
        name: "docs",
        what: "the documentation builds as docs.rs builds it",
        hint: "mend the link or the doc comment named above",
        needs: None,
        apart: false,
        work: Work::Cargo(docs),
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
    pub(crate) fn run(
        &self,
        sh: &Shell,
        workspace: &Workspace,
        keep_going: bool,
    ) -> Result<(), Failure> {
        if let Some(component) = self.needs
            && Cargo::new(component.probe)
                .on(sh)
                .ignore_stdout()
                .ignore_stderr()
                .run()
                .is_err()
        {
            return Err(component.missing());
        }
        let wrong = match self.work {
            Work::Own(work) => work(sh, workspace)
                .err()
                .into_iter()
                .map(|error| format!("{error:#}"))
                .collect(),
            Work::Cargo(commands) => run_all(sh, &commands(workspace), keep_going),
        };
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Failure {
                what: wrong.join("\n"),
                mend: self.hint.to_owned(),
            })
        }
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

fn docs(_: &Workspace) -> Vec<Cargo> {
    // docs.rs documents with a nightly and `--cfg docsrs`; the bootstrap variable makes the pinned stable do the same.
    // Build scripts look at it, so that in the common target folder everything would be built anew, here and next time.
    let docs =
        Cargo::new("doc --locked --workspace --all-features --no-deps --target-dir target/docs");
    vec![
        docs.env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(name: &str) -> Vec<String> {
        let step = choose(&[name.to_owned()]).unwrap()[0];
        let Work::Cargo(commands) = step.work else {
            panic!("{name} runs no cargo command")
        };
        commands(&Workspace::sample())
            .iter()
            .map(Cargo::to_string)
            .collect()
    }

    fn names(steps: &[&Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    #[test]
    fn without_names_all_steps_run_and_formatting_is_first() {
        let all = names(&choose(&[]).unwrap());
        assert_eq!(
            all,
            [
                "fmt",
                "tidy",
                "clippy",
                "test",
                "doctest",
                "features",
                "consumers",
                "docs",
                "package"
            ]
        );
    }

    #[test]
    fn what_needs_a_browser_runs_only_if_it_is_named() {
        assert_eq!(
            names(&choose(&["foreign".to_owned()]).unwrap()),
            ["foreign"]
        );
    }

    #[test]
    fn named_steps_run_once_each_in_the_order_of_the_list() {
        let asked = ["docs", "fmt", "docs"].map(str::to_owned);
        assert_eq!(names(&choose(&asked).unwrap()), ["fmt", "docs"]);
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_list_of_steps() {
        let error = choose(&["fmt".to_owned(), "lint".to_owned()])
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("`lint`") && error.contains("fmt, tidy, clippy"),
            "{error}"
        );
    }

    #[test]
    fn every_step_has_a_hint_and_every_build_is_locked() {
        for step in STEPS {
            assert!(!step.hint.is_empty(), "{}", step.name);
            let Work::Cargo(commands) = step.work else {
                continue;
            };
            for command in commands(&Workspace::sample()) {
                assert!(command.has("--locked") || command.has("fmt"), "{command}");
            }
        }
    }

    #[test]
    fn clippy_takes_each_member_alone_with_all_features_and_with_none() {
        assert_eq!(
            commands("clippy"),
            [
                "cargo clippy --locked --all-targets -p a --all-features -- -D warnings",
                "cargo clippy --locked --all-targets -p a --no-default-features -- -D warnings",
                "cargo clippy --locked --all-targets -p phrase-auth-tests --all-features -- -D warnings",
            ]
        );
    }

    #[test]
    fn features_checks_each_combination_of_published_crates_only() {
        assert_eq!(
            commands("features"),
            [
                "cargo check --locked --quiet -p a --no-default-features",
                "cargo check --locked --quiet -p a --no-default-features --features x",
                "cargo check --locked --quiet -p a --no-default-features --features x,y",
            ]
        );
    }

    #[test]
    fn formatting_reaches_the_consumers_too() {
        assert!(
            commands("fmt")
                .iter()
                .any(|command| command.contains("tests/consumers/only-platform"))
        );
    }

    #[test]
    fn a_missing_component_is_named_with_the_command_that_installs_it() {
        let failure = RUSTFMT.missing();
        assert_eq!(failure.what, "this toolchain has no rustfmt");
        assert!(
            failure.mend.contains("rustup component add rustfmt"),
            "{}",
            failure.mend
        );
    }
}
