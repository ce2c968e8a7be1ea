use std::time::Duration;

use jiff::Timestamp;

/// How the times in a login response are written. The documentation prints both forms side by side (reference 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpiresForm {
    /// `2014-12-12T16:55:02Z`.
    #[default]
    Zulu,
    /// `2014-12-12T16:55:02+0000`.
    Offset,
}

impl ExpiresForm {
    /// A time since 1970 in whole seconds; beyond what four digits of a year can say, the last that they can.
    pub(super) fn write(self, since: Duration) -> String {
        let time = i64::try_from(since.as_secs())
            .ok()
            .and_then(|second| Timestamp::from_second(second).ok())
            .unwrap_or(Timestamp::MAX);
        let form = match self {
            Self::Zulu => "%Y-%m-%dT%H:%M:%SZ",
            Self::Offset => "%Y-%m-%dT%H:%M:%S+0000",
        };
        time.strftime(form).to_string()
    }
}
