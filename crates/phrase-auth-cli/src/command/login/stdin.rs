//! Who types on stdin, if anybody.

/// Whether lines from there are meant for us: not where nobody is to be asked, which `no_input` and the environment
/// say, and not from a terminal that another program is reading, which would stop this one.
pub(super) fn is_for_us(no_input: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    !no_input && !set(NO_INPUT) && !set(CI) && is_ours()
}

#[cfg(unix)]
fn is_ours() -> bool {
    match rustix::termios::tcgetpgrp(std::io::stdin()) {
        Ok(foreground) => foreground == rustix::process::getpgrp(),
        // No terminal: a file or a pipe, which stops nobody.
        Err(_) => true,
    }
}

#[cfg(not(unix))]
fn is_ours() -> bool {
    true
}

/// The same as `--no-input`.
const NO_INPUT: &str = "PHRASE_AUTH_NO_INPUT";

/// What builds on other machines have set.
const CI: &str = "CI";
