mod clients;
mod people;
mod place;
mod snapshot;
mod tokens;

use std::sync::Mutex;
use std::time::Duration;

use http::HeaderValue;
use phrase_auth_core::DataCenter;

pub use self::snapshot::Snapshot;
use crate::admin::Snapshots;
use crate::api_tokens::ApiTokens;
use crate::fault::Faults;
use crate::host::Here;
use crate::jwt::Mint;
use crate::leniency::Leniencies;
use crate::oauth::OAuth;
use crate::tls::Tls;
use crate::tms::Tms;
use crate::{Clock, ExpiresForm, Leniency, Log};

/// Everything that an answer depends on.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) here: Here,
    pub(crate) data_center: DataCenter,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) tls: Option<Tls>,
    pub(crate) mint: Mint,
    pub(crate) api_tokens: Mutex<ApiTokens>,
    pub(crate) api_tokens_at_start: ApiTokens,
    pub(crate) tms: Tms,
    pub(crate) oauth: OAuth,
    pub(crate) token_lifetime: Duration,
    pub(crate) expires_form: ExpiresForm,
    pub(crate) latency: Duration,
    pub(crate) leniencies: Leniencies,
    pub(crate) limits: Limits,
    pub(crate) snapshots: Snapshots,
}

impl World {
    /// Back to the state of the start, but for the port, the connections and every option.
    pub(crate) fn reset(&self) {
        self.mint.reset();
        self.tms.reset();
        self.reset_api_tokens();
        self.oauth.reset();
        self.clock.rewind();
        self.faults.reset();
        self.log.clear();
    }

    /// Whether a rule is off.
    pub(crate) fn allows(&self, leniency: Leniency) -> bool {
        self.leniencies.has(leniency)
    }

    /// What a `Date` header says now.
    pub(crate) fn date(&self) -> HeaderValue {
        let date = httpdate::fmt_http_date(self.clock.now());
        HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static(""))
    }
}

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) head_bytes: usize,
    pub(crate) head_patience: Duration,
    pub(crate) body_bytes: usize,
    pub(crate) body_patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // As many as a process may have files open by default on most systems.
            connections: 1024,
            // Twice what common servers take; a JWT has about one kilobyte.
            head_bytes: 16 * 1024,
            // Also the life of an idle connection: short of it, a client's pool would meet many stale ones.
            head_patience: Duration::from_secs(30),
            // The longest secret that the libraries take.
            body_bytes: 64 * 1024,
            body_patience: Duration::from_secs(10),
        }
    }
}
