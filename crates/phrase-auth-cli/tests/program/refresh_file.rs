//! A refresh token in a file: a new one replaces it, whatever happens meanwhile.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use phrase_auth_emulator::{Emulator, Endpoint, seed};
use tempfile::TempDir;

use crate::person::refresh_token;
use crate::stage::{Ended, emulator, emulator_of, program, run, signal};

/// A file with the refresh token of a person.
struct Kept {
    folder: TempDir,
    emulator: Emulator,
}

impl Kept {
    fn new(emulator: Emulator) -> Self {
        let kept = Self {
            folder: tempfile::tempdir().unwrap(),
            emulator,
        };
        kept.log_in();
        kept
    }

    fn log_in(&self) {
        std::fs::write(self.path(), refresh_token(&self.emulator)).unwrap();
        #[cfg(unix)]
        open_to(&self.path(), 0o600);
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    fn content(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        over(args, &self.emulator, &self.path())
    }

    fn refreshes(&self) -> u64 {
        self.emulator.log().count(Endpoint::OAuthToken)
    }

    /// Waits until so many requests have reached the token endpoint.
    fn wait_for(&self, requests: u64) {
        let begun = Instant::now();
        while self.refreshes() < requests {
            assert!(begun.elapsed() < PATIENCE, "no request has come");
            std::thread::yield_now();
        }
    }
}

fn over<S: AsRef<OsStr>>(args: &[S], emulator: &Emulator, path: &Path) -> Command {
    let mut command = program(args);
    command
        .env("PHRASE_AUTH_EMULATOR", emulator.url())
        .env("PHRASE_REGION", "eu")
        .env("PHRASE_OAUTH_CLIENT_ID", seed::PUBLIC_CLIENT.client_id)
        .env("PHRASE_OAUTH_REFRESH_TOKEN_FILE", path);
    command
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[cfg(unix)]
fn open_to(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// One line of visible ASCII.
fn is_whole(content: &str) -> bool {
    let line = content.strip_suffix('\n').unwrap_or(content);
    line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_graphic())
}

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn each_run_refreshes_once_and_leaves_the_new_refresh_token_for_the_next() {
    let kept = Kept::new(emulator());
    let mut seen = vec![kept.content()];
    for (number, args) in [&["header"] as &[&str], &["token"], &["whoami"], &["header"]]
        .into_iter()
        .enumerate()
    {
        let ended = run(kept.command(args));
        ended.answer();
        assert!(!ended.stderr.contains("warning"), "{ended:?}");
        let content = kept.content();
        assert!(is_whole(&content) && content.ends_with('\n'), "{content}");
        assert!(!seen.contains(&content));
        seen.push(content);
        assert_eq!(kept.refreshes(), 2 + number as u64);
    }
    assert_eq!(kept.names(), ["token", "token.lock"]);
    #[cfg(unix)]
    for name in kept.names() {
        use std::os::unix::fs::PermissionsExt;
        let about = kept.folder.path().join(&name).metadata().unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn tokens_of_one_second_cost_one_refresh_for_each_run_too() {
    let second = Duration::from_secs(1);
    let kept = Kept::new(emulator_of(
        Emulator::builder().oauth_token_lifetime(second),
    ));
    for args in [
        &["header"] as &[&str],
        &["whoami"],
        &["token", "--min-ttl", "60s"],
    ] {
        run(kept.command(args)).answer();
    }
    assert_eq!(kept.refreshes(), 1 + 3);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_a_warning_until_it_is_replaced() {
    let kept = Kept::new(emulator());
    open_to(&kept.path(), 0o644);
    let warning = "warning: PHRASE_OAUTH_REFRESH_TOKEN_FILE: other users";
    let first = run(kept.command(&["header"]));
    first.answer();
    assert!(first.stderr.contains(warning), "{first:?}");
    let second = run(kept.command(&["header"]));
    second.answer();
    assert!(!second.stderr.contains(warning), "{second:?}");
}

#[test]
fn eight_processes_at_once_refresh_once_each_and_the_session_lives() {
    let kept = Kept::new(emulator());
    let children: Vec<Child> = (0..8)
        .map(|_| kept.command(&["header"]).spawn().unwrap())
        .collect();
    for child in children {
        ended(child).answer();
    }
    run(kept.command(&["header"])).answer();
    assert_eq!(kept.refreshes(), 1 + 8 + 1);
    assert!(is_whole(&kept.content()));
    assert_eq!(kept.names(), ["token", "token.lock"]);
}

#[test]
fn killed_at_any_moment_it_leaves_a_session_that_works_or_one_clean_refusal() {
    let emulator = emulator_of(Emulator::builder().latency(Duration::from_millis(15)));
    let kept = Kept::new(emulator);
    let mut refused = 0;
    for round in 0..20 {
        let mut child = kept.command(&["header"]).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let _ = stdout.read_to_end(&mut Vec::new());
            let _ = tell.send(());
        });
        // It ends by itself, or it is killed a little later than in the round before.
        let _ = told.recv_timeout(Duration::from_millis(5 + round * 4));
        let _ = child.kill();
        child.wait().unwrap();
        reader.join().unwrap();

        assert!(is_whole(&kept.content()), "{}", kept.content());
        let next = run(kept.command(&["header"]));
        match next.code {
            Some(0) => {
                next.answer();
            }
            _ => {
                let told = next.failure(4);
                assert!(told.contains("PHRASE_OAUTH_REFRESH_TOKEN_FILE: "), "{told}");
                refused += 1;
                kept.log_in();
            }
        }
        // Also what it was about to write is gone.
        assert_eq!(kept.names(), ["token", "token.lock"]);
    }
    assert!(refused < 20, "it works in some of the rounds");
    run(kept.command(&["header"])).answer();
}

#[test]
fn a_dead_refresh_token_is_kept_and_refused_again() {
    let kept = Kept::new(emulator());
    kept.emulator.revoke_oauth(seed::PLAIN_USER.user_name);
    let before = kept.content();
    for _ in 0..2 {
        let ended = run(kept.command(&["header"]));
        let told = ended.failure(4);
        assert!(told.starts_with("note: "), "{told}");
        assert!(
            told.contains("error: PHRASE_OAUTH_REFRESH_TOKEN_FILE: "),
            "{told}"
        );
        assert_eq!(kept.content(), before);
    }
    assert_eq!(kept.refreshes(), 3);
}

#[test]
fn a_file_that_is_no_use_is_a_configuration_error_and_nothing_is_sent() {
    let kept = Kept::new(emulator());
    let beside = |name: &str| kept.folder.path().join(name);
    std::fs::write(beside("empty"), "").unwrap();
    std::fs::write(beside("lines"), "canary\ncanary\n").unwrap();
    std::fs::write(
        beside("session"),
        r#"{"version":1,"refresh_token":"canary"}"#,
    )
    .unwrap();
    std::fs::create_dir(beside("folder")).unwrap();
    let names = ["missing", "empty", "lines", "session", "folder"];
    let mut paths: Vec<PathBuf> = names.into_iter().map(beside).collect();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(kept.path(), beside("link")).unwrap();
        let made = Command::new("mkfifo").arg(beside("pipe")).status();
        assert!(made.unwrap().success());
        paths.extend([beside("link"), beside("pipe")]);
    }
    for path in paths {
        let ended = run(over(&["header"], &kept.emulator, &path));
        let told = ended.failure(3);
        assert!(
            told.contains("error: PHRASE_OAUTH_REFRESH_TOKEN_FILE: "),
            "{told}"
        );
        assert!(told.contains(path.to_str().unwrap()), "{told}");
    }
    // Where no lock can be had, nothing new could be kept.
    std::fs::create_dir(beside("token.lock")).unwrap();
    let ended = run(kept.command(&["header"]));
    assert!(
        ended.failure(3).contains("nothing was refreshed"),
        "{ended:?}"
    );
    assert_eq!(kept.refreshes(), 1);
}

#[test]
fn a_refresh_token_that_cannot_be_kept_is_a_configuration_error_and_no_answer() {
    let latency = Duration::from_millis(300);
    let kept = Kept::new(emulator_of(Emulator::builder().latency(latency)));
    let child = kept.command(&["header"]).spawn().unwrap();
    kept.wait_for(2);
    std::fs::remove_file(kept.path()).unwrap();
    std::fs::create_dir(kept.path()).unwrap();
    let ended = ended(child);
    let told = ended.failure(3);
    assert!(
        told.contains("could not be kept") && told.contains("log in again"),
        "{told}"
    );
}

#[test]
fn whoever_waits_for_another_process_says_so_and_gives_up_in_time() {
    let kept = Kept::new(emulator());
    run(kept.command(&["header"])).answer();
    let lock = std::fs::File::open(kept.folder.path().join("token.lock")).unwrap();
    lock.lock().unwrap();
    let ended = run(kept.command(&["header", "--timeout", "2s"]));
    let told = ended.failure(6);
    assert!(told.contains("note: PHRASE_OAUTH_REFRESH_TOKEN_FILE: waiting for another process"));
    assert_eq!(kept.refreshes(), 2);

    let mut child = kept.command(&["header"]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting for another process") {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).unwrap(),
            0,
            "it has said nothing"
        );
    }
    lock.unlock().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_signal_during_a_refresh_loses_no_refresh_token() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let latency = Duration::from_millis(300);
        let kept = Kept::new(emulator_of(Emulator::builder().latency(latency)));
        let before = kept.content();
        let child = kept.command(&["header"]).spawn().unwrap();
        kept.wait_for(2);
        signal(&child, name);
        let ended = ended(child);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(code), ""),
            "{ended:?}"
        );
        assert!(ended.stderr.contains("must not be lost"), "{ended:?}");
        assert_ne!(kept.content(), before);
        run(kept.command(&["header"])).answer();
    }
}
