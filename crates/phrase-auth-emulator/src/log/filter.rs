use http::StatusCode;

use super::LogEntry;
use crate::Endpoint;

/// Which requests are meant: by default all of them.
#[derive(Clone, Debug, Default)]
#[must_use = "a filter does nothing until a log gets it"]
pub struct LogFilter {
    endpoint: Option<Endpoint>,
    status: Option<StatusCode>,
    after: Option<u64>,
    fault: Option<String>,
}

impl LogFilter {
    /// All requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those that arrived at this endpoint.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Only those that were answered with this status.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Only those that arrived after the one of this number; 0 is before all.
    pub fn after(mut self, number: u64) -> Self {
        self.after = Some(number);
        self
    }

    /// Only those that met the fault of this name.
    pub fn fault(mut self, name: impl Into<String>) -> Self {
        self.fault = Some(name.into());
        self
    }

    pub(super) fn fits(&self, entry: &LogEntry) -> bool {
        self.endpoint.is_none_or(|it| entry.endpoint() == it)
            && self.status.is_none_or(|it| entry.status() == Some(it))
            && self.after.is_none_or(|it| entry.number() > it)
            && self
                .fault
                .as_deref()
                .is_none_or(|it| entry.fault() == Some(it))
    }

    pub(super) fn or_after(mut self, number: u64) -> Self {
        self.after.get_or_insert(number);
        self
    }
}
