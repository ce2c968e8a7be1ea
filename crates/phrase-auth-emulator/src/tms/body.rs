use std::collections::BTreeMap;

use serde_json::Value;

use super::fault::Fault;
use crate::Leniency;
use crate::call::Call;
use crate::json::Object;
use crate::leniency::Leniencies;

/// The members of a body that is as documented in every respect.
pub(super) struct Body(BTreeMap<String, String>);

impl Body {
    /// Takes one JSON object of strings, with none but the known members, each once.
    pub(super) fn read(
        call: &Call,
        known: &[&str],
        leniencies: &Leniencies,
    ) -> Result<Self, Fault> {
        if !call.may_be_json(leniencies) {
            return Err(Fault::MediaType);
        }
        let object =
            Object::read(&call.body).ok_or(Fault::Request("the body is not one JSON object"))?;
        let mut members = BTreeMap::new();
        for (name, value) in object.into_members() {
            if !known.contains(&name.as_str()) {
                if leniencies.has(Leniency::AcceptUnknownFields) {
                    continue;
                }
                return Err(Fault::Request(match name.as_str() {
                    "userUid" => "the v1 form takes no userUid, that is a member of the v3 form",
                    _ => "the body has a member that the documentation does not know",
                }));
            }
            let Value::String(value) = value else {
                return Err(Fault::Request("every member of the body is a string"));
            };
            if members.insert(name, value).is_some() {
                return Err(Fault::Request("a member of the body comes twice"));
            }
        }
        Ok(Self(members))
    }

    pub(super) fn required(&mut self, name: &str, missing: &'static str) -> Result<String, Fault> {
        self.optional(name)
            .filter(|value| !value.is_empty())
            .ok_or(Fault::Request(missing))
    }

    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }
}
