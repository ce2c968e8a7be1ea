//! `cargo xtask bench`: the benchmarks of `tests/benches`, and `weight`.

mod weight;

use anyhow::{Result, bail};
use xshell::Shell;

use crate::{cargo::Cargo, flags, workspace::Workspace};

/// The package whose benchmarks these are.
const PACKAGE: &str = "phrase-auth-tests";

/// What each way in costs a user; measured here, because it is cargo that is timed.
const WEIGHT: &str = "weight";

impl flags::Bench {
    pub(crate) fn run(self, sh: &Shell, workspace: &Workspace) -> Result<()> {
        for name in choose(&self.names, workspace)? {
            if name == WEIGHT {
                println!("{}", weight::measure(sh, workspace)?);
            } else {
                Cargo::new("bench --locked -p")
                    .words(PACKAGE)
                    .arg("--bench")
                    .arg(name)
                    .run(sh)?;
            }
        }
        Ok(())
    }
}

/// The benchmarks of these names, or all if there are none.
fn choose<'a>(names: &[String], workspace: &'a Workspace) -> Result<Vec<&'a str>> {
    let all: Vec<_> = workspace
        .member(PACKAGE)?
        .targets("bench")
        .chain([WEIGHT])
        .collect();
    for name in names {
        if !all.contains(&name.as_str()) {
            bail!(
                "there is no benchmark `{name}`; there are {}",
                all.join(", ")
            );
        }
    }
    Ok(all
        .into_iter()
        .filter(|known| names.is_empty() || names.iter().any(|name| name == known))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_names_every_benchmark_runs_and_weight_is_last() {
        assert_eq!(
            choose(&[], &Workspace::sample()).unwrap(),
            ["hit", "herd", "weight"]
        );
    }

    #[test]
    fn a_named_benchmark_runs_alone() {
        assert_eq!(
            choose(&["weight".to_owned()], &Workspace::sample()).unwrap(),
            ["weight"]
        );
    }

    #[test]
    fn an_unknown_benchmark_is_refused_with_the_list() {
        let error = choose(&["hits".to_owned()], &Workspace::sample())
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "there is no benchmark `hits`; there are hit, herd, weight"
        );
    }
}
