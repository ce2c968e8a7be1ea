use std::fmt;

use super::known_user::KnownAccount;
use crate::seed::{ORGANIZATION, SeededUser};

/// A user of TMS of one's own, for [`EmulatorBuilder::tms_user`](crate::EmulatorBuilder::tms_user) and
/// [`Emulator::add_user`](crate::Emulator::add_user).
///
/// Unless told otherwise it is as plain as [`seed::PLAIN_USER`](crate::seed::PLAIN_USER): it has one account, whose uid
/// the emulator chooses, and nothing but the password stands in the way of a login. What does can be combined; it is
/// judged in the order lock, password, single sign-on, API access, second factor.
///
/// ```
/// use phrase_auth_emulator::TmsUser;
///
/// let plain = TmsUser::new("jo", "a password");
/// let careful = TmsUser::new("kim", "a password").needs_second_factor().locks();
/// let many = TmsUser::new("lou", "a password")
///     .account("uid-of-lou", "an-organization", "ADMIN")
///     .account("other-uid-of-lou", "another-organization", "LINGUIST");
/// # let _ = (plain, careful, many);
/// ```
#[derive(Clone)]
#[must_use = "a user does nothing until an emulator gets it"]
pub struct TmsUser {
    pub(super) user_name: String,
    pub(super) password: String,
    pub(super) accounts: Vec<KnownAccount>,
    pub(super) rules: Rules,
}

/// What a login meets besides the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) needs_code: bool,
    pub(super) needs_sso: bool,
    pub(super) has_no_api: bool,
    pub(super) locks: bool,
}

impl TmsUser {
    /// A user who logs in with a name and a password; names are compared byte for byte.
    pub fn new(user_name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            password: password.into(),
            accounts: Vec::new(),
            rules: Rules::default(),
        }
    }

    pub(super) fn seeded(seeded: &SeededUser) -> Self {
        let user = Self::new(seeded.user_name, seeded.password);
        seeded.accounts.iter().fold(user, |user, account| {
            user.account(account.uid, account.organization_uid, account.role)
        })
    }

    /// One more account; the first is the one of a login that names none (reference 5.5). The role is one of reference
    /// 5.2, `ADMIN` for somebody who may start sessions of others, or one that Phrase does not have yet.
    pub fn account(
        mut self,
        uid: impl Into<String>,
        organization_uid: impl Into<String>,
        role: impl Into<String>,
    ) -> Self {
        self.accounts.push(KnownAccount {
            uid: uid.into(),
            organization_uid: organization_uid.into(),
            role: role.into(),
        });
        self
    }

    /// A code is asked for besides, as of [`seed::TWO_FACTOR_USER`](crate::seed::TWO_FACTOR_USER); the same codes are
    /// good.
    pub fn needs_second_factor(mut self) -> Self {
        self.rules.needs_code = true;
        self
    }

    /// The organization enforces single sign-on, as that of [`seed::SSO_USER`](crate::seed::SSO_USER).
    pub fn enforces_sso(mut self) -> Self {
        self.rules.needs_sso = true;
        self
    }

    /// The edition has no API access, as that of [`seed::NO_API_USER`](crate::seed::NO_API_USER).
    pub fn has_no_api(mut self) -> Self {
        self.rules.has_no_api = true;
        self
    }

    /// Three wrong passwords in a row lock the user, as [`seed::LOCKING_USER`](crate::seed::LOCKING_USER).
    pub fn locks(mut self) -> Self {
        self.rules.locks = true;
        self
    }

    /// Gives it its one account if it was given none.
    pub(super) fn or_account(self, uid: impl FnOnce() -> String) -> Self {
        if self.accounts.is_empty() {
            self.account(uid(), ORGANIZATION, "PROJECT_MANAGER")
        } else {
            self
        }
    }

    /// Why no login could name this user, or one of its accounts.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        let has_control = |text: &str| text.chars().any(char::is_control);
        if self.user_name.is_empty() || self.password.is_empty() {
            return Some("has an empty name or password");
        }
        if has_control(&self.user_name) || has_control(&self.password) {
            return Some("has a control character in its name or password");
        }
        let mut told = self
            .accounts
            .iter()
            .flat_map(|it| [&it.uid, &it.organization_uid, &it.role]);
        told.any(|text| text.is_empty() || has_control(text))
            .then_some("has an account with an empty uid, organization or role, or a control character in one")
    }
}

impl fmt::Debug for TmsUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TmsUser")
            .field("accounts", &self.accounts)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
