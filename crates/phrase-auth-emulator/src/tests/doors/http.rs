use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{AT, Operation, authorize_url, given, told};
use crate::tests::wire::{JSON, send};
use crate::{Emulator, seed};

pub(super) struct Http {
    emulator: Emulator,
    tokens: Vec<String>,
    snapshot: u64,
    fault: u64,
    used: BTreeSet<(String, String)>,
}

impl Http {
    pub(super) fn new(emulator: Emulator) -> Self {
        Self {
            emulator,
            tokens: Vec::new(),
            snapshot: 0,
            fault: 0,
            used: BTreeSet::new(),
        }
    }

    pub(super) fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    pub(super) fn used(&self) -> BTreeSet<(String, String)> {
        self.used.clone()
    }

    /// Every method and path that the door says it has, but for the two that are about the door itself.
    pub(super) async fn all_routes(&self) -> BTreeSet<(String, String)> {
        let openapi = send(&self.emulator, "GET", "/_emulator/v1/openapi.json", "", "").await;
        let mut all = BTreeSet::new();
        for (path, methods) in openapi.json()["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                all.insert((method.to_ascii_uppercase(), path.clone()));
            }
        }
        for own in ["health", "openapi.json"] {
            assert!(all.remove(&("GET".to_owned(), format!("/_emulator/v1/{own}"))));
        }
        all
    }

    /// What came of it, or what it was refused with.
    pub(super) async fn run(&mut self, operation: Operation) -> Value {
        self.done(operation)
            .await
            .unwrap_or_else(|error| json!({"refused": error}))
    }

    async fn done(&mut self, operation: Operation) -> Result<Value, Value> {
        let user = json!({"user_name": seed::PLAIN_USER.user_name});
        Ok(match operation {
            Operation::Info => {
                let it = self.get("/info").await?;
                let members = |name: &str| it[name].as_object().map(|it| it.len());
                json!({
                    "region": it["region"], "ca_pem": it["ca_pem"],
                    "variables": members("env"), "endpoints": members("endpoints"),
                })
            }
            Operation::State => {
                let it = self.get("/state").await?;
                pick(&it, &["users", "clients", "api_tokens", "faults", "key_id"])
            }
            Operation::Reset => self.post("/reset", Value::Null).await?,
            Operation::TakeSnapshot => {
                let it = self.post("/snapshots", Value::Null).await?;
                self.snapshot = it["snapshot"].as_u64().unwrap();
                json!({})
            }
            Operation::Restore => {
                let body = json!({"snapshot": self.snapshot});
                self.post("/snapshots/restore", body).await?
            }
            Operation::DropSnapshot => {
                let path = format!("/snapshots/{}", self.snapshot);
                self.delete(&path, "/snapshots/{number}").await?
            }
            Operation::Users => each(&self.get("/users").await?["users"], "user_name"),
            Operation::AddUser => {
                let [uid, organization_uid, role] = given::ACCOUNT;
                let body = json!({
                    "user_name": given::USER.0, "password": given::USER.1, "locks": true,
                    "accounts": [{"uid": uid, "organization_uid": organization_uid, "role": role}],
                });
                self.post("/users", body).await?
            }
            Operation::AddBrokenUser => {
                let body = json!({"user_name": "", "password": ""});
                self.post("/users", body).await?
            }
            Operation::RemoveUser => {
                let path = format!("/users/{}", given::USER.0);
                self.delete(&path, "/users/{user_name}").await?
            }
            Operation::EndSessions => self.post("/users/end-sessions", user).await?,
            Operation::RevokeOAuth => self.post("/users/revoke-oauth", user).await?,
            Operation::SecondFactorCode => self.get("/users/second-factor-code").await?,
            Operation::ApiTokens => {
                each(&self.get("/api-tokens").await?["api_tokens"], "application")
            }
            Operation::AddApiToken => {
                let body =
                    json!({"value": given::API_TOKEN, "application": "strings", "fate": "expired"});
                self.post("/api-tokens", body).await?
            }
            Operation::RemoveApiToken => {
                let body = json!({"value": given::API_TOKEN});
                self.post("/api-tokens/remove", body).await?
            }
            Operation::Clients => each(&self.get("/clients").await?["clients"], "client_id"),
            Operation::AddClient => {
                let body = json!({
                    "client_id": given::CLIENT, "redirect_uris": [given::REDIRECT_URI],
                    "any_loopback_port": true,
                });
                self.post("/clients", body).await?
            }
            Operation::RemoveClient => {
                let path = format!("/clients/{}", given::CLIENT);
                self.delete(&path, "/clients/{client_id}").await?
            }
            Operation::IssueJwt => self.issue(json!({"application": "tms"})).await?,
            Operation::IssueSession => self.issue(user).await?,
            Operation::IssueOAuth => {
                let mut body = user;
                body["client_id"] = seed::PUBLIC_CLIENT.client_id.into();
                self.issue(body).await?
            }
            Operation::IssueToNobody => self.issue(json!({"user_name": "nobody"})).await?,
            Operation::Expire(at) => {
                let body = json!({"token": self.tokens[at]});
                self.post("/tokens/expire", body).await?
            }
            Operation::Revoke(at) => {
                let body = json!({"token": self.tokens[at]});
                self.post("/tokens/revoke", body).await?
            }
            Operation::RevokeJwts => self.post("/tokens/revoke-jwts", Value::Null).await?,
            Operation::Authorize => {
                let body = json!({"url": authorize_url(&self.emulator)});
                let it = self.post("/authorize", body).await?;
                told(it["redirect"].as_str().unwrap())
            }
            Operation::Deny => {
                let body = json!({
                    "url": authorize_url(&self.emulator), "deny": true,
                    "user_name": seed::ADMIN_USER.user_name, "password": seed::ADMIN_USER.password,
                });
                let it = self.post("/authorize", body).await?;
                told(it["redirect"].as_str().unwrap())
            }
            Operation::Faults => self.get("/faults").await?["faults"].clone(),
            Operation::AddFault => {
                let body = json!({
                    "fault": "html-503", "endpoint": "login", "skip": 1, "times": 2,
                    "probability": 0.5, "takes_effect": true,
                });
                let it = self.post("/faults", body).await?;
                self.fault = it["number"].as_u64().unwrap();
                it
            }
            Operation::AddOwnFault => {
                let body = json!({
                    "status": 418, "headers": {"x-tea": "pot"}, "body": "short and stout",
                    "endpoint": "unknown",
                });
                self.post("/faults", body).await?
            }
            Operation::AddBrokenFault => {
                let body = json!({"fault": "html-503", "times": 0});
                self.post("/faults", body).await?
            }
            Operation::RemoveFault => {
                let path = format!("/faults/{}", self.fault);
                self.delete(&path, "/faults/{number}").await?
            }
            Operation::ClearFaults => self.delete("/faults", "/faults").await?,
            Operation::FaultKinds => {
                let it = self.get("/faults/kinds").await?;
                let kinds = it["kinds"].as_array().unwrap().iter();
                kinds
                    .map(|kind| json!([kind["name"], kind["changes_answer"]]))
                    .collect()
            }
            Operation::Requests => {
                let it = self.get(&format!("/requests?endpoint={AT}")).await?;
                let found = it["requests"].as_array().unwrap().iter();
                found
                    .map(|it| pick(it, &["number", "method", "path", "body", "status"]))
                    .collect()
            }
            Operation::Counts => {
                let it = self.get("/requests/counts").await?;
                json!({
                    "count": it["counts"][AT.name()], "in_flight": it["in_flight"],
                    "max_concurrency": it["max_concurrency"],
                })
            }
            Operation::NextRequest => {
                let path = format!("/requests/next?endpoint={AT}&after=0&timeout_seconds=8");
                json!({"number": self.get(&path).await?["request"]["number"]})
            }
            Operation::UsedToken => {
                let body = json!({"token": seed::GOOD_TMS});
                self.post("/requests/used-token", body).await?["numbers"].clone()
            }
            Operation::ClearRequests => self.delete("/requests", "/requests").await?,
            Operation::Expect => {
                for (name, times) in [("times", 2), ("at_least", 1), ("at_most", 0)] {
                    let body = json!({"endpoint": AT.name(), name: times});
                    self.post("/expectations", body).await?;
                }
                json!({})
            }
            Operation::Verify => {
                let it = self.get("/expectations").await?;
                let misses = it["misses"].as_array().unwrap();
                assert_eq!(it["met"], misses.is_empty());
                each(&it["misses"], "message")
            }
            Operation::Clock => pick(&self.get("/clock").await?, &["now_unix"]),
            Operation::Advance => {
                let it = self.post("/clock/advance", json!({"seconds": 90})).await?;
                pick(&it, &["now_unix"])
            }
            Operation::SetClock => {
                let it = self.post("/clock/set", json!({"to": given::TIME})).await?;
                assert_eq!(it["now"], given::TIME);
                pick(&it, &["now_unix"])
            }
            Operation::Keys => pick(&self.get("/keys").await?, &["key_id", "public_key_pem"]),
            Operation::RotateKeys => {
                let it = self.post("/keys/rotate", Value::Null).await?;
                pick(&it, &["key_id", "public_key_pem"])
            }
        })
    }

    async fn issue(&mut self, body: Value) -> Result<Value, Value> {
        let it = self.post("/tokens/issue", body).await?;
        self.tokens.push(it["token"].as_str().unwrap().to_owned());
        Ok(match it.get("expires_in") {
            Some(seconds) => {
                json!({"expires_in": seconds, "refreshes": it["refresh_token"].is_string()})
            }
            None => json!({}),
        })
    }

    async fn get(&mut self, path: &str) -> Result<Value, Value> {
        let template = path.split('?').next().unwrap_or_default().to_owned();
        self.call("GET", path, &template, Value::Null).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Result<Value, Value> {
        self.call("POST", path, path, body).await
    }

    async fn delete(&mut self, path: &str, template: &str) -> Result<Value, Value> {
        self.call("DELETE", path, template, Value::Null).await
    }

    async fn call(
        &mut self,
        method: &str,
        path: &str,
        template: &str,
        body: Value,
    ) -> Result<Value, Value> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let target = format!("/_emulator/v1{path}");
        let reply = send(&self.emulator, method, &target, JSON, &body).await;
        assert!(reply.header("x-phrase-emulator").is_some());
        let template = format!("/_emulator/v1{template}");
        self.used.insert((method.to_owned(), template));
        match reply.status {
            200 => Ok(reply.json()),
            _ => Err(reply.json()["message"].clone()),
        }
    }
}

fn pick(it: &Value, names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), it[*name].clone()))
        .collect()
}

fn each(list: &Value, name: &str) -> Value {
    let list = list.as_array().unwrap().iter();
    list.map(|it| it[name].clone()).collect()
}
