use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::route::{Field, Route};
use crate::call::Call;
use crate::flaw::Flaw;
use crate::form::Form;
use crate::table::Table;

/// What a request to the admin door brings, once its shape is known to be right.
pub(super) struct Input {
    names: Vec<String>,
    query: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Input {
    pub(super) fn read(
        route: &'static Route,
        names: Vec<String>,
        call: &Call,
    ) -> Result<Self, Problem> {
        let query = query(route.query, call.query.as_deref().unwrap_or_default())?;
        if !call.body.is_empty() && !call.is_json() {
            return Err(Problem::media());
        }
        // Some clients cannot but send an object.
        let is_empty = call.body.is_empty() || call.body.trim_ascii() == b"{}";
        if route.body.is_empty() && !is_empty {
            return Err(Problem::bad("this path takes no body, or {}"));
        }
        Ok(Self {
            names,
            query,
            body: call.body.to_vec(),
        })
    }

    /// What stands in the place of the first name in the path.
    pub(super) fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// [`Input::name`], where that is a number.
    pub(super) fn number(&self) -> Result<u64, Problem> {
        self.name()
            .parse()
            .map_err(|_| Problem::bad("the last segment of the path is not a number"))
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body, where it is what this path takes.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if self.body.is_empty() {
            return Err(Problem::bad("this path takes a JSON object as its body"));
        }
        let no_object = || Problem::bad("the body is not one JSON object");
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let read = serde_path_to_error::deserialize(&mut json);
        let Table(read) = read.map_err(|error| {
            if error.inner().is_data() {
                Problem::bad(Flaw::from(error))
            } else {
                no_object()
            }
        })?;
        json.end().map_err(|_| no_object())?;
        Ok(read)
    }
}

fn query(known: &[Field], query: &str) -> Result<Vec<(String, String)>, Problem> {
    let form = Form::strictly(query.as_bytes()).map_err(Problem::bad)?;
    let mut parameters = Vec::new();
    for (name, value) in form.fields() {
        if !known.iter().any(|field| field.name == name) {
            let known: Vec<&str> = known.iter().map(|field| field.name).collect();
            return Err(Problem::bad(match known.as_slice() {
                [] => "this path takes no query".to_owned(),
                known => format!("the query of this path takes {} only", known.join(", ")),
            }));
        }
        parameters.push((name.to_owned(), value.to_owned()));
    }
    Ok(parameters)
}
