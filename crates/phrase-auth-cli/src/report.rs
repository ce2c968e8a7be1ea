use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::io;

use phrase_auth_core::{AuthError, ErrorKind};
use phrase_auth_emulator::{EmulatorError, SeedError};

use crate::environment::EMULATOR;
use crate::exit::Exit;
use crate::output;
use crate::time;

/// Why the program ends without an answer: a code for the script, and a block of lines for people.
#[derive(Debug)]
pub(crate) struct Report {
    exit: Exit,
    what: Option<String>,
    lines: Vec<(&'static str, String)>,
}

impl Report {
    /// `what` says what happened, in lower case.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: Some(what.into()),
            lines: Vec::new(),
        }
    }

    /// An end that needs no words.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self {
            exit,
            what: None,
            lines: Vec::new(),
        }
    }

    /// One more line of the block.
    pub(crate) fn with(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.lines.push((label, text.into()));
        self
    }

    /// The same block, where the code means something else to the caller.
    pub(crate) fn but_ends_with(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The texts below an error, outermost first.
    pub(crate) fn caused_by(mut self, error: Option<&(dyn Error + 'static)>) -> Self {
        let mut below = error;
        while let Some(error) = below {
            self = self.with("cause", error.to_string());
            below = error.source();
        }
        self
    }

    /// The same block, for something that had to succeed: whatever it is, it is our mistake.
    pub(crate) fn unexpected(self, during: &'static str) -> Self {
        if self.what.is_none() {
            return self;
        }
        let lines = [("during", during.to_owned())]
            .into_iter()
            .chain(self.lines);
        Self {
            exit: Exit::BUG,
            what: self.what,
            lines: lines.collect(),
        }
    }

    /// Prints the block to stderr; the code to end with.
    pub(crate) fn tell(self) -> Exit {
        if self.what.is_some() {
            output::note(&self.to_string());
        }
        self.exit
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.as_deref().unwrap_or_default();
        write!(f, "error: {}", escaped(what))?;
        for (label, text) in &self.lines {
            let mut lines = text.lines();
            let first = lines.next().unwrap_or_default();
            write!(f, "\n  {label}: {}", escaped(first))?;
            for line in lines {
                write!(f, "\n    {}", escaped(line))?;
            }
        }
        Ok(())
    }
}

impl From<AuthError> for Report {
    fn from(error: AuthError) -> Self {
        let mut report = Self::new(Exit::of(&error), error.message());
        if let Some(endpoint) = error.endpoint() {
            report = report.with("where", endpoint);
        }
        if let Some(answer) = answer(&error) {
            report = report.with("answer", answer);
        }
        if let Some(id) = error.request_id() {
            report = report.with("request id", id);
        }
        // For the other kinds this is the fraction of a second in which a cache would not ask again.
        let asked = matches!(error.kind(), ErrorKind::Throttled | ErrorKind::Unavailable);
        if let Some(time) = error.retry_at().filter(|_| asked).and_then(time::rfc3339) {
            report = report.with("not before", time);
        }
        let next = error
            .hint()
            .unwrap_or_else(|| next(error.kind()))
            .to_owned();
        report.caused_by(error.source()).with("next", next)
    }
}

impl From<EmulatorError> for Report {
    fn from(error: EmulatorError) -> Self {
        let report = Self::new(Exit::CONFIGURATION, error.to_string()).caused_by(error.source());
        match error {
            EmulatorError::PortTaken { .. } => {
                report.with("next", "choose another port, or 0 for any free one")
            }
            _ => report,
        }
    }
}

impl From<SeedError> for Report {
    fn from(error: SeedError) -> Self {
        let next = match error {
            SeedError::Unreadable { .. } => "give the path of a TOML file that you may read",
            _ => "mend it there; nothing was started",
        };
        Self::new(Exit::CONFIGURATION, error.to_string())
            .caused_by(error.source())
            .with("next", next)
    }
}

impl Report {
    /// The answer could not be written. Who closes the pipe has read enough, which is no failure.
    pub(crate) fn unwritten(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Exit::DONE);
        }
        Self::new(Exit::CONFIGURATION, "the answer cannot be written")
            .with("cause", error.to_string())
            .with("next", "check where stdout leads to")
    }
}

