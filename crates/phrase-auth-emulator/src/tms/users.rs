use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::EmulatorError;
use crate::seed::{self, SeededUser};

/// The users that an emulator knows, by name; names are compared byte for byte.
pub(crate) struct Users {
    by_name: BTreeMap<String, User>,
    accounts: u64,
}

pub(super) struct User {
    pub(super) password: String,
    pub(super) rule: Rule,
    /// The first is the default one.
    accounts: Vec<Arc<Account>>,
}

/// What a user is in one organization.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user_name: String,
    pub(crate) uid: String,
    pub(crate) organization_uid: String,
    pub(crate) role: String,
    pub(crate) id: u64,
}

/// What a login meets besides the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Nothing,
    NeedsCode,
    NeedsSso,
    HasNoApi,
    Locks,
}

impl Users {
    pub(crate) fn new() -> Self {
        let mut users = Self {
            by_name: BTreeMap::new(),
            accounts: 0,
        };
        for (seeded, rule) in [
            (seed::PLAIN_USER, Rule::Nothing),
            (seed::TWO_FACTOR_USER, Rule::NeedsCode),
            (seed::SSO_USER, Rule::NeedsSso),
            (seed::NO_API_USER, Rule::HasNoApi),
            (seed::LOCKING_USER, Rule::Locks),
            (seed::MANY_ORGANIZATIONS_USER, Rule::Nothing),
            (seed::ADMIN_USER, Rule::Nothing),
        ] {
            users.seed(&seeded, rule);
        }
        users
    }

    fn seed(&mut self, seeded: &SeededUser, rule: Rule) {
        let accounts = seeded.accounts.iter().map(|account| {
            Arc::new(Account {
                user_name: seeded.user_name.to_owned(),
                uid: account.uid.to_owned(),
                organization_uid: account.organization_uid.to_owned(),
                role: account.role.to_owned(),
                id: self.number(),
            })
        });
        let user = User {
            password: seeded.password.to_owned(),
            rule,
            accounts: accounts.collect(),
        };
        self.by_name.insert(seeded.user_name.to_owned(), user);
    }

    /// One more, as plain as [`seed::PLAIN_USER`].
    pub(crate) fn add(&mut self, user_name: String, password: String) -> Result<(), EmulatorError> {
        let flaw = if user_name.is_empty() || password.is_empty() {
            Some("has an empty name or password")
        } else if user_name
            .chars()
            .chain(password.chars())
            .any(char::is_control)
        {
            Some("has a control character in its name or password")
        } else if self.by_name.contains_key(&user_name) {
            Some("is known already, from the seeds or given twice")
        } else {
            None
        };
        if let Some(flaw) = flaw {
            return Err(EmulatorError::TmsUser { flaw });
        }
        let id = self.number();
        let account = Account {
            user_name: user_name.clone(),
            uid: format!("phrase-emulator-uid-{id}"),
            organization_uid: seed::ORGANIZATION.to_owned(),
            role: "PROJECT_MANAGER".to_owned(),
            id,
        };
        let user = User {
            password,
            rule: Rule::Nothing,
            accounts: vec![Arc::new(account)],
        };
        self.by_name.insert(user_name, user);
        Ok(())
    }

    pub(super) fn named(&self, user_name: &str) -> Option<&User> {
        self.by_name.get(user_name)
    }

    /// The user of the JWTs is the first; these follow.
    fn number(&mut self) -> u64 {
        self.accounts = self.accounts.saturating_add(1);
        self.accounts.saturating_add(1)
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Users({})", self.by_name.len())
    }
}

impl User {
    /// The account with this uid, or the default one.
    pub(super) fn account(&self, uid: Option<&str>) -> Option<&Arc<Account>> {
        match uid {
            Some(uid) => self.accounts.iter().find(|account| account.uid == uid),
            None => self.accounts.first(),
        }
    }
}

impl Account {
    /// The `user` of a login response and of whoAmI (reference 5.2).
    pub(crate) fn user(&self) -> Value {
        json!({
            "firstName": "Emil",
            "lastName": "Emulator",
            "userName": self.user_name,
            "email": format!("{}@phrase-emulator.invalid", self.uid),
            "role": self.role,
            "id": self.id.to_string(),
            "uid": self.uid,
        })
    }
}

/// The `organization` of whoAmI (reference 5.2); there are two.
pub(crate) fn organization(uid: &str) -> Value {
    let (id, name) = if uid == seed::OTHER_ORGANIZATION {
        ("2", "Emulated Too")
    } else {
        ("1", "Emulated")
    };
    json!({"id": id, "uid": uid, "name": name})
}
