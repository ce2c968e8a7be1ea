use std::collections::BTreeMap;

use phrase_auth_core::{AuthError, Generation};

use crate::wrong::Wrong;

/// What the callers of a scheme saw.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) headers: u64,
    /// By kind.
    pub(super) errors: BTreeMap<String, u64>,
    newest: Option<Generation>,
    /// That callers saw.
    pub(super) tokens: u64,
    pub(super) calls: u64,
    /// Calls that were told 401, and made once more with a newer header.
    pub(super) repeated: u64,
    /// Calls that came to nothing.
    pub(super) failed: u64,
    /// What must not happen at all.
    pub(super) wrong: Wrong,
}

impl Tally {
    pub(super) fn header(&mut self, generation: Generation) {
        self.headers = self.headers.saturating_add(1);
        if self.newest.is_none_or(|newest| generation > newest) {
            self.newest = Some(generation);
            self.tokens = self.tokens.saturating_add(1);
        }
    }

    pub(super) fn error(&mut self, error: &AuthError) {
        let count = self
            .errors
            .entry(format!("{:?}", error.kind()))
            .or_default();
        *count = count.saturating_add(1);
        self.wrong.unless(error.is_transient(), || {
            format!("a fault that passes was taken for a refusal: {error}")
        });
    }
}
