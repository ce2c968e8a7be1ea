use phrase_auth_core::ErrorKind;

/// What is to come of an operation, as a cell of the table says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) outcome: Outcome,
    pub(crate) requests: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good(Quality),
    Fails {
        kind: ErrorKind,
        /// Nothing is sent again until a person does something.
        stands: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    Kept,
    /// Good for whoever waited for it, and not kept.
    Once,
    /// Good as far as anybody but the API can tell.
    Taken,
}

impl Expected {
    /// `None` for a cell of operations that the fault cannot befall.
    pub(crate) fn parse(cell: &str) -> Option<Self> {
        if cell == "-" {
            return None;
        }
        let (word, requests) = match cell.split_once('*') {
            Some((word, requests)) => (word, requests.parse().unwrap()),
            None => (cell, 1),
        };
        let (word, stands) = match word.strip_suffix('!') {
            Some(word) => (word, true),
            None => (word, false),
        };
        let fails = |kind| Outcome::Fails { kind, stands };
        let outcome = match word {
            "ok" => Outcome::Good(Quality::Kept),
            "once" => Outcome::Good(Quality::Once),
            "taken" => Outcome::Good(Quality::Taken),
            "unreachable" => fails(ErrorKind::Unreachable),
            "timeout" => fails(ErrorKind::Timeout),
            "throttled" => fails(ErrorKind::Throttled),
            "unavailable" => fails(ErrorKind::Unavailable),
            "refused" => fails(ErrorKind::Refused),
            "login-required" => fails(ErrorKind::LoginRequired),
            "second-factor" => fails(ErrorKind::SecondFactorRequired),
            "forbidden" => fails(ErrorKind::Forbidden),
            "protocol" => fails(ErrorKind::Protocol),
            "config" => fails(ErrorKind::Config),
            other => panic!("the table has no word {other}"),
        };
        Some(Self { outcome, requests })
    }

    pub(crate) fn is_kind(self, wanted: ErrorKind) -> bool {
        matches!(self.outcome, Outcome::Fails { kind, .. } if kind == wanted)
    }

    pub(crate) fn stands(self) -> bool {
        matches!(self.outcome, Outcome::Fails { stands: true, .. })
    }
}
