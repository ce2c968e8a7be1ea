use phrase_auth_core::{AuthError, Deadline, ErrorKind, SecretId};

use crate::tms::Tms;
use crate::unproven::Unproven;

/// Where a login must land before its token is handed out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) user: Option<String>,
    pub(crate) organization: Option<String>,
}

impl Expected {
    pub(crate) fn is_nothing(&self) -> bool {
        self.user.is_none() && self.organization.is_none()
    }

    /// Compares. Asks TMS whose token it is only for what the login itself did not say; it never
    /// says the organization.
    pub(crate) async fn check(
        &self,
        unproven: &Unproven,
        tms: &Tms,
        deadline: Deadline,
    ) -> Result<(), AuthError> {
        let Unproven { granted, stake, .. } = unproven;
        let mut user = granted
            .login
            .as_ref()
            .and_then(|login| login.user.as_ref()?.uid.clone());
        let mut organization = None;
        if self.organization.is_some() || (self.user.is_some() && user.is_none()) {
            let header = tms.header(granted.token.secret())?;
            let left = deadline.left(&tms.runtime.now());
            let who = tms.question(left).ask(&header).await?;
            user = user.or_else(|| who.user.and_then(|user| user.uid));
            organization = who.organization.and_then(|organization| organization.uid);
        }
        same("a user", self.user.as_deref(), user.as_deref(), *stake)?;
        let (expected, found) = (self.organization.as_deref(), organization.as_deref());
        same("an organization", expected, found, *stake)
    }
}

/// The configuration is wrong, and a login that is repeated lands in the same place: a verdict.
fn same(
    what: &str,
    expected: Option<&str>,
    found: Option<&str>,
    stake: SecretId,
) -> Result<(), AuthError> {
    let Some(expected) = expected.filter(|expected| Some(*expected) != found) else {
        return Ok(());
    };
    let landed = match found {
        Some(found) if is_plain(found) => format!("with the uid {found}"),
        Some(_) => "with another uid".to_owned(),
        None => "whose uid TMS does not say".to_owned(),
    };
    let message = format!("the login landed at {what} {landed}, and not at {expected}");
    Err(AuthError::new(ErrorKind::Config, message)
        .with_hint("choose the account by its user uid, or correct what is expected")
        .with_verdict(stake))
}

/// A server's word that can be printed as it is.
fn is_plain(uid: &str) -> bool {
    uid.len() <= LONGEST_SHOWN
        && uid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Uids are some twenty characters long.
const LONGEST_SHOWN: usize = 64;
