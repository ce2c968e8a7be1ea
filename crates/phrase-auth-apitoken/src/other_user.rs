use bytes::Bytes;
use phrase_auth_core::AuthError;
use serde::Serialize;

use crate::credentials::name;
use crate::json;

/// Whom an administrator logs in as, for [`login_as`](crate::ApiTokenAuth::login_as).
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to login_as"]
pub struct OtherUser {
    user_name: String,
    user_uid: Option<String>,
}

impl OtherUser {
    /// By user name: the default account of that name.
    pub fn new(user_name: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            user_uid: None,
        }
    }

    /// The account, where the name has several.
    pub fn user_uid(self, uid: impl Into<String>) -> Self {
        Self {
            user_uid: Some(uid.into()),
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<(), AuthError> {
        name("user name", &self.user_name)?;
        self.user_uid
            .as_deref()
            .map_or(Ok(()), |uid| name("user uid", uid))
    }

    pub(crate) fn body(&self) -> Result<Bytes, AuthError> {
        let form = Form {
            user_name: &self.user_name,
            user_uid: self.user_uid.as_deref(),
        };
        let uid = form.user_uid.map_or(0, str::len);
        json::body(&form, self.user_name.len().saturating_add(uid))
    }
}

impl<S: Into<String>> From<S> for OtherUser {
    fn from(user_name: S) -> Self {
        Self::new(user_name)
    }
}

/// The body of a `loginOther` (reference section 5.1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    user_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_uid: Option<&'a str>,
}
