use std::cell::OnceCell;
use std::error::Error;
use std::time::Duration;

use phrase_auth_core::{AuthError, SecretId};
use phrase_auth_oauth2::OAuth2Auth;

use crate::environment::{Held, OAUTH_REFRESH_TOKEN};
use crate::exit::Exit;
use crate::report::Report;
use crate::{output, stop};

/// What a refresh of this run may leave behind: a new refresh token that has to be kept, because the old one is dead.
#[derive(Debug, Default)]
pub(crate) struct Rotation(OnceCell<Watched>);

#[derive(Debug)]
struct Watched {
    auth: OAuth2Auth,
    variable: &'static str,
    /// The refresh token that came in a variable, where nothing can be kept.
    given: Option<SecretId>,
}

impl Rotation {
    /// Looks after the session of `auth`, whose refresh token is held there.
    pub(crate) fn watch(&self, auth: OAuth2Auth, held: &Held) {
        let given = match held {
            Held::Value(_, value) => Some(value.id()),
            Held::File(..) => None,
        };
        // There is one credential in a run.
        let _ = self.0.set(Watched {
            auth,
            variable: held.name(),
            given,
        });
    }

    /// Waits until no refresh is under way, sees to it that its refresh token is kept, and says so on stderr where
    /// there is no place to keep it.
    ///
    /// # Errors
    ///
    /// If it could not be kept.
    pub(crate) async fn settle(&self) -> Result<(), Report> {
        let Some(watched) = self.0.get() else {
            return Ok(());
        };
        let settled = watched.auth.cache().settled().await;
        settled.map_err(|error| watched.lost(&error))?;
        watched.tell_of_a_dead_variable();
        Ok(())
    }

    /// The same after a signal, for a little while: one more signal ends it at once.
    pub(crate) async fn settle_soon(&self) {
        let waiting = async {
            output::note(
                "note: a refresh is under way, and its refresh token must not be lost: waiting for it, for 5 s at most",
            );
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            biased;
            settled = self.settle() => if let Err(report) = settled {
                report.tell();
            },
            () = waiting => {}
            _ = stop::asked() => {}
        }
    }
}

impl Watched {
    fn lost(&self, error: &AuthError) -> Report {
        let what = format!(
            "{}: the server has given a new refresh token, which could not be kept; the old one is dead",
            self.variable
        );
        let report = Report::new(Exit::CONFIGURATION, what).with("cause", error.message());
        let report = report.caused_by(error.source());
        let mend = error
            .hint()
            .unwrap_or("see to it that the file can be written");
        report.with("next", format!("{mend}; then log in again"))
    }

    fn tell_of_a_dead_variable(&self) {
        let Some(given) = self.given else {
            return;
        };
        let session = self.auth.cache().session();
        let now = session.and_then(|session| Some(session.token().refresh()?.id()));
        if now.is_some_and(|now| now != given) {
            output::note(&format!(
                "warning: {} is dead from now on: the server has given another refresh token in its place, and there is \
                 nowhere to keep that; log in again, and use {}, where a new one replaces the old one",
                self.variable, OAUTH_REFRESH_TOKEN.file,
            ));
        }
    }
}

/// Half of what `docker stop` waits before it kills.
const PATIENCE: Duration = Duration::from_secs(5);
