//! What a person sees: plain HTML, with no script and nothing from elsewhere. Of what a request brought nothing is
//! shown; the two names on the pages are known to the emulator, and escaped.

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use super::refusal::Refusal;
use super::state::{ConsentForm, LoginForm};
use crate::answer::Answer;
use crate::{Endpoint, tms};

/// The login page; after a login that failed it says so.
pub(super) fn login(form: &LoginForm, failed: Option<&tms::Fault>) -> Answer {
    let (status, message) = match failed.map(told) {
        None => (StatusCode::OK, String::new()),
        Some((status, message)) => (status, format!("<p role=\"alert\">{message}</p>\n")),
    };
    let client = escaped(form.client.title());
    let fields = format!(
        "<p>to go on to <b>{client}</b></p>\n{message}\
         <label>User name <input name=\"userName\" autocomplete=\"username\" required autofocus></label>\n\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\n\
         <label>Code, if you have a second factor \
         <input name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\"></label>\n\
         <button>Log in</button>"
    );
    let form = posts(Endpoint::AuthorizeLogin, &form.ticket, &fields);
    page(status, "Log in", &form)
}

pub(super) fn consent(form: &ConsentForm) -> Answer {
    let client = escaped(form.client.title());
    let user = escaped(&form.account.user_name);
    let fields = format!(
        "<p><b>{client}</b> asks to act for <b>{user}</b>.</p>\n\
         <button name=\"decision\" value=\"allow\">Allow</button>\n\
         <button name=\"decision\" value=\"deny\">Deny</button>"
    );
    let form = posts(Endpoint::AuthorizeConsent, &form.ticket, &fields);
    page(StatusCode::OK, "Allow access?", &form)
}

/// Away from here, to the application.
pub(super) fn redirect(to: &str) -> Answer {
    match HeaderValue::from_str(to) {
        Ok(to) => guarded(Answer::empty(StatusCode::FOUND)).with(LOCATION, to),
        // What is registered is visible ASCII, and so is what is added to it.
        Err(_) => refusal(&Refusal::Defect),
    }
}

pub(super) fn refusal(refusal: &Refusal) -> Answer {
    let error = |status| {
        let text = format!("<p role=\"alert\">{}.</p>", escaped(refusal.why()));
        page(status, "This does not work", &text)
    };
    let answer = match refusal {
        Refusal::Page(_) | Refusal::Stale => error(StatusCode::BAD_REQUEST),
        Refusal::Redirect { to, .. } => redirect(to),
        Refusal::Method(allowed) => {
            error(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, HeaderValue::from_static(allowed))
        }
        Refusal::Defect => error(StatusCode::INTERNAL_SERVER_ERROR),
    };
    if refusal.is_misuse() {
        answer.explained(refusal.why())
    } else {
        answer
    }
}

/// What the login page says about a login that failed, and with which status.
pub(super) fn told(fault: &tms::Fault) -> (StatusCode, &'static str) {
    match fault {
        tms::Fault::CodeMissing => (StatusCode::UNAUTHORIZED, "A code is needed as well."),
        tms::Fault::CodeWrong => (StatusCode::UNAUTHORIZED, "The code is wrong."),
        tms::Fault::Locked => (
            StatusCode::FORBIDDEN,
            "The account is locked after too many wrong passwords.",
        ),
        _ => (
            StatusCode::UNAUTHORIZED,
            "The user name or the password is wrong.",
        ),
    }
}

fn posts(to: Endpoint, ticket: &str, fields: &str) -> String {
    let path = to.path().unwrap_or_default();
    format!(
        "<form method=\"post\" action=\"{path}\">\n\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\n{fields}\n</form>"
    )
}

fn page(status: StatusCode, title: &str, content: &str) -> Answer {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title} - phrase-auth-emulator</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}\n\
         <footer>An emulator for tests. Never type a real password here.</footer>\n\
         </main>\n</body>\n</html>\n"
    );
    guarded(Answer::html(status, page))
}

/// What every answer to a browser bears (bar 48). There is no `form-action`: browsers hold the redirect that follows a
/// form to it too, and the application that it leads to is none of ours.
fn guarded(answer: Answer) -> Answer {
    answer
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .with(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
        .with(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))
}

/// For text between tags; the five characters that mean something there or in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f3f4f6;color:#1f2933}\
                     main{max-width:24rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:.5rem}\
                     h1{margin:0;font-size:1.4rem}label,input{display:block;width:100%;box-sizing:border-box}\
                     label{margin:1rem 0}input{padding:.5rem;font:inherit}\
                     button{padding:.5rem 1.5rem;font:inherit;margin-right:.5rem}\
                     [role=alert]{color:#b42318}footer{margin-top:2rem;font-size:.8rem;color:#52606d}";
