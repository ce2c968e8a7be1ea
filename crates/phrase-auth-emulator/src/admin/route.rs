use serde_json::Value;

use super::input::Input;
use super::problem::Problem;
use crate::form;
use crate::world::World;

/// One thing that the admin door does. The table of them, in `routes.rs`, is also what `openapi.json` is made of.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Below the prefix; a name in braces stands for any segment.
    pub(super) path: &'static str,
    pub(super) what: &'static str,
    pub(super) query: &'static [Field],
    pub(super) body: &'static [Field],
    /// The members of the answer.
    pub(super) gives: &'static str,
    pub(super) run: Run,
}

/// A member of a body, or a parameter of a query.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// Its type, as JSON Schema calls it.
    pub(super) kind: &'static str,
    pub(super) required: bool,
    pub(super) what: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Run {
    Now(fn(&World, &Input) -> Result<Value, Problem>),
    /// Waits for the next request.
    Next,
}

impl Route {
    /// What stands in the place of the names, if this is a path of the route.
    pub(super) fn names(&self, path: &str) -> Option<Vec<String>> {
        let mut given = path.split('/');
        let mut names = Vec::new();
        for segment in self.path.split('/') {
            let given = given.next()?;
            if segment.starts_with('{') {
                names.push(form::unescaped(given)?);
            } else if segment != given {
                return None;
            }
        }
        given.next().is_none().then_some(names)
    }

    /// The names in the path, in their order.
    pub(super) fn named(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(super) const fn new(
        method: &'static str,
        path: &'static str,
        what: &'static str,
        run: fn(&World, &Input) -> Result<Value, Problem>,
    ) -> Self {
        Self {
            method,
            path,
            what,
            query: &[],
            body: &[],
            gives: "",
            run: Run::Now(run),
        }
    }

    pub(super) const fn waiting(
        method: &'static str,
        path: &'static str,
        what: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            what,
            query: &[],
            body: &[],
            gives: "",
            run: Run::Next,
        }
    }

    pub(super) const fn gives(mut self, members: &'static str) -> Self {
        self.gives = members;
        self
    }

    pub(super) const fn query(mut self, query: &'static [Field]) -> Self {
        self.query = query;
        self
    }

    pub(super) const fn body(mut self, body: &'static [Field]) -> Self {
        self.body = body;
        self
    }
}

pub(super) const fn needed(name: &'static str, kind: &'static str, what: &'static str) -> Field {
    Field {
        name,
        kind,
        required: true,
        what,
    }
}

pub(super) const fn optional(name: &'static str, kind: &'static str, what: &'static str) -> Field {
    Field {
        name,
        kind,
        required: false,
        what,
    }
}
