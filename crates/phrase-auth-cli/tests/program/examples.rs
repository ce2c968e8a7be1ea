//! The README of the emulator, as somebody reads it who has only the program and another language.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::stage::{ask, program, run, start};

const README: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../phrase-auth-emulator/README.md"
));

/// A block of code, and what the next block says that it prints.
struct Example {
    code: &'static str,
    prints: &'static str,
}

#[test]
fn the_example_for_curl_prints_what_the_readme_says() {
    try_out(&["sh", "curl"], "### curl", "sh", "sh example.sh");
}

#[test]
fn the_example_for_python_prints_what_the_readme_says() {
    try_out(&["python3"], "### Python", "python", "python3 example.py");
}

#[test]
fn the_example_for_node_prints_what_the_readme_says() {
    try_out(&["node"], "### Node", "js", "node example.mjs");
}

#[test]
fn a_command_in_the_emulator_prints_what_the_readme_says() {
    let example = Example::below("## Start it", "sh");
    alone(&["sh", "curl"], &example);
}

#[test]
fn a_test_suite_starts_an_emulator_as_the_readme_says() {
    let example = Example::below("## Start it", "python");
    alone(&["python3"], &example);
}

#[test]
fn a_certificate_is_believed_as_the_readme_says() {
    let example = Example::below("## TLS", "sh");
    alone(&["sh", "curl"], &example);
}

#[test]
fn the_readme_has_every_path_of_the_admin_door_and_no_other() {
    let running = start(program(&["emulator", "run"]));
    let admin = running.json()["admin"].as_str().unwrap().to_owned();
    let (status, openapi) = ask("GET", &format!("{admin}/openapi.json"), "");
    assert_eq!(status, 200);
    let mut offered: Vec<String> = openapi["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods_of(path, methods))
        .collect();
    let (_, section) = README.split_once("## Admin door").unwrap();
    let (_, table) = section.split_once("|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let mut told: Vec<String> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .map(ToOwned::to_owned)
        .collect();
    offered.sort();
    told.sort();
    assert_eq!(told, offered);
    running.terminated();
}

fn methods_of(path: &str, methods: &Value) -> Vec<String> {
    let path = path.strip_prefix("/_emulator/v1").unwrap_or(path);
    let methods = methods.as_object().unwrap().keys();
    methods
        .map(|method| format!("{} {path}", method.to_uppercase()))
        .collect()
}

impl Example {
    /// The first block of a language below a heading, and the block of text that follows.
    fn below(heading: &str, language: &str) -> Self {
        let (_, section) = README.split_once(&format!("\n{heading}\n")).unwrap();
        let (code, rest) = block(section, language);
        let (prints, _) = block(rest, "text");
        Self { code, prints }
    }
}

/// The first block of a language, and what is behind it.
fn block(text: &'static str, language: &str) -> (&'static str, &'static str) {
    let (_, rest) = text.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("```\n").unwrap()
}

/// Saves an example and runs it by the command that the README gives.
fn try_out(tools: &[&str], heading: &str, language: &str, command: &str) {
    let told = format!("{heading}\n\nSave it as `");
    let (_, rest) = README.split_once(&told).unwrap();
    let (name, rest) = rest.split_once('`').unwrap();
    let line = format!("`phrase-auth emulator exec -- {command}`");
    assert!(
        rest.lines().next().unwrap().contains(&line),
        "{heading}: {line}"
    );
    let words: Vec<&str> = command.split(' ').collect();
    let args = [&["emulator", "exec", "--"], words.as_slice()].concat();
    compare(
        tools,
        &Example::below(heading, language),
        name,
        program(&args),
    );
}

/// Runs an example that starts an emulator by itself, with the first of the tools.
fn alone(tools: &[&str], example: &Example) {
    let mut command = Command::new(tools[0]);
    command.arg("example").env_clear();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    compare(tools, example, "example", command);
}

fn compare(tools: &[&str], example: &Example, name: &str, mut command: Command) {
    if let Some(missing) = tools.iter().find(|tool| !is_there(tool)) {
        // Past the test harness, which keeps what a good test prints to itself.
        let note = format!("note: {missing} is not there; an example of the README was not run\n");
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), example.code).unwrap();
    command.current_dir(folder.path()).env("PATH", path());
    // Where a version manager of a language keeps what it needs.
    if let Some(home) = std::env::var_os("HOME") {
        command.env("HOME", home);
    }
    let ended = run(command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout.trim_end(), example.prints.trim_end());
    assert_eq!(ended.stderr, "");
}

/// Whether a tool can be run: nobody needs another language to work on this one.
fn is_there(tool: &str) -> bool {
    let args: &[&str] = match tool {
        "sh" => &["-c", ":"],
        // Versions before 18 have none.
        "node" => &["-e", "fetch"],
        _ => &["--version"],
    };
    let mut command = Command::new(tool);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// With the program in front, as if it had been installed.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_phrase-auth"))
        .parent()
        .unwrap();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = [PathBuf::from(own)];
    let folders = folders.into_iter().chain(std::env::split_paths(&others));
    std::env::join_paths(folders).unwrap()
}
