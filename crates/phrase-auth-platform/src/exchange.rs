use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use phrase_auth_core::{
    Ask, AuthError, Call, DataCenter, Deadline, ErrorKind, Grant, HeaderStyle, HttpClient, Limits,
    Product, Runtime, Secret, SecretId, SecretSource, Token, TokenSource,
};

use crate::shape;

/// The exchange of a Platform API token for a JWT (RFC 8693 section 2.1, reference section 3.1).
///
/// The one source of this library that may send twice within a fetch: an exchange changes nothing
/// at the server, and locks nobody out.
pub(crate) struct Exchange {
    pub(crate) api_token: SecretSource,
    pub(crate) url: Uri,
    pub(crate) purpose: Purpose,
    pub(crate) style: HeaderStyle,
    pub(crate) client: Arc<dyn HttpClient>,
    pub(crate) runtime: Arc<dyn Runtime>,
}

/// What the API token must have been made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    pub(crate) product: Product,
    pub(crate) application: &'static str,
    pub(crate) data_center: Option<DataCenter>,
}

impl Exchange {
    async fn ask(&self, api_token: &Secret, deadline: Deadline) -> Result<Token, AuthError> {
        let body = form(api_token);
        let call = Call::new(Grant::Exchange, &self.url).tried(api_token);
        let mut failures: u32 = 0;
        loop {
            let left = deadline.left(&self.runtime.now());
            let limits = Limits::default().with_timeout(left);
            let answer = self.client.send(self.request(body.clone()), limits).await;
            let now = self.runtime.now();
            let error = match call.read(answer, now.wall) {
                Ok(granted) => {
                    return Token::new(granted.access_token, self.style.clone(), granted.lifetime);
                }
                Err(error) => error,
            };
            failures = failures.saturating_add(1);
            match pause(&error, failures, now.wall) {
                Some(pause) if pause.saturating_add(LEAST_TRY) <= deadline.left(&now) => {
                    self.runtime.sleep(pause)?.await;
                }
                _ => return Err(self.advise(error, api_token)),
            }
        }
    }

    fn request(&self, body: Bytes) -> Request<Bytes> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request
    }

    /// Says what to do about a token that was refused.
    fn advise(&self, error: AuthError, api_token: &Secret) -> AuthError {
        if !matches!(
            error.kind(),
            ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Config
        ) {
            return error;
        }
        match shape::hint(api_token) {
            Some(hint) => error.with_hint(hint),
            None if error.kind() == ErrorKind::Config => error,
            None => error.with_hint(self.purpose.hint()),
        }
    }
}

#[async_trait]
impl TokenSource for Exchange {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        // From here: a vault that takes its time takes it from the exchange.
        let deadline = Deadline::new(self.runtime.now(), ask.deadline);
        let api_token = self.api_token.read().await?;
        let token = self.ask(&api_token, deadline).await?;
        self.api_token.used();
        Ok(token)
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.api_token.id().await
    }
}

impl Purpose {
    pub(crate) fn hint(&self) -> String {
        let place = match self.data_center {
            Some(place) => format!("the data centre {place}"),
            None => "the data centre of the account".to_owned(),
        };
        format!(
            "the Platform API token must have been made for the application \"{}\" in {place}, and \
             be neither deleted nor expired",
            self.application
        )
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("api_token", &self.api_token)
            .field("url", &self.url)
            .field("purpose", &self.purpose)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// How long to wait before the same request once more; `None` if it is not to be repeated.
fn pause(error: &AuthError, failures: u32, now: SystemTime) -> Option<Duration> {
    if failures >= MOST_TRIES {
        return None;
    }
    let least = match error.kind() {
        ErrorKind::Unreachable | ErrorKind::Unavailable => FIRST_PAUSE,
        ErrorKind::Throttled => THROTTLED_PAUSE,
        _ => return None,
    };
    let doubled = least.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let jittered = doubled.mul_f64(0.5 + 0.5 * fastrand::f64());
    let asked = error.retry_at().and_then(|at| at.duration_since(now).ok());
    // Told to wait: exactly as long, neither shorter nor longer (RFC 9110 section 10.2.3).
    Some(asked.unwrap_or(jittered))
}

/// The four fields of reference section 3.1, form-encoded, in a buffer that is wiped.
///
/// The buffer is as large as it can get from the start: growing would leave copies behind.
fn form(api_token: &Secret) -> Bytes {
    let fields = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", api_token.expose()),
        (
            "subject_token_type",
            "urn:phrase:params:oauth:token-type:api_token",
        ),
        (
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    let longest = fields.iter().fold(0_usize, |sum, (name, value)| {
        sum.saturating_add(name.len())
            .saturating_add(value.len().saturating_mul(3))
            .saturating_add(2)
    });
    let mut text = String::with_capacity(longest);
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }
    Secret::new(text).into_bytes()
}

/// Together with the pauses well inside the deadline, and few enough for a server that is down.
const MOST_TRIES: u32 = 3;

/// A connection that broke or a backend that restarts is often there again at once.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// A server that asks for fewer requests without saying when: not at once.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);

/// A try that has less time than this is not worth the request.
const LEAST_TRY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
