use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, Stdio};

/// What opens a URL.
#[derive(Debug)]
pub(super) enum Browser {
    /// Whatever the system has for that.
    System,
    Command(OsString, Vec<OsString>),
    None,
}

impl Browser {
    /// Starts the browser, and does not wait for it. `secret` is a variable that holds one, which the browser
    /// does not get.
    pub(super) fn open(&self, url: &str, secret: Option<&OsStr>) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Command(program, args) => start(program, args, url, secret),
            Self::System => {
                let mut last = Err(io::ErrorKind::NotFound.into());
                for (program, args) in OPENERS {
                    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
                    last = start(OsStr::new(program), &args, url, secret);
                    if last.is_ok() {
                        break;
                    }
                }
                last
            }
        }
    }
}

/// The URL is one argument, and no shell looks at it. It starts with `http`, so that it is no option.
///
/// Not by the crate `webbrowser`, which hands on the whole environment, secrets and all.
fn start(program: &OsStr, args: &[OsString], url: &str, secret: Option<&OsStr>) -> io::Result<()> {
    let mut command = Command::new(program);
    command
        .args(args)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if is_ours(&name) || secret == Some(name.as_os_str()) {
            command.env_remove(name);
        }
    }
    // Ctrl-C is for this program.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    // So that it does not stay behind as a zombie.
    std::thread::Builder::new()
        .name("phrase-auth-browser".to_owned())
        .spawn(move || child.wait())?;
    Ok(())
}

/// Where credentials may be, and nothing that a browser needs.
fn is_ours(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with("PHRASE_")
}

#[cfg(target_os = "macos")]
const OPENERS: &[(&str, &[&str])] = &[("open", &[])];

#[cfg(windows)]
const OPENERS: &[(&str, &[&str])] = &[("rundll32", &["url.dll,FileProtocolHandler"])];

/// The first is on every desktop; the others are where there is no desktop's choice.
#[cfg(not(any(target_os = "macos", windows)))]
const OPENERS: &[(&str, &[&str])] = &[
    ("xdg-open", &[]),
    ("gio", &["open"]),
    ("x-www-browser", &[]),
    ("wslview", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens a URL by a shell script, and gives back what that has printed.
    #[cfg(unix)]
    fn told_by(script: &str, url: &str, secret: Option<&OsStr>) -> String {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("phrase-auth-open-{}-{number}", std::process::id());
        let told = std::env::temp_dir().join(name);
        let script = format!("{{ {script}; }} > {0}.new; mv {0}.new {0}", told.display());
        let args = ["-c", &script, "sh", "first"].map(OsString::from);
        let browser = Browser::Command("sh".into(), args.into());
        browser.open(url, secret).unwrap();
        let begun = std::time::Instant::now();
        loop {
            match std::fs::read_to_string(&told) {
                Ok(text) => {
                    std::fs::remove_file(&told).unwrap();
                    return text;
                }
                Err(_) if begun.elapsed().as_secs() < 10 => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_url_is_one_argument_whatever_is_in_it() {
        let url = "https://a.example/?a=b&c=$(touch x);'\"|%20";
        let text = told_by("printf '%s\\n' \"$#\" \"$2\"", url, None);
        assert_eq!(text, format!("2\n{url}\n"));
    }

    /// Cargo sets both variables for its tests.
    #[cfg(unix)]
    #[test]
    fn the_variable_that_holds_the_clients_secret_is_not_handed_on() {
        let secret = OsStr::new("CARGO_PKG_NAME");
        let text = told_by("env", "https://a.example", Some(secret));
        assert!(text.contains("CARGO_PKG_VERSION="), "{text}");
        assert!(!text.contains("CARGO_PKG_NAME="), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let none = Browser::Command("phrase-auth-no-such-browser".into(), Vec::new());
        assert!(none.open("https://a.example", None).is_err());
        assert!(Browser::None.open("https://a.example", None).is_ok());
    }

    #[test]
    fn variables_that_may_hold_our_secrets_are_not_handed_on() {
        for ours in ["PHRASE_API_TOKEN", "PHRASE_OAUTH_CLIENT_SECRET"] {
            assert!(is_ours(OsStr::new(ours)));
        }
        assert!(!is_ours(OsStr::new("PATH")) && !is_ours(OsStr::new("DISPLAY")));
    }
}
