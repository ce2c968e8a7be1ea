//! `cargo xtask soak`: the long run of `tests/soak`.

use anyhow::{Result, bail};
use xshell::Shell;

use crate::{cargo::Cargo, flags, workspace::Workspace};

impl flags::Soak {
    pub(crate) fn run(self, sh: &Shell, _: &Workspace) -> Result<()> {
        let command = self.command();
        if command.run(sh).is_err() {
            // The program has said what is wrong, and xshell would only repeat the command.
            bail!(
                "the soak has not ended well; what is written above says why, and the same seed draws the same faults"
            );
        }
        Ok(())
    }

    fn command(&self) -> Cargo {
        // In release, as in a user's hands: it is not a benchmark, but there is much to live through.
        let mut command =
            Cargo::new("run --locked --release -p phrase-auth-tests --example soak --");
        if let Some(minutes) = self.minutes {
            command = command.arg("--minutes").arg(minutes.to_string());
        }
        if let Some(seed) = self.seed {
            command = command.arg("--seed").arg(seed.to_string());
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(minutes: Option<f64>, seed: Option<u64>) -> String {
        flags::Soak { minutes, seed }.command().to_string()
    }

    #[test]
    fn minutes_and_seed_are_handed_on_where_they_are_given() {
        let bare = "cargo run --locked --release -p phrase-auth-tests --example soak --";
        assert_eq!(command(None, None), bare);
        assert_eq!(command(Some(0.5), None), format!("{bare} --minutes 0.5"));
        assert_eq!(
            command(Some(0.0), Some(73)),
            format!("{bare} --minutes 0 --seed 73")
        );
    }
}
