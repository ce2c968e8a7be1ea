//! SHA256SUMS: which bytes were proven, and so which bytes may be uploaded.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::workspace::Member;

use super::dist::tarball;

/// The checksum of each package, by its file name; printed as `sha256sum` does, so that `sha256sum -c` reads it.
#[derive(Debug, PartialEq)]
pub(crate) struct Sums(BTreeMap<String, String>);

impl Sums {
    /// Those of the packages that lie in `dir`.
    pub(crate) fn of(dir: &Path, plan: &[&Member]) -> Result<Self> {
        let sum = |member: &&Member| {
            let name = tarball(member);
            let bytes = fs::read(dir.join(&name)).with_context(|| format!("there is no {name}"))?;
            Ok((name, sha256(&bytes)))
        };
        plan.iter().map(sum).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let line = |line: &str| {
            let (sum, name) = line.split_once("  ").context("SHA256SUMS is damaged")?;
            Ok((name.to_owned(), sum.to_owned()))
        };
        text.lines().map(line).collect::<Result<_>>().map(Self)
    }

    /// The checksum of a member's package.
    pub(crate) fn sum(&self, member: &Member) -> Result<&str> {
        let sum = self.0.get(&tarball(member)).map(String::as_str);
        sum.with_context(|| format!("SHA256SUMS does not have {}", tarball(member)))
    }

    /// Nothing, if `proven` has the same bytes under every name.
    pub(crate) fn must_equal(&self, proven: &Self) -> Result<()> {
        let differ: Vec<_> = self
            .0
            .iter()
            .filter(|(name, sum)| proven.0.get(*name) != Some(*sum))
            .map(|(name, _)| name.as_str())
            .collect();
        ensure!(
            differ.is_empty() && self.0.len() == proven.0.len(),
            "the packages are not those that the dry run has proven: {}\n  \
             mend: `cargo xtask release` once more on this commit, then `--execute`",
            differ.join(", ")
        );
        Ok(())
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(name, sum)| writeln!(f, "{sum}  {name}"))
    }
}

/// In hexadecimal, as indexes and `sha256sum` write it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(text: &str) -> Sums {
        Sums::parse(text).unwrap()
    }

    #[test]
    fn a_checksum_is_the_one_that_everybody_gets() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "5f1b  a-0.1.0.crate\n77aa  b-0.1.0.crate\n";
        assert_eq!(sums(text).to_string(), text);
        assert!(Sums::parse("5f1b a-0.1.0.crate").is_err());
    }

    #[test]
    fn other_bytes_than_the_proven_ones_are_named_and_stop_the_release() {
        let proven = sums("5f1b  a-0.1.0.crate\n77aa  b-0.1.0.crate\n");
        assert!(proven.must_equal(&proven).is_ok());
        let other = sums("5f1b  a-0.1.0.crate\n77ab  b-0.1.0.crate\n");
        let error = other.must_equal(&proven).unwrap_err().to_string();
        assert!(error.contains("proven: b-0.1.0.crate\n"), "{error}");
        let fewer = sums("5f1b  a-0.1.0.crate\n");
        assert!(fewer.must_equal(&proven).is_err());
    }
}
