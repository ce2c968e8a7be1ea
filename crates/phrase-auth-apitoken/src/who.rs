use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{Method, Request, Uri};
use phrase_auth_core::{
    AuthError, AuthHeader, Authenticator, Call, Endpoints, ErrorKind, Grant, HttpClient, Limits,
    Product, Runtime, Secret, Target, default_runtime,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advice;
use crate::json::{Raw, SecretText, part, text};
use crate::throttle;
use crate::tms::{JSON, is_unknown, limits};
use crate::user::User;

/// What TMS says about the holder of a credential (reference section 5.2). Each part may be missing;
/// members that are not documented are passed over.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WhoAmI {
    /// The account.
    pub user: Option<User>,
    /// The organization that the account belongs to.
    pub organization: Option<Organization>,
    /// What the organization has bought.
    pub edition: Option<Edition>,
    /// What is switched on for it: a changing set.
    pub features: BTreeMap<String, bool>,
    /// For forms of the web application; as secret as the credential itself.
    pub csrf_token: Option<Secret>,
}

/// An organization of TMS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Organization {
    /// Tells it from all others: what
    /// [`expect_organization`](crate::ApiTokenAuthBuilder::expect_organization) takes.
    pub uid: Option<String>,
    /// Its number, as text.
    pub id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
}

/// An edition of TMS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edition {
    /// Its name.
    pub name: Option<String>,
    /// Its title, as older servers have it.
    pub title: Option<String>,
}

/// Asks TMS whose credential this is: the call that tests one without side effects, for every scheme
/// that TMS takes (reference section 10.3).
///
/// One request, and after a 401 one more with a new header if
/// [`reject`](Authenticator::reject) says that this makes sense.
///
/// # Errors
///
/// `Config` if `auth` is not for the TMS of `endpoints`; whatever `auth` says if it has no header;
/// `Refused` if TMS does not take it.
pub async fn who_am_i(
    auth: &dyn Authenticator,
    endpoints: impl Into<Endpoints> + Send,
    client: &dyn HttpClient,
) -> Result<WhoAmI, AuthError> {
    let url = endpoints.into().base(Product::Tms)?.join(WHO_AM_I)?;
    let question = Question {
        url: &url,
        timeout: Limits::default().timeout,
        client,
        runtime: &*default_runtime(),
    };
    question.about(auth).await
}

/// One whoAmI: where it is asked, and with what.
pub(crate) struct Question<'a> {
    pub(crate) url: &'a Uri,
    /// For one request.
    pub(crate) timeout: Duration,
    pub(crate) client: &'a dyn HttpClient,
    pub(crate) runtime: &'a dyn Runtime,
}

impl Question<'_> {
    /// Asks about whoever `auth` speaks for.
    pub(crate) async fn about(&self, auth: &dyn Authenticator) -> Result<WhoAmI, AuthError> {
        if !auth.covers(Target::try_from(self.url)?) {
            let what = "this credential is not for TMS at this address";
            return Err(AuthError::new(ErrorKind::Config, what)
                .with_hint("use a credential for TMS, and the data centre that it was made in"));
        }
        let header = auth.header().await?;
        let answer = match self.ask(&header).await {
            Err(error) if is_unknown(&error) && auth.reject(&header) => {
                self.ask(&auth.header().await?).await
            }
            answer => answer,
        };
        answer.map_err(|error| match is_unknown(&error) {
            true => advice::on_question(error),
            false => error,
        })
    }

    /// Sends one request with this header.
    pub(crate) async fn ask(&self, header: &AuthHeader) -> Result<WhoAmI, AuthError> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.url.clone();
        request.headers_mut().insert(ACCEPT, JSON);
        header.clone().apply(request.headers_mut());
        let answer = self.client.send(request, limits(self.timeout)).await;
        let token = Secret::from(header.token());
        let crowded = throttle::is_crowded(&answer);
        let now = self.runtime.now().wall;
        Call::new(Grant::Api, self.url)
            .by(Method::GET)
            .sent(&token)
            .read_with(answer, now, WhoAmI::parse)
            .map_err(|error| throttle::explained(error, crowded, now))
    }
}

/// Below the base URL of TMS. There is no v3 of it (reference section 5.1).
pub(crate) const WHO_AM_I: &str = "/api2/v1/auth/whoAmI";

/// The members, by their names on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    user: Raw,
    organization: Raw,
    edition: Raw,
    features: Raw,
    csrf_token: Option<SecretText>,
}

/// The members of an organization and of an edition.
#[derive(Deserialize)]
struct Named {
    uid: Raw,
    id: Raw,
    name: Raw,
    title: Raw,
}

impl WhoAmI {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|_| "the answer is not of the form of a whoAmI")?;
        let features: Option<BTreeMap<String, Box<RawValue>>> = part(&answer.features);
        let features = features.unwrap_or_default().into_iter();
        Ok(Self {
            user: User::read(&answer.user),
            organization: part(&answer.organization).map(|named: Named| Organization {
                uid: text(&named.uid),
                id: text(&named.id),
                name: text(&named.name),
            }),
            edition: part(&answer.edition).map(|named: Named| Edition {
                name: text(&named.name),
                title: text(&named.title),
            }),
            features: features
                .filter_map(|(name, value)| Some((name, value.get().parse().ok()?)))
                .collect(),
            csrf_token: answer.csrf_token.map(|SecretText(token)| token),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_documented_is_read_and_the_csrf_token_is_not_shown() {
        let who = WhoAmI::parse(
            br#"{"user":{"uid":"u"},"organization":{"id":"1","uid":"o","name":"Acme"},
                 "edition":{"name":"TEAM","id":3,"title":"Team"},
                 "features":{"a":true,"b":false,"c":"odd"},"csrfToken":"canary","more":[{}]}"#,
        )
        .unwrap();
        assert_eq!(who.user.as_ref().unwrap().uid.as_deref(), Some("u"));
        let organization = who.organization.as_ref().unwrap();
        assert_eq!(organization.name.as_deref(), Some("Acme"));
        assert_eq!(organization.uid.as_deref(), Some("o"));
        let edition = who.edition.as_ref().unwrap();
        assert_eq!(edition.title.as_deref(), Some("Team"));
        let features: Vec<_> = who.features.iter().collect();
        assert_eq!(
            features,
            [(&"a".to_owned(), &true), (&"b".to_owned(), &false)]
        );
        assert_eq!(who.csrf_token.as_ref().unwrap().expose(), "canary");
        assert!(!format!("{who:?}").contains("canary"));
    }

    #[test]
    fn a_shape_that_has_changed_costs_its_part_only() {
        let who = WhoAmI::parse(br#"{"user":7,"organization":[],"features":["a"],"edition":null}"#);
        let who = who.unwrap();
        assert!(who.user.is_none() && who.organization.is_none() && who.edition.is_none());
        assert!(who.features.is_empty());
        assert!(WhoAmI::parse(br#"{"csrfToken":"a","csrfToken":"b"}"#).is_err());
    }
}
