//! One list of operations, through both doors: whatever the library can do, the admin door can do, and it comes to the
//! same.

mod http;
mod library;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::http::Http;
use self::library::Library;
use super::wire;
use crate::{Application, Emulator, Endpoint, seed};

/// What can be done to an emulator. Tokens that it gave are spoken of by the place in which they were given.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Info,
    State,
    Reset,
    TakeSnapshot,
    Restore,
    DropSnapshot,
    Users,
    AddUser,
    AddBrokenUser,
    RemoveUser,
    EndSessions,
    RevokeOAuth,
    SecondFactorCode,
    ApiTokens,
    AddApiToken,
    RemoveApiToken,
    Clients,
    AddClient,
    RemoveClient,
    IssueJwt,
    IssueSession,
    IssueOAuth,
    IssueToNobody,
    Expire(usize),
    Revoke(usize),
    RevokeJwts,
    Authorize,
    Deny,
    Faults,
    AddFault,
    AddOwnFault,
    AddBrokenFault,
    RemoveFault,
    ClearFaults,
    FaultKinds,
    Requests,
    Counts,
    NextRequest,
    UsedToken,
    ClearRequests,
    Expect,
    Verify,
    Clock,
    Advance,
    SetClock,
    Keys,
    RotateKeys,
}

/// Ends with everything tried at least once, and much of it in an order in which it matters.
const OPERATIONS: &[Operation] = {
    use Operation::*;
    &[
        Info,
        SetClock,
        Clock,
        Advance,
        State,
        Users,
        AddUser,
        AddUser,
        AddBrokenUser,
        Users,
        ApiTokens,
        AddApiToken,
        ApiTokens,
        Clients,
        AddClient,
        Clients,
        TakeSnapshot,
        IssueJwt,
        IssueJwt,
        IssueSession,
        IssueSession,
        IssueOAuth,
        IssueOAuth,
        IssueToNobody,
        Expire(0),
        Expire(0),
        Revoke(2),
        Revoke(4),
        EndSessions,
        EndSessions,
        RevokeOAuth,
        RevokeJwts,
        Revoke(1),
        SecondFactorCode,
        Authorize,
        Deny,
        Keys,
        RotateKeys,
        FaultKinds,
        AddFault,
        AddOwnFault,
        AddBrokenFault,
        Faults,
        Expect,
        Verify,
        Requests,
        Counts,
        UsedToken,
        NextRequest,
        RemoveFault,
        RemoveFault,
        Faults,
        ClearFaults,
        RemoveUser,
        RemoveApiToken,
        RemoveApiToken,
        RemoveClient,
        State,
        Restore,
        State,
        Users,
        ApiTokens,
        Clients,
        Revoke(3),
        DropSnapshot,
        DropSnapshot,
        Restore,
        ClearRequests,
        Counts,
        Reset,
        State,
        Users,
    ]
};

#[tokio::test]
async fn both_doors_come_to_the_same() {
    let mut library = Library::new(emulator().await);
    let mut http = Http::new(emulator().await);
    for (step, &operation) in OPERATIONS.iter().enumerate() {
        // One request at each, so that the log has something to tell.
        if matches!(operation, Operation::Verify | Operation::NextRequest) {
            for emulator in [library.emulator(), http.emulator()] {
                wire::exchange(emulator, seed::GOOD_TMS).await;
            }
        }
        let (one, other) = (library.run(operation).await, http.run(operation).await);
        assert_eq!(one, other, "step {step}: {operation:?}");
    }
    let lacking: BTreeSet<_> = http
        .all_routes()
        .await
        .difference(&http.used())
        .cloned()
        .collect();
    assert!(lacking.is_empty(), "nobody went there: {lacking:?}");
}

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    wire::exchange(&emulator, seed::GOOD_TMS).await;
    emulator
}

/// What is expected of every door alike.
mod given {
    pub(super) const USER: (&str, &str) = ("doors-user", "doors-password");
    pub(super) const ACCOUNT: [&str; 3] = ["doors-uid", "doors-organization", "ADMIN"];
    pub(super) const API_TOKEN: &str = "doors-api-token";
    pub(super) const CLIENT: &str = "doors-client";
    pub(super) const REDIRECT_URI: &str = "http://127.0.0.1/doors";
    pub(super) const TIME: &str = "2031-02-03T04:05:06Z";
    pub(super) const UNIX: u64 = 1_927_857_906;
}

/// What an answer says of a redirect, without what is drawn.
fn told(redirect: &str) -> Value {
    let (place, query) = redirect.split_once('?').unwrap_or((redirect, ""));
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|field| field.split('=').next())
        .collect();
    json!({"place": place, "names": names})
}

fn authorize_url(emulator: &Emulator) -> String {
    format!(
        "{}/oauth/authorize?response_type=code&state=s&client_id={}&redirect_uri={}",
        emulator.base_url(Application::Tms),
        given::CLIENT,
        "http%3A%2F%2F127.0.0.1%2Fdoors",
    )
}

const AT: Endpoint = Endpoint::TokenExchange;
