use phrase_auth_emulator::FaultKind;
use serde::Serialize;

use crate::cli::{Faults, FaultsFormat};
use crate::output;
use crate::report::Report;

/// `phrase-auth emulator faults`
pub(crate) fn faults(faults: &Faults) -> Result<(), Report> {
    let kinds: Vec<Kind> = FaultKind::all().map(|kind| Kind::of(&kind)).collect();
    match faults.output {
        FaultsFormat::Text => output::line(&listed(&kinds)),
        FaultsFormat::Json => output::answer(&output::json(&Answer {
            schema_version: 1,
            kinds,
        })?),
    }
}

/// The list for people, by what becomes of a request.
fn listed(kinds: &[Kind]) -> String {
    let width = kinds.iter().map(|kind| kind.name.len()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for (title, changes_answer, of_handshake) in GROUPS {
        text.push_str(title);
        text.push('\n');
        for kind in kinds {
            if (kind.changes_answer, kind.of_handshake) == (changes_answer, of_handshake) {
                text.push_str(&format!("  {:width$}  {}\n", kind.name, kind.description));
            }
        }
        text.push('\n');
    }
    text + LEGEND
}

/// `phrase-auth emulator faults -o json`; `kinds` is what `GET /faults/kinds` of the admin door has.
#[derive(Serialize)]
struct Answer {
    schema_version: u32,
    kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    description: &'static str,
    /// Whether the request takes effect, and its true answer is changed on its way.
    changes_answer: bool,
    /// Whether it befalls the connection before any request.
    of_handshake: bool,
}

impl Kind {
    fn of(kind: &FaultKind) -> Self {
        Self {
            name: kind.name(),
            description: kind.description(),
            changes_answer: kind.changes_answer(),
            of_handshake: kind.is_of_handshake(),
        }
    }
}

/// Each with what `changes_answer` and `of_handshake` are for it.
const GROUPS: [(&str, bool, bool); 3] = [
    (
        "In the place of the answer (the request takes no effect, unless a rule says so):",
        false,
        false,
    ),
    (
        "The true answer, changed on its way (the request takes effect):",
        true,
        false,
    ),
    (
        "In the handshake of a connection (with `emulator run --tls`):",
        false,
        true,
    ),
];

/// How to have one. The door's URL is `admin` of the first line of `emulator run`.
const LEGEND: &str = "\
How to have the fault NAME:
  by a rule, through the admin door, whose URL is `admin` in the first line of
  `emulator run`, and PHRASE_AUTH_EMULATOR_ADMIN under `emulator exec`; `endpoint`
  and `times` may be left out, for everywhere and always
    curl -H 'Content-Type: application/json' \\
      -d '{\"fault\": \"NAME\", \"endpoint\": \"token-exchange\", \"times\": 1}' ADMIN/faults
  what else a rule can say is in ADMIN/openapi.json
  (those of the handshake take no endpoint, and need `times`)
  by a request that names it, with no rule: phrase-emulator-fault-NAME as an API
  token or user name; one of the first list also as a refresh token, code or bearer
  token";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_one_group() {
        for kind in FaultKind::all().map(|kind| Kind::of(&kind)) {
            let of_kind = (kind.changes_answer, kind.of_handshake);
            let groups = GROUPS.iter().filter(|(_, a, b)| (*a, *b) == of_kind);
            assert_eq!(groups.count(), 1, "{}", kind.name);
        }
    }
}
