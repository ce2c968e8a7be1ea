//! What passes when a rule is off, and that nothing else does.

use serde_json::json;

use super::wire::{
    FORM, JSON, Reply, TOKEN_PATH, api_token, call, credential, exchange, form, jwt, send, session,
};
use crate::seed::{self, ADMIN_USER, PLAIN_USER};
use crate::{Application, Emulator, Endpoint, Leniency};

/// One request, by what it is for.
struct Request {
    leniency: Leniency,
    method: &'static str,
    target: String,
    head: String,
    body: String,
}

/// For each leniency that is not of OAuth, requests that it alone lets pass. Those of TMS need a session, and each
/// logout one of its own.
async fn requests(emulator: &Emulator) -> Vec<Request> {
    use Leniency as It;
    let tms = jwt(emulator, seed::GOOD_TMS).await;
    let strings = jwt(emulator, seed::GOOD_STRINGS).await;
    let studio = jwt(emulator, seed::GOOD_STUDIO).await;
    let plain = session(emulator, &PLAIN_USER).await;
    let admin = api_token(&session(emulator, &ADMIN_USER).await);
    let good = form(seed::GOOD_TMS);
    let login = json!({"userName": PLAIN_USER.user_name, "password": PLAIN_USER.password});
    let with = |name: &str, value: serde_json::Value| {
        let mut body = login.clone();
        body[name] = value;
        body.to_string()
    };
    let agent = "user-agent: test\r\n";
    let logout = Endpoint::Logout.path().unwrap();
    let at = |endpoint: Endpoint| endpoint.path().unwrap().to_owned();
    let row = |leniency, method, target: String, head: String, body: String| Request {
        leniency,
        method,
        target,
        head,
        body,
    };
    let token = TOKEN_PATH.to_owned();
    let me = at(Endpoint::Tms);
    let user = at(Endpoint::Strings);
    let other = json!({"userName": PLAIN_USER.user_name, "x": []}).to_string();
    vec![
        row(
            It::AcceptUnknownFields,
            "POST",
            token.clone(),
            FORM.to_owned(),
            format!("{good}&x=y"),
        ),
        row(
            It::AcceptUnknownFields,
            "POST",
            token.clone(),
            FORM.to_owned(),
            format!("{good}&audience=y&scope=z"),
        ),
        row(
            It::AcceptUnknownFields,
            "POST",
            at(Endpoint::Login),
            JSON.to_owned(),
            with("rememberMe", true.into()),
        ),
        row(
            It::AcceptUnknownFields,
            "POST",
            at(Endpoint::LoginV1),
            JSON.to_owned(),
            with("userUid", "x".into()),
        ),
        row(
            It::AcceptUnknownFields,
            "POST",
            at(Endpoint::LoginOther),
            format!("{JSON}{admin}"),
            other,
        ),
        row(
            It::AcceptAuthorizationOnExchange,
            "POST",
            token.clone(),
            format!("{FORM}authorization: Bearer x\r\n"),
            good.clone(),
        ),
        row(
            It::AcceptTokenInQuery,
            "POST",
            format!("{logout}?token={plain}"),
            String::new(),
            String::new(),
        ),
        row(
            It::AcceptAnyContentType,
            "POST",
            token.clone(),
            String::new(),
            good.clone(),
        ),
        row(
            It::AcceptAnyContentType,
            "POST",
            token,
            JSON.to_owned(),
            good,
        ),
        row(
            It::AcceptAnyContentType,
            "POST",
            at(Endpoint::Login),
            FORM.to_owned(),
            login.to_string(),
        ),
        row(
            It::AcceptAnyCase,
            "GET",
            me.clone(),
            format!("authorization: bearer {tms}\r\n"),
            String::new(),
        ),
        row(
            It::AcceptAnyCase,
            "GET",
            me.clone(),
            admin.replace("ApiToken", "APITOKEN"),
            String::new(),
        ),
        row(
            It::AcceptAnyCase,
            "GET",
            user.clone(),
            format!("{agent}authorization: BEARER {strings}\r\n"),
            String::new(),
        ),
        row(
            It::AcceptAnyCase,
            "GET",
            at(Endpoint::Connectors),
            format!(
                "authentication: bearer {}\r\n",
                jwt(emulator, seed::GOOD_CONNECTORS).await
            ),
            String::new(),
        ),
        row(
            It::AcceptAnyApplication,
            "GET",
            me,
            credential(Application::Tms, &studio),
            String::new(),
        ),
        row(
            It::AcceptAnyApplication,
            "GET",
            user.clone(),
            format!("{agent}authorization: Bearer {tms}\r\n"),
            String::new(),
        ),
        row(
            It::AcceptAnyApplication,
            "GET",
            at(Endpoint::Studio),
            credential(Application::Studio, &tms),
            String::new(),
        ),
        row(
            It::AcceptMissingUserAgent,
            "GET",
            user,
            credential(Application::Strings, &strings),
            String::new(),
        ),
    ]
}

