use std::time::Duration;

use phrase_auth_core::DataCenter;
use serde::Deserialize;

use crate::flaw::{Flaw, Step};
use crate::moment::Moment;
use crate::word::{Named, Word};
use crate::{EmulatorBuilder, ExpiresForm, Leniency, RefreshRotation};

/// The options of a seed file; one that is not there leaves the builder's as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of options")]
pub(super) struct Options {
    region: Option<Word<DataCenter>>,
    token_lifetime_seconds: Option<u64>,
    session_lifetime_seconds: Option<u64>,
    oauth_token_lifetime_seconds: Option<u64>,
    oauth_issuer: Option<bool>,
    expires_form: Option<Word<ExpiresForm>>,
    latency_ms: Option<u64>,
    refresh_rotation: Option<Word<Rotation>>,
    grace_seconds: Option<u64>,
    leniencies: Vec<Word<Leniency>>,
    starts_at: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rotation {
    Rotate,
    RotateQuietly,
    Keep,
}

impl Options {
    /// What no key shows by itself.
    pub(super) fn flaw(&self) -> Option<Flaw> {
        let rotates = matches!(self.refresh_rotation, None | Some(Word(Rotation::Rotate)));
        if self.grace_seconds.is_none() || rotates {
            return None;
        }
        let path: [Step; 2] = ["options".into(), "grace_seconds".into()];
        let what = "goes with refresh_rotation = \"rotate\" only";
        Some(Flaw::new(path, what))
    }

    pub(super) fn apply(self, mut builder: EmulatorBuilder) -> EmulatorBuilder {
        if let Some(rotation) = self.rotation() {
            builder = builder.refresh_rotation(rotation);
        }
        if let Some(Word(region)) = self.region {
            builder = builder.data_center(region);
        }
        if let Some(seconds) = self.token_lifetime_seconds {
            builder = builder.token_lifetime(Duration::from_secs(seconds));
        }
        if let Some(seconds) = self.session_lifetime_seconds {
            builder = builder.session_lifetime(Duration::from_secs(seconds));
        }
        if let Some(seconds) = self.oauth_token_lifetime_seconds {
            builder = builder.oauth_token_lifetime(Duration::from_secs(seconds));
        }
        if let Some(named) = self.oauth_issuer {
            builder = builder.oauth_issuer(named);
        }
        if let Some(Word(form)) = self.expires_form {
            builder = builder.expires_form(form);
        }
        if let Some(milliseconds) = self.latency_ms {
            builder = builder.latency(Duration::from_millis(milliseconds));
        }
        if let Some(Moment(time)) = self.starts_at {
            builder = builder.starts_at(time);
        }
        self.leniencies
            .into_iter()
            .fold(builder, |builder, Word(leniency)| {
                builder.leniency(leniency)
            })
    }

    fn rotation(&self) -> Option<RefreshRotation> {
        if let Some(seconds) = self.grace_seconds {
            return Some(RefreshRotation::Grace(Duration::from_secs(seconds)));
        }
        self.refresh_rotation.map(|Word(rotation)| match rotation {
            Rotation::Rotate => RefreshRotation::Rotate,
            Rotation::RotateQuietly => RefreshRotation::RotateQuietly,
            Rotation::Keep => RefreshRotation::Keep,
        })
    }
}

impl Named for Rotation {
    fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("rotate", Self::Rotate),
            ("rotate-quietly", Self::RotateQuietly),
            ("keep", Self::Keep),
        ]
    }
}
