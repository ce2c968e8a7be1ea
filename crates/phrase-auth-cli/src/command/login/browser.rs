use std::ffi::OsString;

/// A program and its arguments, split at white space; no shell looks at them. The address is the last argument, so that
/// a `%s` at the end, as many write it, is left out. `None` if there is no program.
pub(super) fn command(text: OsString) -> Option<(OsString, Vec<OsString>)> {
    let Ok(text) = text.into_string() else {
        return None;
    };
    let mut words: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
    words.pop_if(|last| last == "%s");
    let mut words = words.into_iter();
    Some((words.next()?, words.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_at_white_space_and_nothing_else_is_special() {
        let words = |text: &str| {
            let (program, args) = command(text.into())?;
            let args: Vec<_> = args
                .iter()
                .map(|arg| arg.to_str().unwrap().to_owned())
                .collect();
            Some((program.into_string().unwrap(), args.join("|")))
        };
        for (text, program, args) in [
            ("firefox", "firefox", ""),
            ("  lynx\t-a %s", "lynx", "-a"),
            ("a $(b) 'c d' ;e", "a", "$(b)|'c|d'|;e"),
        ] {
            assert_eq!(words(text), Some((program.to_owned(), args.to_owned())));
        }
        for none in ["", " ", "%s"] {
            assert_eq!(words(none), None);
        }
    }
}
