//! How a value is written so that a shell or curl reads it back unchanged.

/// A POSIX shell: nothing is special between single quotes but the quote itself.
pub(crate) fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'", value.replace('\'', r"'\''"))
}

/// fish: as in POSIX, but a backslash is special too.
pub(crate) fn fish(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('\'', r"\'");
    format!("set -gx {name} '{value}'")
}

/// PowerShell: a single quote is doubled.
pub(crate) fn powershell(name: &str, value: &str) -> String {
    format!("$env:{name} = '{}'", value.replace('\'', "''"))
}

/// A .env file. The readers of such files differ in everything but this: single quotes keep a value as it is, and in
/// double quotes a backslash escapes.
pub(crate) fn dotenv(name: &str, value: &str) -> String {
    if !value.contains('\'') {
        return format!("{name}='{value}'");
    }
    format!("{name}=\"{}\"", escaped(value, &['\\', '"', '$', '`']))
}

/// A line of curl's configuration (`curl --config`): between double quotes a backslash escapes.
pub(crate) fn curl(option: &str, value: &str) -> String {
    format!("{option} = \"{}\"", escaped(value, &['\\', '"']))
}

fn escaped(value: &str, special: &[char]) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if special.contains(&c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_gets_its_own_quotes() {
        for (line, plain, odd) in [
            (
                export as fn(&str, &str) -> String,
                "export N='a b'",
                r#"export N='a'\''b"$\`'"#,
            ),
            (fish, "set -gx N 'a b'", r#"set -gx N 'a\'b"$\\`'"#),
            (powershell, "$env:N = 'a b'", r#"$env:N = 'a''b"$\`'"#),
            (dotenv, "N='a b'", r#"N="a'b\"\$\\\`""#),
            (curl, "N = \"a b\"", r#"N = "a'b\"$\\`""#),
        ] {
            assert_eq!(line("N", "a b"), plain);
            assert_eq!(line("N", r#"a'b"$\`"#), odd);
        }
    }
}
