//! The public API of a crate, an item a line: `xtask-api FILE.json`, where the file is what rustdoc has made of it.
//!
//! A package of its own, so that the other commands of `cargo xtask` need not wait for `public-api` to be built.

mod origin;

use std::{collections::BTreeSet, env, fs, path::Path};

use anyhow::{Context, Result};
use public_api::Builder;

use self::origin::Origins;

fn main() -> Result<()> {
    let file = env::args_os()
        .nth(1)
        .context("usage: xtask-api FILE.json")?;
    print!("{}", listing(Path::new(&file))?);
    Ok(())
}

fn listing(file: &Path) -> Result<String> {
    let all = items(file, true, true)?;
    let plain = set(items(file, false, false)?);
    let derived = set(items(file, true, false)?);
    let origins = Origins::read(&serde_json::from_str(&fs::read_to_string(file)?)?);
    let mut text = String::new();
    for item in all {
        let shown = if plain.contains(&item) {
            !is_printing(&item)
        } else if derived.contains(&item) {
            tells_of_a_derive(&item)
        } else {
            tells_of_an_auto_trait(&item)
        };
        if shown {
            text.push_str(&origins.told(item));
            text.push('\n');
        }
    }
    Ok(text)
}

/// In the order of public-api, which keeps what belongs to a type beside it. Implementations for every type there is say
/// nothing of this crate.
fn items(file: &Path, derived: bool, auto: bool) -> Result<Vec<String>> {
    let api = Builder::from_rustdoc_json(file)
        .omit_blanket_impls(true)
        .omit_auto_derived_impls(!derived)
        .omit_auto_trait_impls(!auto)
        .build()
        .with_context(|| {
            format!(
                "{}: public-api cannot read what this rustdoc writes; is there a newer release of it for this rustc?",
                file.display()
            )
        })?;
    Ok(api.items().map(ToString::to_string).collect())
}

fn set(items: Vec<String>) -> BTreeSet<String> {
    items.into_iter().collect()
}

/// Beside `impl Debug` or `impl Display` its method says nothing more.
fn is_printing(item: &str) -> bool {
    item.ends_with("::fmt(&self, &mut core::fmt::Formatter<'_>) -> core::fmt::Result")
}

/// That a type is `Clone` is a promise to users; how `clone` is written they know.
fn tells_of_a_derive(item: &str) -> bool {
    item.starts_with("impl") && !item.contains("core::marker::StructuralPartialEq")
}

/// Every type is `Send` and `Sync` unless it says otherwise, so only where it is not there is something to tell: whoever
/// makes a type unfit for threads sees a line more.
fn tells_of_an_auto_trait(item: &str) -> bool {
    ["!core::marker::Send ", "!core::marker::Sync "]
        .iter()
        .any(|it| item.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_derive_the_promise_is_shown_and_the_method_is_not() {
        assert!(tells_of_a_derive("impl core::clone::Clone for a::B"));
        assert!(!tells_of_a_derive("pub fn a::B::clone(&self) -> a::B"));
        assert!(!tells_of_a_derive(
            "impl core::marker::StructuralPartialEq for a::B"
        ));
    }

    #[test]
    fn of_printing_the_promise_is_shown_and_the_method_is_not() {
        assert!(is_printing(
            "pub fn a::B::fmt(&self, &mut core::fmt::Formatter<'_>) -> core::fmt::Result"
        ));
        assert!(!is_printing("impl core::fmt::Debug for a::B"));
        assert!(!is_printing(
            "pub fn a::B::fmt(&self) -> alloc::string::String"
        ));
    }

    #[test]
    fn of_auto_traits_only_a_lack_of_send_or_sync_is_shown() {
        assert!(tells_of_an_auto_trait("impl !core::marker::Send for a::B"));
        assert!(tells_of_an_auto_trait(
            "impl<T> !core::marker::Sync for a::B<T>"
        ));
        assert!(!tells_of_an_auto_trait("impl core::marker::Send for a::B"));
        assert!(!tells_of_an_auto_trait(
            "impl !core::panic::unwind_safe::UnwindSafe for a::B"
        ));
    }
}