/// What the server said: its status, its code and its own words.
fn answer(error: &AuthError) -> Option<String> {
    let status = error
        .status()
        .map(|status| format!("status {}", status.as_u16()));
    let code = error.code().map(|code| format!("code {code}"));
    let words = error.description().map(|words| format!("\"{words}\""));
    let parts: Vec<String> = [status, code, words].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What to do where the error itself has no advice.
fn next(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unreachable => unreachable(std::env::var_os(EMULATOR).as_deref()),
        ErrorKind::Timeout => "try again, or give it more time with --timeout",
        ErrorKind::Throttled | ErrorKind::Unavailable => "try again later",
        ErrorKind::Protocol => {
            "try again later; if it stays so, check that the address is the right one"
        }
        ErrorKind::Refused | ErrorKind::LoginRequired => {
            "give another credential, see `phrase-auth --help`"
        }
        ErrorKind::SecondFactorRequired => "a person has to log in",
        ErrorKind::Forbidden => "ask an administrator of the organization",
        ErrorKind::Config | ErrorKind::Store => "check the environment, see `phrase-auth --help`",
        _ => "please report this",
    }
}

fn unreachable(emulator: Option<&OsStr>) -> &'static str {
    let Some(emulator) = emulator else {
        return "check the network, PHRASE_REGION and the proxy, then try again";
    };
    let start = emulator.as_encoded_bytes().get(..6).unwrap_or_default();
    if start.eq_ignore_ascii_case(b"https:") {
        "start it with `phrase-auth emulator run --tls --port N --ca-file FILE`, and give --ca-cert FILE, or set \
         SSL_CERT_FILE to it; or unset PHRASE_AUTH_EMULATOR"
    } else {
        "start it with `phrase-auth emulator run --port N`, or call it https if it has --tls, or unset \
         PHRASE_AUTH_EMULATOR"
    }
}

/// A file's name or a system's text may hold anything; a terminal obeys control characters.
pub(crate) fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_odd(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Controls, line breaks of all kinds, marks that turn the direction of writing, what cannot be seen.
pub(crate) fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode, Uri};

    use super::*;

    #[test]
    fn a_failure_says_what_where_the_servers_words_and_what_to_do_next() {
        let error = AuthError::new(ErrorKind::Refused, "the API token was refused")
            .with_endpoint(
                &Method::POST,
                &Uri::from_static("https://eu.phrase.com/idm/oauth/token?a=1"),
            )
            .with_status(StatusCode::BAD_REQUEST)
            .with_code("invalid_grant")
            .with_description("no such token")
            .with_request_id("r-7")
            .with_source("below")
            .with_hint("make a new one");
        let report = Report::from(error);
        assert_eq!(
            report.to_string(),
            "error: the API token was refused\n  \
             where: POST https://eu.phrase.com/idm/oauth/token\n  \
             answer: status 400, code invalid_grant, \"no such token\"\n  \
             request id: r-7\n  \
             cause: below\n  \
             next: make a new one"
        );
        assert_eq!(report.exit, Exit::AUTHENTICATION);
    }

    #[test]
    fn every_failure_says_what_to_do_next() {
        for kind in [
            ErrorKind::Unreachable,
            ErrorKind::Protocol,
            ErrorKind::Forbidden,
            ErrorKind::Store,
        ] {
            let text = Report::from(AuthError::new(kind, "it went wrong")).to_string();
            assert!(text.contains("\n  next: "), "{text}");
        }
    }

    #[test]
    fn an_emulator_that_cannot_be_reached_may_lack_a_start_or_somebody_who_believes_it() {
        let next = |emulator: &str| unreachable(Some(OsStr::new(emulator)));
        assert!(next("https://127.0.0.1:1").contains("--ca-cert"));
        assert!(next("HTTPS://127.0.0.1:1").contains("--ca-cert"));
        assert!(!next("http://127.0.0.1:1").contains("--ca-cert"));
        assert!(unreachable(None).contains("the network"));
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let report = Report::new(Exit::BUG, "a\u{1b}[2Jb\u{202e}").with("cause", "c\rd\ne");
        assert_eq!(
            report.to_string(),
            "error: a\\u{1b}[2Jb\\u{202e}\n  cause: c\\u{d}d\n    e"
        );
    }

    #[test]
    fn what_had_to_succeed_is_a_bug_if_it_does_not_unless_nobody_reads() {
        let refused = Report::from(AuthError::new(ErrorKind::Refused, "refused"));
        assert_eq!(refused.unexpected("a step").exit, Exit::BUG);
        let gone = Report::silent(Exit::DONE).unexpected("a step");
        assert_eq!((gone.exit, gone.what.is_none()), (Exit::DONE, true));
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let gone = Report::unwritten(&io::ErrorKind::BrokenPipe.into());
        assert_eq!((gone.exit, gone.what.is_none()), (Exit::DONE, true));
        assert_eq!(
            Report::unwritten(&io::ErrorKind::StorageFull.into()).exit,
            Exit::CONFIGURATION
        );
    }
}