async fn reply(emulator: &Emulator, request: &Request) -> Reply {
    send(
        emulator,
        request.method,
        &request.target,
        &request.head,
        &request.body,
    )
    .await
}

#[tokio::test]
async fn each_leniency_lets_its_own_requests_pass_and_no_others() {
    let strict = Emulator::start().await.unwrap();
    for request in requests(&strict).await {
        let reply = reply(&strict, &request).await;
        assert!(reply.status >= 400, "{} {reply:?}", request.leniency);
        assert!(reply.explains().is_some(), "{}", request.leniency);
    }
    for &leniency in Leniency::ALL {
        let builder = Emulator::builder().leniency(leniency);
        let emulator = builder.start().await.unwrap();
        for request in requests(&emulator).await {
            let reply = reply(&emulator, &request).await;
            let what = format!("{leniency} {} {reply:?}", request.leniency);
            assert_eq!(reply.status < 300, leniency == request.leniency, "{what}");
        }
    }
}

#[tokio::test]
async fn unknown_fields_that_are_ignored_leave_the_known_ones_as_strict_as_before() {
    let emulator = lenient(Leniency::AcceptUnknownFields).await;
    let good = form(seed::GOOD_TMS);
    for body in [
        format!("{good}&subject_token=x"),
        good.replace("api_token&", "jwt&"),
        good.replace("requested_token_type=", "requested_token_type=x"),
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject=x".to_owned(),
    ] {
        let reply = send(&emulator, "POST", TOKEN_PATH, FORM, &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json()["error"], "invalid_request", "{body}");
    }
    let login = Endpoint::Login.path().unwrap();
    for body in [
        r#"{"userName":"x","password":1,"y":2}"#,
        r#"{"userName":"x","userName":"x","password":"z"}"#,
        r#"{"user":"x","password":"z"}"#,
    ] {
        let reply = send(&emulator, "POST", login, JSON, body).await;
        assert_eq!(reply.status, 400, "{body}");
    }
}

#[tokio::test]
async fn an_unknown_member_that_is_ignored_takes_no_other_account() {
    let emulator = lenient(Leniency::AcceptUnknownFields).await;
    let user = seed::MANY_ORGANIZATIONS_USER;
    let uid = user.accounts[1].uid;
    let body = json!({"userName": user.user_name, "password": user.password, "userUid": uid});
    let reply = super::wire::post(&emulator, Endpoint::LoginV1, "", &body).await;
    assert_eq!(reply.json()["user"]["uid"], user.accounts[0].uid);
}

