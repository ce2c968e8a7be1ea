use clap::{ArgAction, Command, CommandFactory};

use super::*;

fn walk(command: &Command, path: &str, look: &mut impl FnMut(&str, &clap::Arg)) {
    let path = format!("{path} {}", command.get_name());
    for arg in command.get_arguments() {
        look(&path, arg);
    }
    for sub in command.get_subcommands() {
        walk(sub, &path, look);
    }
}

#[test]
fn the_tree_is_sound() {
    Cli::command().debug_assert();
}

/// The words that a value would be a secret after. `--token-file` names a file, and passes.
fn asks_for_a_secret(name: &str) -> bool {
    let last = name.rsplit(['-', '_', ' ']).next().unwrap_or_default();
    [
        "token",
        "password",
        "passwd",
        "pass",
        "secret",
        "key",
        "code",
        "credential",
        "auth",
        "bearer",
        "jwt",
        "pat",
    ]
    .contains(&last.to_ascii_lowercase().as_str())
}

#[test]
fn no_option_takes_a_secret_as_its_value() {
    let mut seen = Vec::new();
    walk(&Cli::command(), "", &mut |path, arg| {
        let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
        let shown = format!("{path} {}", arg.get_id());
        if takes_value {
            let long = arg
                .get_all_aliases()
                .unwrap_or_default()
                .into_iter()
                .chain(arg.get_long());
            let values = arg.get_value_names().unwrap_or_default().iter();
            let names = long
                .chain(values.map(clap::builder::Str::as_str))
                .chain([arg.get_id().as_str()]);
            for name in names {
                assert!(!asks_for_a_secret(name), "{shown}: {name}");
            }
            let help = arg
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default()
                .to_lowercase();
            for word in ["password", "secret", "credential", "api token"] {
                assert!(!help.contains(word), "{shown}: {help}");
            }
            assert!(
                !arg.is_positional() || arg.is_last_set(),
                "{shown} is positional"
            );
        }
        seen.push(shown);
    });
    assert!(
        seen.iter()
            .any(|arg| arg == " phrase-auth emulator exec command"),
        "{seen:?}"
    );
    assert!(
        asks_for_a_secret("api-token")
            && asks_for_a_secret("PASSWORD")
            && !asks_for_a_secret("token-file")
    );
}

#[test]
fn every_option_is_explained() {
    walk(&Cli::command(), "", &mut |path, arg| {
        assert!(arg.get_help().is_some(), "{path} {}", arg.get_id());
    });
}

#[test]
fn the_products_that_the_help_lists_are_those_that_take_an_api_token() {
    let known: Vec<String> = Product::ALL
        .iter()
        .filter(|product| product.application().is_some())
        .map(|product| product.to_string())
        .collect();
    let mut help = String::new();
    walk(&Cli::command(), "", &mut |path, arg| {
        if arg.get_id() == "product" && path.ends_with(" header") {
            help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        }
    });
    assert!(help.contains(&known.join(", ")), "{help}");
}
