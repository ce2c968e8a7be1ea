use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{AT, Operation, authorize_url, given, told};
use crate::{
    ApiToken, Application, Emulator, Endpoint, FaultKind, LogFilter, OAuthClient, Person, Snapshot,
    TmsUser, fault, seed,
};

pub(super) struct Library {
    emulator: Emulator,
    tokens: Vec<String>,
    snapshot: Option<Snapshot>,
    fault: u64,
}

impl Library {
    pub(super) fn new(emulator: Emulator) -> Self {
        Self {
            emulator,
            tokens: Vec::new(),
            snapshot: None,
            fault: 0,
        }
    }

    pub(super) fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// What came of it, or what it was refused with.
    pub(super) async fn run(&mut self, operation: Operation) -> Value {
        self.done(operation)
            .await
            .unwrap_or_else(|error| json!({"refused": error}))
    }

    async fn done(&mut self, operation: Operation) -> Result<Value, String> {
        let emulator = &self.emulator;
        let told_of = |error: &dyn std::error::Error| error.to_string();
        Ok(match operation {
            Operation::Info => json!({
                "region": emulator.data_center().to_string(),
                "variables": emulator.env().len(),
                "endpoints": Application::ALL.len().saturating_add(1),
                "ca_pem": emulator.ca_pem(),
            }),
            Operation::State => json!({
                "users": emulator.users().len(),
                "clients": emulator.clients().len(),
                "api_tokens": emulator.api_tokens().len(),
                "faults": emulator.faults().list().len(),
                "key_id": emulator.key_id(),
            }),
            Operation::Reset => {
                emulator.reset();
                json!({})
            }
            Operation::TakeSnapshot => {
                self.snapshot = Some(emulator.snapshot());
                json!({})
            }
            Operation::Restore => {
                let past = self
                    .snapshot
                    .as_ref()
                    .ok_or("no snapshot has this number")?;
                emulator.restore(past).map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::DropSnapshot => {
                let dropped = self.snapshot.take();
                yes(dropped.is_some(), "no snapshot has this number")?;
                json!({})
            }
            Operation::Users => {
                let names: Vec<String> = emulator
                    .users()
                    .into_iter()
                    .map(|it| it.user_name)
                    .collect();
                json!(names)
            }
            Operation::AddUser => {
                let [uid, organization, role] = given::ACCOUNT;
                let user = TmsUser::new(given::USER.0, given::USER.1)
                    .account(uid, organization, role)
                    .locks();
                emulator.add_user(user).map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::AddBrokenUser => {
                let user = TmsUser::new("", "");
                emulator.add_user(user).map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::RemoveUser => yes(
                emulator.remove_user(given::USER.0),
                "no TMS user has this name",
            )?,
            Operation::EndSessions => {
                json!({"ended": emulator.end_sessions(seed::PLAIN_USER.user_name)})
            }
            Operation::RevokeOAuth => {
                json!({"revoked": emulator.revoke_oauth(seed::PLAIN_USER.user_name)})
            }
            Operation::SecondFactorCode => json!({"code": emulator.second_factor_code()}),
            Operation::ApiTokens => {
                let applications: Vec<&str> = emulator
                    .api_tokens()
                    .iter()
                    .map(|it| it.application.name())
                    .collect();
                json!(applications)
            }
            Operation::AddApiToken => {
                let token = ApiToken::new(given::API_TOKEN, Application::Strings).expired();
                emulator.add_api_token(token).map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::RemoveApiToken => yes(
                emulator.remove_api_token(given::API_TOKEN),
                "no API token has this value",
            )?,
            Operation::Clients => {
                let ids: Vec<String> = emulator
                    .clients()
                    .into_iter()
                    .map(|it| it.client_id)
                    .collect();
                json!(ids)
            }
            Operation::AddClient => {
                let client = OAuthClient::public(given::CLIENT)
                    .redirect_uri(given::REDIRECT_URI)
                    .any_loopback_port();
                emulator.add_client(client).map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::RemoveClient => yes(
                emulator.remove_client(given::CLIENT),
                "no OAuth client has this id",
            )?,
            Operation::IssueJwt => {
                let token = emulator
                    .issue_jwt(Application::Tms)
                    .map_err(|it| told_of(&it))?;
                self.tokens.push(token);
                json!({})
            }
            Operation::IssueSession => {
                let token = emulator
                    .issue_session(seed::PLAIN_USER.user_name)
                    .map_err(|it| told_of(&it))?;
                self.tokens.push(token);
                json!({})
            }
            Operation::IssueOAuth => {
                let issued = emulator
                    .issue_oauth(seed::PUBLIC_CLIENT.client_id, seed::PLAIN_USER.user_name)
                    .map_err(|it| told_of(&it))?;
                let seconds = issued.lifetime.as_secs();
                let refreshes = issued.refresh_token.is_some();
                self.tokens.push(issued.access_token);
                json!({"expires_in": seconds, "refreshes": refreshes})
            }
            Operation::IssueToNobody => {
                emulator
                    .issue_session("nobody")
                    .map_err(|it| told_of(&it))?;
                json!({})
            }
            Operation::Expire(at) => json!({"was_good": emulator.expire(&self.tokens[at])}),
            Operation::Revoke(at) => json!({"was_good": emulator.revoke(&self.tokens[at])}),
            Operation::RevokeJwts => {
                emulator.revoke_tokens();
                json!({})
            }
            Operation::Authorize => {
                let redirect = emulator
                    .authorize(&authorize_url(emulator))
                    .map_err(|it| told_of(&it))?;
                told(&redirect)
            }
            Operation::Deny => {
                let person = Person::of(&seed::ADMIN_USER).who_denies();
                let redirect = emulator
                    .authorize_as(&authorize_url(emulator), &person)
                    .map_err(|it| told_of(&it))?;
                told(&redirect)
            }
            Operation::Faults => {
                let rules = emulator.faults().list().into_iter().map(|it| {
                    json!({
                        "number": it.number, "fault": it.kind.name(),
                        "endpoint": it.endpoint.map(Endpoint::name), "skip": it.skip,
                        "times": it.times, "probability": it.probability,
                        "takes_effect": it.takes_effect, "happened": it.happened,
                    })
                });
                rules.collect()
            }
            Operation::AddFault => {
                let kind = "html-503".parse().map_err(|it| told_of(&it))?;
                let rule = fault(kind)
                    .on(Endpoint::Login)
                    .skip(1)
                    .times(2)
                    .probability(0.5)
                    .takes_effect();
                self.fault = emulator.faults().add(rule).map_err(|it| told_of(&it))?;
                json!({"number": self.fault})
            }
            Operation::AddOwnFault => {
                let kind = FaultKind::status(418)
                    .with_header("x-tea", "pot")
                    .and_then(|kind| kind.with_body("short and stout"))
                    .map_err(|it| told_of(&it))?;
                let number = emulator.faults().add(fault(kind).on(Endpoint::Unknown));
                json!({"number": number.map_err(|it| told_of(&it))?})
            }
            Operation::AddBrokenFault => {
                let kind = "html-503".parse().map_err(|it| told_of(&it))?;
                let number = emulator.faults().add(fault(kind).times(0));
                json!({"number": number.map_err(|it| told_of(&it))?})
            }
            Operation::RemoveFault => yes(
                emulator.faults().remove(self.fault),
                "no fault rule has this number",
            )?,
            Operation::ClearFaults => {
                emulator.faults().clear();
                json!({})
            }
            Operation::FaultKinds => {
                let kinds = FaultKind::all().map(|it| (it.name(), it.changes_answer()));
                json!(kinds.collect::<Vec<_>>())
            }
            Operation::Requests => {
                let found = emulator.log().find(&LogFilter::new().endpoint(AT));
                let shown = found.iter().map(|it| {
                    json!({
                        "number": it.number(), "method": it.method().as_str(), "path": it.path(),
                        "body": it.body(), "status": it.status().map(|it| it.as_u16()),
                    })
                });
                shown.collect()
            }
            Operation::Counts => json!({
                "count": emulator.log().count(AT),
                "in_flight": emulator.log().in_flight(),
                "max_concurrency": emulator.log().max_concurrency(),
            }),
            Operation::NextRequest => {
                let filter = LogFilter::new().endpoint(AT).after(0);
                json!({"number": emulator.log().next(filter).await.number()})
            }
            Operation::UsedToken => {
                let found = emulator.log().find(&LogFilter::new());
                let used = found.iter().filter(|it| it.used_token(seed::GOOD_TMS));
                json!(used.map(|it| it.number()).collect::<Vec<_>>())
            }
            Operation::ClearRequests => {
                emulator.log().clear();
                json!({})
            }
            Operation::Expect => {
                emulator.log().expect(AT).times(2);
                emulator.log().expect(AT).at_least(1);
                emulator.log().expect(AT).at_most(0);
                json!({})
            }
            Operation::Verify => {
                let misses = emulator.log().verify().err();
                let misses = misses.iter().flat_map(|it| it.misses());
                json!(misses.map(ToString::to_string).collect::<Vec<_>>())
            }
            Operation::Clock => json!({"now_unix": self.now()}),
            Operation::Advance => {
                emulator.clock().advance(Duration::from_secs(90));
                json!({"now_unix": self.now()})
            }
            Operation::SetClock => {
                let to = UNIX_EPOCH.checked_add(Duration::from_secs(given::UNIX));
                emulator.clock().set(to.unwrap());
                json!({"now_unix": self.now()})
            }
            Operation::Keys => self.keys(),
            Operation::RotateKeys => {
                emulator.rotate_keys();
                self.keys()
            }
        })
    }

    fn now(&self) -> u64 {
        let now = self.emulator.clock().now();
        now.duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn keys(&self) -> Value {
        json!({
            "key_id": self.emulator.key_id(),
            "public_key_pem": self.emulator.public_key_pem(),
        })
    }
}

fn yes(done: bool, why: &str) -> Result<Value, String> {
    if done {
        Ok(json!({}))
    } else {
        Err(why.to_owned())
    }
}
