/// A user of TMS as [`Emulator::users`](crate::Emulator::users) lists it: without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownUser {
    /// What goes into `userName` of a login (reference 5.1).
    pub user_name: String,
    /// The accounts of this person; a login that names none takes the first (reference 5.5).
    pub accounts: Vec<KnownAccount>,
    /// As of [`TmsUser::needs_second_factor`](crate::TmsUser::needs_second_factor).
    pub needs_second_factor: bool,
    /// As of [`TmsUser::enforces_sso`](crate::TmsUser::enforces_sso).
    pub enforces_sso: bool,
    /// As of [`TmsUser::has_no_api`](crate::TmsUser::has_no_api).
    pub has_no_api: bool,
    /// As of [`TmsUser::locks`](crate::TmsUser::locks).
    pub locks: bool,
}

/// What a user is in one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownAccount {
    /// What goes into `userUid` of a login (reference 5.1).
    pub uid: String,
    /// The organization that the account belongs to, as whoAmI names it.
    pub organization_uid: String,
    /// One of the roles of reference 5.2, or one that was made up.
    pub role: String,
}
