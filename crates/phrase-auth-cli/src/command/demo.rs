//! `phrase-auth demo`: each scheme, told line by line. Nothing is printed that has not been checked.

mod apitoken;
mod oauth2;
mod platform;
mod stage;

use std::time::Duration;

use phrase_auth_core::{AuthHeader, Authenticator};

use self::stage::{Stage, check, step};
use crate::report::Report;

/// `phrase-auth demo`
pub(crate) async fn run() -> Result<(), Report> {
    let stage = step("the start of the emulator", Stage::build()).await?;
    stage.welcome()?;
    platform::play(&stage).await?;
    apitoken::play(&stage).await?;
    oauth2::play(&stage).await?;
    stage.close()
}

/// Headers from memory, of a token that has come by one request.
async fn remember(
    stage: &Stage,
    auth: &impl Authenticator,
    first: &AuthHeader,
) -> Result<(), Report> {
    for _ in 0..1000 {
        let header = stage.header(auth).await?;
        check(
            header.value() == first.value(),
            "a header from memory is the same",
        )?;
    }
    stage.asked_are(1)?;
    stage.tell("1,000 more headers", "all from memory, and the same")
}

/// Hours and minutes, cut.
fn spoken(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_spoken_in_hours_and_minutes() {
        for (secs, text) in [
            (14_399, "3 h 59 min"),
            (14_400, "4 h"),
            (3_599, "59 min"),
            (0, "0 min"),
        ] {
            assert_eq!(spoken(Duration::from_secs(secs)), text);
        }
    }
}
