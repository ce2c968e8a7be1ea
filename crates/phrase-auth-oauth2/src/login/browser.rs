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
    /// Starts the browser, and does not wait for it.
    pub(super) fn open(&self, url: &str) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Command(program, args) => start(program, args, url),
            Self::System => {
                let mut last = Err(io::ErrorKind::NotFound.into());
                for (program, args) in OPENERS {
                    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
                    last = start(OsStr::new(program), &args, url);
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
fn start(program: &OsStr, args: &[OsString], url: &str) -> io::Result<()> {
    let mut command = Command::new(program);
    command
        .args(args)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if is_ours(&name) {
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

    #[cfg(unix)]
    #[test]
    fn the_url_is_one_argument_whatever_is_in_it() {
        let folder = std::env::temp_dir().join(format!("phrase-auth-open-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let told = folder.join("told");
        let url = "https://a.example/?a=b&c=$(touch x);'\"|%20";
        let script = format!(
            "printf '%s\\n' \"$#\" \"$2\" > {0}.new; mv {0}.new {0}",
            told.display()
        );
        let args = ["-c", &script, "sh", "first"].map(OsString::from);
        Browser::Command("sh".into(), args.into())
            .open(url)
            .unwrap();
        let begun = std::time::Instant::now();
        let text = loop {
            match std::fs::read_to_string(&told) {
                Ok(text) => break text,
                Err(_) if begun.elapsed().as_secs() < 10 => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        };
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(text, format!("2\n{url}\n"));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let none = Browser::Command("phrase-auth-no-such-browser".into(), Vec::new());
        assert!(none.open("https://a.example").is_err());
        assert!(Browser::None.open("https://a.example").is_ok());
    }

    #[test]
    fn variables_that_may_hold_our_secrets_are_not_handed_on() {
        for ours in ["PHRASE_API_TOKEN", "PHRASE_OAUTH_CLIENT_SECRET"] {
            assert!(is_ours(OsStr::new(ours)));
        }
        assert!(!is_ours(OsStr::new("PATH")) && !is_ours(OsStr::new("DISPLAY")));
    }
}
