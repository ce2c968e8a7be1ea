/// A TMS user that every emulator knows. Name and password are published, and no real system accepts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededUser {
    /// What goes into `userName` of a login (reference 5.1).
    pub user_name: &'static str,
    /// What goes into `password` of a login.
    pub password: &'static str,
    /// The accounts of this person; a login that names none takes the first (reference 5.5).
    pub accounts: &'static [SeededAccount],
}

/// What a user is in one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededAccount {
    /// What goes into `userUid` of a login (reference 5.1).
    pub uid: &'static str,
    /// The organization that the account belongs to, as whoAmI names it.
    pub organization_uid: &'static str,
    /// One of the roles of reference 5.2; `ADMIN` may start sessions of others.
    pub role: &'static str,
}

/// Logs in with user name and password.
pub const PLAIN_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-plain",
    password: "phrase-emulator-password-plain",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-plain",
        organization_uid: ORGANIZATION,
        role: "PROJECT_MANAGER",
    }],
};

/// Needs a code besides: [`SECOND_FACTOR_CODE`], or the one of
/// [`Emulator::second_factor_code`](crate::Emulator::second_factor_code).
pub const TWO_FACTOR_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-two-factor",
    password: "phrase-emulator-password-two-factor",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-two-factor",
        organization_uid: ORGANIZATION,
        role: "PROJECT_MANAGER",
    }],
};

/// Belongs to an organization that enforces single sign-on (reference 5.5): a login with the right password is
/// answered 403 `AuthSsoRequired`, our assumption.
pub const SSO_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-sso",
    password: "phrase-emulator-password-sso",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-sso",
        organization_uid: ORGANIZATION,
        role: "LINGUIST",
    }],
};

/// Belongs to an edition without API access (reference 5.5): a login with the right password is answered 403
/// `AuthApiNotAllowed`, our assumption.
pub const NO_API_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-no-api",
    password: "phrase-emulator-password-no-api",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-no-api",
        organization_uid: ORGANIZATION,
        role: "LINGUIST",
    }],
};

/// Is locked by three wrong passwords in a row until [`Emulator::reset`](crate::Emulator::reset): 403
/// `AuthAccountLocked`, whatever the password. Our assumption (reference 5.3); no other user ever locks.
pub const LOCKING_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-locking",
    password: "phrase-emulator-password-locking",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-locking",
        organization_uid: ORGANIZATION,
        role: "LINGUIST",
    }],
};

/// Has an account in each of two organizations, under one name and password (reference 5.5).
pub const MANY_ORGANIZATIONS_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-many-organizations",
    password: "phrase-emulator-password-many-organizations",
    accounts: &[
        SeededAccount {
            uid: "phrase-emulator-uid-many-first",
            organization_uid: ORGANIZATION,
            role: "PROJECT_MANAGER",
        },
        SeededAccount {
            uid: "phrase-emulator-uid-many-second",
            organization_uid: OTHER_ORGANIZATION,
            role: "LINGUIST",
        },
    ],
};

/// An administrator, who may start sessions of other users (reference 5.1).
pub const ADMIN_USER: SeededUser = SeededUser {
    user_name: "phrase-emulator-admin",
    password: "phrase-emulator-password-admin",
    accounts: &[SeededAccount {
        uid: "phrase-emulator-uid-admin",
        organization_uid: ORGANIZATION,
        role: "ADMIN",
    }],
};

/// A code of [`TWO_FACTOR_USER`] that is always good, whatever the time and however often it was used.
pub const SECOND_FACTOR_CODE: &str = "246810";

/// The organization of all users, and of the user whom the JWTs speak of.
pub(crate) const ORGANIZATION: &str = "emulated-organization";
/// One more, for those who have several.
pub(crate) const OTHER_ORGANIZATION: &str = "emulated-other-organization";
