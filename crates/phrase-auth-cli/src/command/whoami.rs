use std::collections::BTreeMap;

use phrase_auth_apitoken::{Edition, Organization, User, WhoAmI, who_am_i};
use phrase_auth_core::{DataCenter, Product};
use serde::Serialize;

use crate::cli::{Network, Whoami, WhoamiFormat};
use crate::client::Client;
use crate::environment::{Environment, PRODUCT};
use crate::exit::Exit;
use crate::output;
use crate::report::{self, Report};
use crate::rotation::Rotation;

/// `phrase-auth whoami`
pub(crate) async fn run(
    whoami: Whoami,
    network: &Network,
    rotation: &Rotation,
) -> Result<(), Report> {
    let environment = Environment::of_process(None)?;
    let (region, product) = (environment.place.region, environment.product);
    if product != Product::Tms {
        let what = format!("whoami asks TMS, and {PRODUCT} is {product}");
        return Err(Report::new(Exit::CONFIGURATION, what)
            .with("next", "use a credential for tms, or `phrase-auth header`"));
    }
    let client = Client::of(environment, network, rotation).await?;
    let who = who_am_i(&*client.auth, client.endpoints.clone(), &*client.transport);
    let who = client.finish(who).await?;
    match whoami.output {
        WhoamiFormat::Text => output::line(&report::escaped(&spoken(&who))),
        WhoamiFormat::Json => output::answer(&output::json(&Answer::of(&who, region))?),
    }
}

/// One line for people.
fn spoken(who: &WhoAmI) -> String {
    let with = |name: Option<&str>, more: &[Option<String>]| {
        let more: Vec<&str> = more.iter().flatten().map(String::as_str).collect();
        match (name, more.as_slice()) {
            (name, []) => name.map(str::to_owned),
            (name, more) => Some(format!(
                "{} ({})",
                name.unwrap_or("unnamed"),
                more.join(", ")
            )),
        }
    };
    let uid = |uid: &Option<String>| uid.as_ref().map(|uid| format!("uid {uid}"));
    let user = who.user.as_ref().and_then(|user| {
        with(
            user.user_name.as_deref(),
            &[user.role.clone(), uid(&user.uid)],
        )
    });
    let organization = who
        .organization
        .as_ref()
        .and_then(|organization| with(organization.name.as_deref(), &[uid(&organization.uid)]));
    match (user, organization) {
        (Some(user), Some(organization)) => format!("{user} of {organization}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "TMS accepts the credential, and does not say whose it is".to_owned(),
    }
}

/// `phrase-auth whoami -o json`. What the server does not say is null.
#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    user: Option<Person<'a>>,
    organization: Option<Place<'a>>,
    edition: Option<&'a str>,
    features: &'a BTreeMap<String, bool>,
    product: String,
    region: String,
}

#[derive(Serialize)]
struct Person<'a> {
    uid: Option<&'a str>,
    user_name: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    email: Option<&'a str>,
    role: Option<&'a str>,
}

#[derive(Serialize)]
struct Place<'a> {
    uid: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Answer<'a> {
    fn of(who: &'a WhoAmI, region: DataCenter) -> Self {
        let person = |user: &'a User| Person {
            uid: user.uid.as_deref(),
            user_name: user.user_name.as_deref(),
            first_name: user.first_name.as_deref(),
            last_name: user.last_name.as_deref(),
            email: user.email.as_deref(),
            role: user.role.as_deref(),
        };
        let place = |organization: &'a Organization| Place {
            uid: organization.uid.as_deref(),
            name: organization.name.as_deref(),
        };
        let edition = |edition: &'a Edition| edition.name.as_deref();
        Self {
            schema_version: 1,
            user: who.user.as_ref().map(person),
            organization: who.organization.as_ref().map(place),
            edition: who.edition.as_ref().and_then(edition),
            features: &who.features,
            product: Product::Tms.to_string(),
            region: region.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_missing_is_left_out_of_the_line() {
        let mut who = WhoAmI::default();
        assert!(spoken(&who).contains("does not say"));
        let mut user = User::default();
        user.role = Some("GUEST".to_owned());
        who.user = Some(user.clone());
        assert_eq!(spoken(&who), "unnamed (GUEST)");
        user.user_name = Some("jane".to_owned());
        user.uid = Some("u".to_owned());
        who.user = Some(user);
        let mut organization = Organization::default();
        organization.name = Some("Acme".to_owned());
        who.organization = Some(organization);
        assert_eq!(spoken(&who), "jane (GUEST, uid u) of Acme");
    }
}
