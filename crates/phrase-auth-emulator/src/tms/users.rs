use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::known_user::{KnownAccount, KnownUser};
use super::user::{Rules, TmsUser};
use crate::EmulatorError;
use crate::seed::{self, SeededUser};

/// The users that an emulator knows, by name; names are compared byte for byte.
#[derive(Clone)]
pub(crate) struct Users {
    by_name: BTreeMap<String, User>,
    /// Of all accounts.
    uids: HashSet<String>,
    accounts: u64,
}

#[derive(Clone)]
pub(super) struct User {
    pub(super) password: String,
    pub(super) rules: Rules,
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

impl Users {
    pub(crate) fn new() -> Self {
        let known = |user: &SeededUser| TmsUser::seeded(user);
        let mut users = Self {
            by_name: BTreeMap::new(),
            uids: HashSet::new(),
            accounts: 0,
        };
        for user in [
            known(&seed::PLAIN_USER),
            known(&seed::TWO_FACTOR_USER).needs_second_factor(),
            known(&seed::SSO_USER).enforces_sso(),
            known(&seed::NO_API_USER).has_no_api(),
            known(&seed::LOCKING_USER).locks(),
            known(&seed::MANY_ORGANIZATIONS_USER),
            known(&seed::ADMIN_USER),
        ] {
            users.take(user);
        }
        users
    }

    /// One more. One without an account gets one, with a uid that is not taken.
    pub(crate) fn add(&mut self, user: TmsUser) -> Result<(), EmulatorError> {
        let user = user.or_account(|| self.free_uid());
        let mut uids: Vec<&str> = user.accounts.iter().map(|it| it.uid.as_str()).collect();
        uids.sort_unstable();
        let is_doubled = uids.windows(2).any(|pair| pair.first() == pair.last());
        let flaw = if let Some(flaw) = user.flaw() {
            Some(flaw)
        } else if self.by_name.contains_key(&user.user_name) {
            Some("is known already, from the seeds or given twice")
        } else if is_doubled || uids.iter().any(|uid| self.uids.contains(*uid)) {
            Some("has an account whose uid is taken")
        } else {
            None
        };
        if let Some(flaw) = flaw {
            return Err(EmulatorError::TmsUser { flaw });
        }
        self.take(user);
        Ok(())
    }

    /// Whether there was one of this name.
    pub(crate) fn remove(&mut self, user_name: &str) -> bool {
        let removed = self.by_name.remove(user_name);
        for account in removed.iter().flat_map(|user| &user.accounts) {
            self.uids.remove(&account.uid);
        }
        removed.is_some()
    }

    /// Every user, by name.
    pub(crate) fn list(&self) -> Vec<KnownUser> {
        let known = |(name, user): (&String, &User)| KnownUser {
            user_name: name.clone(),
            accounts: user.accounts.iter().map(|it| it.known()).collect(),
            needs_second_factor: user.rules.needs_code,
            enforces_sso: user.rules.needs_sso,
            has_no_api: user.rules.has_no_api,
            locks: user.rules.locks,
        };
        self.by_name.iter().map(known).collect()
    }

    pub(super) fn named(&self, user_name: &str) -> Option<&User> {
        self.by_name.get(user_name)
    }

    fn take(&mut self, user: TmsUser) {
        let accounts = user.accounts.into_iter().map(|account| {
            Arc::new(Account {
                user_name: user.user_name.clone(),
                uid: account.uid,
                organization_uid: account.organization_uid,
                role: account.role,
                id: self.number(),
            })
        });
        let accounts: Vec<Arc<Account>> = accounts.collect();
        let uids = accounts.iter().map(|account| account.uid.clone());
        self.uids.extend(uids);
        let known = User {
            accounts,
            password: user.password,
            rules: user.rules,
        };
        self.by_name.insert(user.user_name, known);
    }

    /// That of the next account; somebody may have given it to a user already.
    fn free_uid(&self) -> String {
        (self.accounts.saturating_add(2)..)
            .map(|id| format!("phrase-emulator-uid-{id}"))
            .find(|uid| !self.uids.contains(uid))
            .unwrap_or_default()
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
    fn known(&self) -> KnownAccount {
        KnownAccount {
            uid: self.uid.clone(),
            organization_uid: self.organization_uid.clone(),
            role: self.role.clone(),
        }
    }

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

/// The `organization` of whoAmI (reference 5.2); those of one's own users are called by their uid.
pub(crate) fn organization(uid: &str) -> Value {
    match uid {
        seed::ORGANIZATION => json!({"id": "1", "uid": uid, "name": "Emulated"}),
        seed::OTHER_ORGANIZATION => json!({"id": "2", "uid": uid, "name": "Emulated Too"}),
        _ => {
            // Any number, as long as it is the same for one organization and hardly ever for two.
            let id = uid.bytes().fold(3_u32, |id, byte| {
                id.wrapping_mul(31).wrapping_add(byte.into())
            });
            json!({"id": id.to_string(), "uid": uid, "name": uid})
        }
    }
}
