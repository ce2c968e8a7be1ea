use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::seed::{SECOND_FACTOR_CODE, SeededUser};
use crate::{Application, Emulator, Endpoint};

/// An answer, taken apart.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Reply {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        Self {
            status: status.parse().unwrap(),
            headers: lines
                .map(|line| line.split_once(": ").unwrap())
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} comes twice");
        value
    }

    pub(super) fn explains(&self) -> Option<&str> {
        self.header("x-phrase-emulator-explains")
    }

    /// The status and the `errorCode` of TMS.
    pub(super) fn fault(&self) -> (u16, String) {
        let code = self.json()["errorCode"]
            .as_str()
            .expect("a code")
            .to_owned();
        (self.status, code)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

pub(super) async fn connect(emulator: &Emulator) -> TcpStream {
    TcpStream::connect(("127.0.0.1", emulator.port()))
        .await
        .unwrap()
}

/// Sends these bytes, and reads until the server closes.
pub(super) async fn raw(emulator: &Emulator, request: &str) -> String {
    let mut stream = connect(emulator).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    let read = stream.read_to_string(&mut reply);
    timeout(PATIENCE, read).await.expect("an end").unwrap();
    reply
}

/// Comes back when the emulator has come to this state.
pub(super) async fn until(state: impl Fn() -> bool) {
    let come = async {
        while !state() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, come).await.expect("the state");
}

/// Never reached unless something is broken; shorter than the emulator's own patience, which must not be what ends a
/// test.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// One request on a connection of its own. `head` has further header lines, each with its line end.
pub(super) async fn send(
    emulator: &Emulator,
    method: &str,
    target: &str,
    head: &str,
    body: &str,
) -> Reply {
    let host = format!("127.0.0.1:{}", emulator.port());
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
    );
    Reply::read(&raw(emulator, &request).await)
}

pub(super) const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// The form of a correct exchange.
pub(super) fn form(api_token: &str) -> String {
    format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token={api_token}\
         &subject_token_type=urn%3Aphrase%3Aparams%3Aoauth%3Atoken-type%3Aapi_token\
         &requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
    )
}

pub(super) async fn exchange(emulator: &Emulator, api_token: &str) -> Reply {
    send(emulator, "POST", TOKEN_PATH, FORM, &form(api_token)).await
}

pub(super) const TOKEN_PATH: &str = "/idm/oauth/token";

/// A JWT for an API token that is good.
pub(super) async fn jwt(emulator: &Emulator, api_token: &str) -> String {
    let reply = exchange(emulator, api_token).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

/// A call of an application's protected API, with a user agent and further header lines.
pub(super) async fn call(emulator: &Emulator, application: Application, head: &str) -> Reply {
    let path = Endpoint::protected(application).path().unwrap();
    let head = format!("user-agent: test\r\n{head}");
    send(emulator, "GET", path, &head, "").await
}

/// The header line that an application asks for.
pub(super) fn credential(application: Application, jwt: &str) -> String {
    match application {
        Application::Studio => format!("X-API-Key: {jwt}\r\n"),
        _ => format!("Authorization: Bearer {jwt}\r\n"),
    }
}

pub(super) const JSON: &str = "content-type: application/json\r\n";

/// A JSON body to an endpoint, with further header lines.
pub(super) async fn post(
    emulator: &Emulator,
    endpoint: Endpoint,
    head: &str,
    body: &Value,
) -> Reply {
    let head = format!("{JSON}{head}");
    let path = endpoint.path().unwrap();
    send(emulator, "POST", path, &head, &body.to_string()).await
}

/// The body of a login that is correct but for a code.
pub(super) fn password(user: &SeededUser) -> Value {
    json!({"userName": user.user_name, "password": user.password})
}

pub(super) async fn login(emulator: &Emulator, body: &Value) -> Reply {
    post(emulator, Endpoint::Login, "", body).await
}

/// The token of a user who can log in.
pub(super) async fn session(emulator: &Emulator, user: &SeededUser) -> String {
    let mut body = password(user);
    body["code"] = SECOND_FACTOR_CODE.into();
    token(&login(emulator, &body).await)
}

/// The token of a login that succeeded.
pub(super) fn token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["token"].as_str().unwrap().to_owned()
}

/// The header line of a session.
pub(super) fn api_token(token: &str) -> String {
    format!("Authorization: ApiToken {token}\r\n")
}

pub(super) async fn who_am_i(emulator: &Emulator, token: &str) -> Reply {
    call(emulator, Application::Tms, &api_token(token)).await
}

pub(super) async fn logout(emulator: &Emulator, head: &str) -> Reply {
    let path = Endpoint::Logout.path().unwrap();
    send(emulator, "POST", path, head, "").await
}
