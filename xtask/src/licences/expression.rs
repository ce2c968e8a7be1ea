//! The SPDX expression of a manifest: `MIT OR Apache-2.0`, `(MIT OR Apache-2.0) AND Unicode-3.0`.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

#[derive(Debug, PartialEq)]
pub(super) enum Expression {
    /// With its exception, if it has one: `Apache-2.0 WITH LLVM-exception` is another licence than `Apache-2.0`.
    Licence(String),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Expression {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut words = Words::new(text);
        let expression = words.any()?;
        match words.next() {
            None => Ok(expression),
            Some(word) => bail!("there is `{word}` after the end of `{text}`"),
        }
    }

    /// Whether the package can be taken under licences of the list alone.
    pub(super) fn is_met(&self, allowed: &BTreeSet<String>) -> bool {
        match self {
            Self::Licence(name) => allowed.contains(name),
            Self::All(parts) => parts.iter().all(|part| part.is_met(allowed)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(allowed)),
        }
    }

    /// Every licence that it names.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        match self {
            Self::Licence(name) => BTreeSet::from([name.as_str()]),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}

/// What is left to read. `WITH` binds closest, then `AND`, then `OR`; old manifests write `/` for `OR`.
struct Words(Vec<String>);

impl Words {
    fn new(text: &str) -> Self {
        let mut spaced = text.to_owned();
        for mark in ["(", ")", "/"] {
            spaced = spaced.replace(mark, &format!(" {mark} "));
        }
        Self(spaced.split_whitespace().rev().map(str::to_owned).collect())
    }

    fn next(&mut self) -> Option<String> {
        self.0.pop()
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let there = self
            .0
            .last()
            .is_some_and(|word| words.contains(&word.as_str()));
        if there {
            self.0.pop();
        }
        there
    }

    fn any(&mut self) -> Result<Expression> {
        let mut parts = vec![self.all()?];
        while self.take(&["OR", "/"]) {
            parts.push(self.all()?);
        }
        Ok(one_or(Expression::Any, parts))
    }

    fn all(&mut self) -> Result<Expression> {
        let mut parts = vec![self.single()?];
        while self.take(&["AND"]) {
            parts.push(self.single()?);
        }
        Ok(one_or(Expression::All, parts))
    }

    fn single(&mut self) -> Result<Expression> {
        if self.take(&["("]) {
            let inner = self.any()?;
            ensure!(self.take(&[")"]), "a bracket is not closed");
            return Ok(inner);
        }
        let licence = self.name()?;
        Ok(Expression::Licence(if self.take(&["WITH"]) {
            format!("{licence} WITH {}", self.name()?)
        } else {
            licence
        }))
    }

    fn name(&mut self) -> Result<String> {
        match self.next() {
            Some(word) if !MARKS.contains(&word.as_str()) => Ok(word),
            Some(word) => bail!("there is `{word}` where a licence should be"),
            None => bail!("it ends where a licence should be"),
        }
    }
}

const MARKS: [&str; 6] = ["(", ")", "/", "AND", "OR", "WITH"];

/// A list of one is the one.
fn one_or(list: fn(Vec<Expression>) -> Expression, mut parts: Vec<Expression>) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            list(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(text: &str, allowed: &[&str]) -> bool {
        let allowed = allowed.iter().map(|name| (*name).to_owned()).collect();
        Expression::parse(text).unwrap().is_met(&allowed)
    }

    #[test]
    fn of_alternatives_one_is_enough() {
        for text in [
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "GPL-3.0-only OR MIT",
        ] {
            assert!(met(text, &["MIT"]), "{text}");
            assert!(!met(text, &["ISC"]), "{text}");
        }
    }

    #[test]
    fn of_conditions_all_must_be_met() {
        assert!(met("MIT AND BSD-3-Clause", &["MIT", "BSD-3-Clause"]));
        assert!(!met("MIT AND BSD-3-Clause", &["MIT"]));
    }

    #[test]
    fn and_binds_closer_than_or_and_brackets_closer_than_both() {
        assert!(met("GPL-3.0-only AND ISC OR MIT", &["MIT"]));
        assert!(met("MIT OR GPL-3.0-only AND ISC", &["MIT"]));
        assert!(!met("(GPL-3.0-only OR MIT) AND ISC", &["MIT"]));
        assert!(met(
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            &["MIT", "Unicode-3.0"]
        ));
        assert!(met("((MIT))", &["MIT"]));
    }

    #[test]
    fn a_licence_with_an_exception_is_another_licence() {
        let text = "Apache-2.0 WITH LLVM-exception";
        assert!(!met(text, &["Apache-2.0"]));
        assert!(met(text, &[text]));
        assert!(met(
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            &["MIT"]
        ));
        assert!(!met(
            "Apache-2.0 WITH LLVM-exception AND MIT",
            &["Apache-2.0", "MIT"]
        ));
    }

    #[test]
    fn every_licence_is_named_once() {
        let expression = Expression::parse("ISC AND (Apache-2.0 OR ISC) AND (MIT WITH x)").unwrap();
        let names: Vec<_> = expression.names().into_iter().collect();
        assert_eq!(names, ["Apache-2.0", "ISC", "MIT WITH x"]);
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "()", "MIT / ",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