#[tokio::test]
async fn a_logout_by_query_ends_one_session_and_takes_one_token_from_one_place() {
    let emulator = lenient(Leniency::AcceptTokenInQuery).await;
    let logout = Endpoint::Logout.path().unwrap();
    let first = session(&emulator, &PLAIN_USER).await;
    let second = session(&emulator, &PLAIN_USER).await;
    for (query, head) in [
        (String::new(), String::new()),
        ("x=y".to_owned(), String::new()),
        (format!("token={first}&x=y"), String::new()),
        (format!("token={first}&token={first}"), String::new()),
        (format!("token={first}"), api_token(&first)),
    ] {
        let target = format!("{logout}?{query}");
        let reply = send(&emulator, "POST", &target, &head, "").await;
        assert_eq!(reply.fault(), (400, "BadRequest".to_owned()), "{query}");
        assert!(reply.explains().is_some(), "{query}");
    }
    let target = format!("{logout}?token={first}");
    let status = async || send(&emulator, "POST", &target, "", "").await.status;
    assert_eq!(status().await, 204);
    assert_eq!(status().await, 401, "it is over");
    let me = super::wire::who_am_i(&emulator, &second).await;
    assert_eq!(me.status, 200);
    let reply = super::wire::logout(&emulator, &api_token(&second)).await;
    assert_eq!(reply.status, 204, "the header works as before");
    let target = format!("{}?token={second}", Endpoint::Tms.path().unwrap());
    assert_eq!(send(&emulator, "GET", &target, "", "").await.status, 401);
}

#[tokio::test]
async fn a_scheme_word_in_any_case_is_still_a_scheme_word_and_one_space() {
    let emulator = lenient(Leniency::AcceptAnyCase).await;
    let tms = jwt(&emulator, seed::GOOD_TMS).await;
    for head in [
        format!("authorization: {tms}\r\n"),
        format!("authorization: bearer  {tms}\r\n"),
        format!("authorization: bearer\t{tms}\r\n"),
        format!("authorization: token {tms}\r\n"),
        format!("authorization: bearer bearer {tms}\r\n"),
        format!("authorization: apitoken {tms}\r\n"),
    ] {
        let reply = call(&emulator, Application::Tms, &head).await;
        assert_eq!(reply.status, 401, "{head}");
    }
}

#[tokio::test]
async fn a_jwt_of_another_application_that_is_let_pass_is_judged_in_every_other_respect() {
    let emulator = lenient(Leniency::AcceptAnyApplication).await;
    let strings = jwt(&emulator, seed::GOOD_STRINGS).await;
    let head = credential(Application::Tms, &strings);
    assert_eq!(call(&emulator, Application::Tms, &head).await.status, 200);
    let body = json!({"userName": PLAIN_USER.user_name});
    let other = super::wire::post(&emulator, Endpoint::LoginOther, &head, &body).await;
    assert_eq!(other.status, 401, "an administrator is another matter");
    emulator.revoke_tokens();
    let reply = call(&emulator, Application::Tms, &head).await;
    assert_eq!(reply.status, 401);
    let head = credential(Application::Tms, "x.y.z");
    assert_eq!(call(&emulator, Application::Tms, &head).await.status, 401);
}

#[tokio::test]
async fn what_is_read_whatever_it_is_said_to_be_has_to_be_it_all_the_same() {
    let emulator = lenient(Leniency::AcceptAnyContentType).await;
    let reply = send(&emulator, "POST", TOKEN_PATH, FORM, "{}").await;
    assert_eq!(reply.status, 400);
    let login = Endpoint::Login.path().unwrap();
    let reply = send(&emulator, "POST", login, JSON, "userName=x&password=y").await;
    assert_eq!(reply.status, 400);
    let entry = emulator.log().requests().pop().unwrap();
    assert_eq!(entry.body(), "[21 bytes]", "the log goes by what is said");
}

#[tokio::test]
async fn an_exchange_with_an_authorization_header_goes_by_the_form_alone() {
    let emulator = lenient(Leniency::AcceptAuthorizationOnExchange).await;
    let head = format!("{FORM}authorization: Bearer {}\r\n", seed::GOOD_TMS);
    let body = form(seed::EXPIRED);
    let reply = send(&emulator, "POST", TOKEN_PATH, &head, &body).await;
    assert_eq!(reply.json()["error"], "invalid_grant");
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);
}

async fn lenient(leniency: Leniency) -> Emulator {
    let builder = Emulator::builder().leniency(leniency);
    builder.start().await.unwrap()
}
