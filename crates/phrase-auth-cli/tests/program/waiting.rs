//! A login that waits for a browser, and what the person there does.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};

use phrase_auth_emulator::Emulator;

use crate::person::get;
use crate::stage::Ended;

/// A login that waits for the browser.
pub(crate) struct Waiting {
    pub(crate) child: Child,
    /// The address to open.
    pub(crate) url: String,
    told: String,
    stderr: BufReader<ChildStderr>,
}

impl Waiting {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut waiting = Self {
            child,
            url: String::new(),
            told: String::new(),
            stderr,
        };
        while waiting.url.is_empty() {
            let mut line = String::new();
            let read = waiting.stderr.read_line(&mut line).unwrap();
            waiting.told.push_str(&line);
            assert_ne!(read, 0, "it has given no address: {}", waiting.told);
            if line.starts_with("  http") {
                waiting.url = line.trim().to_owned();
            }
        }
        waiting
    }

    /// Where the browser comes back to, without a query.
    pub(crate) fn callback(&self) -> String {
        self.parameter("redirect_uri")
    }

    /// A parameter of the address.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let (_, query) = self.url.split_once('?').unwrap();
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name).unwrap();
        value.replace("%3A", ":").replace("%2F", "/")
    }

    pub(crate) fn end(mut self) -> Ended {
        // A pipe that a test holds open must not keep the program, and is not closed here.
        let stdin = self.child.stdin.take();
        self.stderr.read_to_string(&mut self.told).unwrap();
        let mut stdout = String::new();
        let mut rest = self.child.stdout.take().unwrap();
        rest.read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code();
        drop(stdin);
        Ended {
            code,
            stdout,
            stderr: std::mem::take(&mut self.told),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Nothing stays behind when a test has seen enough.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whoever sits before the browser allows it, and the browser goes back.
pub(crate) fn allow(emulator: &Emulator, waiting: &Waiting) {
    let arrived = emulator.authorize(&waiting.url).unwrap();
    let (status, page) = get(&arrived);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Logged in"), "{page}");
}
