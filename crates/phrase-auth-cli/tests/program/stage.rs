use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use phrase_auth_emulator::{Emulator, seed};
use serde_json::Value;

/// The program with an environment that holds nothing but what a test puts in.
pub(crate) fn program<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phrase-auth"));
    command.args(args).env_clear();
    // For the children that it runs.
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The program with a good token for TMS, pointed at an emulator.
pub(crate) fn pointed<S: AsRef<OsStr>>(args: &[S], emulator: &Emulator) -> Command {
    let mut command = program(args);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_API_TOKEN", seed::GOOD_TMS);
    command
}

/// The program with a token, and its token endpoint at an address.
pub(crate) fn sent_to<S: AsRef<OsStr>>(args: &[S], origin: &str) -> Command {
    let mut command = program(args);
    command
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_API_TOKEN", CANARY)
        .env("PHRASE_IDM_BASE_URL", format!("{origin}/idm"));
    command
}

/// A Platform API token that may turn up nowhere.
pub(crate) const CANARY: &str = "canary-d0n0tpr1ntm3";

pub(crate) fn emulator() -> Emulator {
    emulator_of(Emulator::builder())
}

pub(crate) fn emulator_of(builder: phrase_auth_emulator::EmulatorBuilder) -> Emulator {
    builder.start_blocking().unwrap()
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// The answer of a run that succeeded: one or more lines, and one newline at the end.
    pub(crate) fn answer(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        let answer = self.stdout.strip_suffix('\n').unwrap();
        assert!(!answer.is_empty() && !answer.ends_with('\n'), "{self:?}");
        answer
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.answer().lines().count(), 1, "{self:?}");
        serde_json::from_str(self.answer()).unwrap()
    }

    /// What a run said that failed as it should: nothing on stdout, one error block on stderr.
    pub(crate) fn failure(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        let blocks = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count();
        assert_eq!(blocks, 1, "{self:?}");
        assert!(self.stderr.contains("\n  next: "), "{self:?}");
        assert!(
            !self.stderr.contains("canary") && !self.stderr.contains("panicked"),
            "{self:?}"
        );
        &self.stderr
    }
}

/// A program that stays, and its first line.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) first: String,
    // Held open, so that the program can write.
    rest: BufReader<std::process::ChildStdout>,
}

pub(crate) fn start(mut command: Command) -> Running {
    let mut child = command.spawn().unwrap();
    let mut rest = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    rest.read_line(&mut first).unwrap();
    Running { child, first, rest }
}

impl Running {
    /// The first line of `emulator run`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.first).unwrap()
    }

    /// Sends it a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Ends it with SIGTERM, and waits: what it wrote to stderr.
    pub(crate) fn terminated(mut self) -> String {
        self.signal("TERM");
        let mut told = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut told).unwrap();
        assert_eq!(self.end(), (Some(143), String::new()), "{told}");
        told
    }

    /// Waits for its end: the code, and what it wrote to stdout after the first line.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.rest.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing stays behind when a test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Sends one request with a body of JSON, as any language could; the status and the body of the answer.
pub(crate) fn ask(method: &str, url: &str, body: &str) -> (u16, Value) {
    let (authority, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// A server that gives every request the same answer, or none and holds on to it. The channel tells of each request.
pub(crate) fn server(answer: Option<String>) -> (String, mpsc::Receiver<String>) {
    server_that(move |_| answer.clone())
}

/// A server that gives each request the answer for it.
pub(crate) fn server_that(
    answer: impl Fn(&str) -> Option<String> + Send + 'static,
) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let request = read(&mut stream);
            let answer = answer(&request);
            if tell.send(request).is_err() {
                return;
            }
            match answer {
                Some(answer) => {
                    let _ = stream.write_all(answer.as_bytes());
                }
                None => held.push(stream),
            }
        }
    });
    (origin, told)
}

/// An answer with a body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A whole request: the head, and as much of a body as it announces.
fn read(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap_or(0) > 2 {
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    head.push_str(&String::from_utf8_lossy(&body));
    head
}
