use std::fmt::Write;

use serde_json::Value;

use crate::json::Object;

/// The members of an answer, as text, so that they can be written as no JSON writer would.
pub(crate) struct Members(Vec<(String, String)>);

/// What a member says, whatever the scheme calls it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Token,
    Expiry,
    TokenType,
    IssuedType,
    Refresh,
    Scope,
}

impl Members {
    /// `None` if the answer is no JSON object, or has no token in it.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let members = Self::all(body)?;
        members.at(Role::Token).is_some().then_some(members)
    }

    /// Of any JSON object.
    pub(super) fn all(body: &[u8]) -> Option<Self> {
        let members = Object::read(body)?
            .into_members()
            .map(|(name, value)| (name, value.to_string()));
        Some(Self(members.collect()))
    }

    /// This value under every name.
    pub(super) fn each(mut self, value: &str) -> Self {
        for (_, old) in &mut self.0 {
            value.clone_into(old);
        }
        self
    }

    /// In the place of what is there, or as one more. The value is JSON, or should be.
    pub(super) fn with(mut self, role: Role, value: impl Into<String>) -> Self {
        let value = value.into();
        match self.at(role).and_then(|at| self.0.get_mut(at)) {
            Some(member) => member.1 = value,
            None => {
                let name = self.name_of(role).to_owned();
                self.0.push((name, value));
            }
        }
        self
    }

    /// Once more, behind all others.
    pub(super) fn twice(mut self, role: Role, value: &str) -> Self {
        let name = self.name_of(role).to_owned();
        self.0.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, role: Role) -> Self {
        if let Some(at) = self.at(role) {
            self.0.remove(at);
        }
        self
    }

    pub(super) fn renamed(mut self, rename: impl Fn(&str) -> String) -> Self {
        for (name, _) in &mut self.0 {
            *name = rename(name);
        }
        self
    }

    /// A name and a value in front of all others.
    pub(super) fn after(mut self, name: &str, value: &str) -> Self {
        self.0.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// The token itself.
    pub(super) fn token(&self) -> String {
        let token = self.at(Role::Token).and_then(|at| self.0.get(at));
        token
            .and_then(|(_, value)| serde_json::from_str::<String>(value).ok())
            .unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::from("{");
        for (at, (name, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(text, "{comma}{}:{value}", Value::from(name.as_str()));
        }
        text.push('}');
        text
    }

    fn at(&self, role: Role) -> Option<usize> {
        let names = role.names();
        self.0
            .iter()
            .position(|(name, _)| names.contains(&name.as_str()))
    }

    /// As it is called here, or would be: a login of TMS has names of its own (reference 5.2).
    fn name_of(&self, role: Role) -> &str {
        if let Some((name, _)) = self.at(role).and_then(|at| self.0.get(at)) {
            return name;
        }
        role.names().first().copied().unwrap_or_default()
    }
}

impl Role {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["access_token", "token"],
            Self::Expiry => &["expires_in", "expires"],
            Self::TokenType => &["token_type"],
            Self::IssuedType => &["issued_token_type"],
            Self::Refresh => &["refresh_token"],
            Self::Scope => &["scope"],
        }
    }
}
