use serde::Deserialize;

use crate::json::{Raw, text};

/// A TMS user as a login or whoAmI describes one (reference section 5.2). Each part may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Tells this account from the others of the same person.
    pub uid: Option<String>,
    /// The number of the account, as text.
    pub id: Option<String>,
    /// The name to log in with.
    pub user_name: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The e-mail address; several accounts may share one.
    pub email: Option<String>,
    /// What the account may do: `ADMIN`, `PROJECT_MANAGER`, `LINGUIST`, … as the server writes it.
    /// New ones appear, so that this is not an enumeration.
    pub role: Option<String>,
}

/// The members, by their names on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    uid: Raw,
    id: Raw,
    user_name: Raw,
    first_name: Raw,
    last_name: Raw,
    email: Raw,
    role: Raw,
}

impl User {
    /// `None` if there is none that can be read.
    pub(crate) fn read(raw: &Raw) -> Option<Self> {
        let fields: Fields = crate::json::part(raw)?;
        Some(Self {
            uid: text(&fields.uid),
            id: text(&fields.id),
            user_name: text(&fields.user_name),
            first_name: text(&fields.first_name),
            last_name: text(&fields.last_name),
            email: text(&fields.email),
            role: text(&fields.role),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn read(json: &str) -> Option<User> {
        User::read(&Some(RawValue::from_string(json.to_owned()).unwrap()))
    }

    #[test]
    fn a_user_is_read_as_documented_and_a_new_role_is_kept() {
        let user = read(
            r#"{"firstName":"Jane","lastName":"Doe","userName":"jane.doe","email":"j@example.com",
                "role":"CHIEF_OF_EVERYTHING","id":"17","uid":"u-1","suiteIdentifier":{"new":true}}"#,
        );
        let text = |text: &str| Some(text.to_owned());
        let expected = User {
            uid: text("u-1"),
            id: text("17"),
            user_name: text("jane.doe"),
            first_name: text("Jane"),
            last_name: text("Doe"),
            email: text("j@example.com"),
            role: text("CHIEF_OF_EVERYTHING"),
        };
        assert_eq!(user, Some(expected));
    }

    #[test]
    fn parts_that_are_missing_or_odd_are_absent() {
        assert_eq!(read("{}"), Some(User::default()));
        let odd = read(r#"{"uid":7,"role":["ADMIN"],"email":null}"#).unwrap();
        assert_eq!(odd.uid.as_deref(), Some("7"));
        assert_eq!((odd.role, odd.email), (None, None));
        for none in ["null", "[]", "\"jane\"", r#"{"uid":"a","uid":"b"}"#] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
