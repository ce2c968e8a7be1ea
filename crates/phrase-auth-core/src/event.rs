//! What a cache tells a program's log, if the feature `tracing` is on. Generations and kinds only:
//! no secret, and nothing that could be compared with one.

use crate::error::AuthError;
use crate::header::Generation;
use crate::source::FetchReason;

#[cfg(feature = "tracing")]
const TARGET: &str = "phrase_auth";

pub(crate) fn flight_started(why: FetchReason) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: TARGET, ?why, "fetching a token");
    #[cfg(not(feature = "tracing"))]
    let _ = why;
}

pub(crate) fn landed(outcome: Result<Generation, &AuthError>) {
    #[cfg(feature = "tracing")]
    match outcome {
        Ok(generation) => tracing::info!(target: TARGET, %generation, "fetched a token"),
        Err(error) => {
            tracing::warn!(target: TARGET, kind = ?error.kind(), status = ?error.status(), "no token");
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = outcome;
}

pub(crate) fn rejected(generation: Generation) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: TARGET, %generation, "a server refused the token");
    #[cfg(not(feature = "tracing"))]
    let _ = generation;
}

pub(crate) fn logged_out() {
    #[cfg(feature = "tracing")]
    tracing::info!(target: TARGET, "logged out");
}
