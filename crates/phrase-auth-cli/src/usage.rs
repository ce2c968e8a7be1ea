use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::exit::Exit;
use crate::report::Report;

/// Prints the help or the version that was asked for, or says what is wrong with the call.
pub(crate) fn answer(refused: &Error) -> Exit {
    match refused.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match refused.print() {
            Ok(()) => Exit::DONE,
            Err(error) => Report::unwritten(&error).tell(),
        },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = refused.print();
            Exit::USAGE
        }
        _ => report(refused).tell(),
    }
}

/// Says what is wrong in words of our own: clap's repeat what was typed, and that may be a secret.
fn report(refused: &Error) -> Report {
    let what = match refused.kind() {
        ErrorKind::UnknownArgument => match option(refused) {
            Some(name) => format!("there is no option {name} here"),
            None => "there is an argument too many (not shown: it may be a secret)".to_owned(),
        },
        ErrorKind::InvalidSubcommand => "there is no such command".to_owned(),
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let name = ours(refused, ContextKind::InvalidArg).unwrap_or_default();
            format!("the value of {name} cannot be used")
        }
        ErrorKind::MissingRequiredArgument => {
            let names = ours(refused, ContextKind::InvalidArg).unwrap_or_default();
            format!("something is missing: {names}")
        }
        ErrorKind::ArgumentConflict => {
            "the same option is given twice, or two that exclude each other".to_owned()
        }
        ErrorKind::InvalidUtf8 => "an argument is not text".to_owned(),
        _ => "the call cannot be understood".to_owned(),
    };
    let mut report = Report::new(Exit::USAGE, what);
    if let Some(values) = ours(refused, ContextKind::ValidValue).filter(|values| !values.is_empty())
    {
        report = report.with("possible", values);
    }
    if let Some(rule) = rule(refused) {
        report = report.with("possible", rule);
    }
    for kind in [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ] {
        if let Some(name) = ours(refused, kind) {
            report = report.with("close to it", name);
        }
    }
    if refused.kind() == ErrorKind::UnknownArgument {
        report = report.with(
            "secrets",
            "come from PHRASE_API_TOKEN_FILE, PHRASE_TMS_PASSWORD_FILE or their like, never from here",
        );
    }
    if let Some(ContextValue::StyledStr(usage)) = refused.get(ContextKind::Usage) {
        let usage = usage.to_string();
        report = report.with("usage", usage.trim_start_matches("Usage: ").trim_end());
    }
    report.with(
        "next",
        "see `phrase-auth --help`; the command of `emulator exec` stands after `--`",
    )
}

/// Context that stems from the command tree, not from what was typed.
fn ours(refused: &Error, kind: ContextKind) -> Option<String> {
    match refused.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

/// The unknown option's name, if it can be nothing but a name.
fn option(refused: &Error) -> Option<String> {
    let typed = ours(refused, ContextKind::InvalidArg)?;
    let name = typed.split('=').next().unwrap_or_default();
    let letters = name.strip_prefix("--")?;
    let plain = letters.len() <= LONGEST_NAME
        && letters.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    plain.then(|| name.to_owned())
}

/// What the option's own parser said; ours repeat nothing.
fn rule(refused: &Error) -> Option<String> {
    if refused.kind() != ErrorKind::ValueValidation {
        return None;
    }
    std::error::Error::source(refused).map(ToString::to_string)
}

/// Longer than the name of any option, shorter than any secret of Phrase.
const LONGEST_NAME: usize = 24;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn told(args: &[&str]) -> String {
        let refused = Cli::try_parse_from([&["phrase-auth"], args].concat()).unwrap_err();
        report(&refused).to_string()
    }

    #[test]
    fn what_was_typed_is_never_repeated() {
        let canary = "5f0c2e7a9b1d4c3e8f6a7b5d9c0e1f2a";
        let (long, short) = (format!("--{canary}"), format!("-{canary}"));
        let (value, port) = (format!("--token={canary}"), format!("--port={canary}"));
        for args in [
            &["token", canary] as &[&str],
            &["token", "--min-ttl", canary],
            &["token", "-o", canary],
            &["token", &long],
            &["token", &short],
            &["token", &value],
            &["token", "--token", canary],
            &["header", "--product", canary],
            &["header", "--", canary],
            &["emulator", canary],
            &["emulator", "run", &port],
            &["emulator", "exec", canary],
            &["--timeout", canary, "token"],
            &[canary],
        ] {
            let told = told(args);
            assert!(!told.contains("5f0c2e"), "{args:?}: {told}");
            assert!(
                told.starts_with("error: ") && told.contains("\n  next: "),
                "{told}"
            );
        }
    }

    #[test]
    fn it_says_what_would_be_right() {
        assert!(told(&["token", "--token=x"]).contains("no option --token here"));
        assert!(told(&["token", "x"]).contains("PHRASE_API_TOKEN_FILE"));
        assert!(told(&["token", "-o", "xml"]).contains("raw, json, env, fish, powershell, dotenv"));
        assert!(told(&["token", "--min-ttl", "60"]).contains("such as 60s"));
        assert!(told(&["header", "--product", "x"]).contains("one of tms, strings"));
        assert!(told(&["emulator", "exec"]).contains("<CMD>"));
        assert!(told(&["tokn"]).contains("close to it: token"));
    }
}
