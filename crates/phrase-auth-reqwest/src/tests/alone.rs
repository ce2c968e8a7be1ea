//! Tests that need a process to themselves: for its environment, or to count its descriptors.

use std::process::Command;

/// Whether this is the process of its own; else starts it, with these variables, and checks that
/// `test` passes there. `test` is its full path in this crate.
pub(super) fn is_here(test: &str, variables: &[(&str, &str)]) -> bool {
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]);
    for variable in PROXY_VARIABLES {
        command.env_remove(variable);
        command.env_remove(variable.to_lowercase());
    }
    let output = command
        .env(MARK, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.contains("1 passed"), "no test {test}: {text}");
    false
}

const MARK: &str = "PHRASE_AUTH_TEST_ALONE";

/// With `REQUEST_METHOD`, as in a CGI program, proxies from the environment are not believed.
const PROXY_VARIABLES: [&str; 5] = [
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "REQUEST_METHOD",
];
