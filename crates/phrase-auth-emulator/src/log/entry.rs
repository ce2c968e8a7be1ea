use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::Request;
use http::{Method, StatusCode};

use super::redact::{self, Fingerprint, Print};
use crate::Endpoint;
use crate::call::Call;
use crate::reply::{EXPLAINS, Reply};

/// One request, with everything that could be a secret shown as `[redacted]`.
///
/// A header or a field is shown only if it is known to carry no secret; all others are redacted.
#[derive(Clone)]
pub struct LogEntry {
    number: u64,
    endpoint: Endpoint,
    method: Method,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
    status: Option<StatusCode>,
    fault: Option<&'static str>,
    explains: Option<String>,
    done: bool,
    at: SystemTime,
    fingerprint: Arc<Fingerprint>,
    prints: Vec<Print>,
}

impl LogEntry {
    pub(super) fn new(
        number: u64,
        endpoint: Endpoint,
        request: &Request,
        at: SystemTime,
        fingerprint: &Arc<Fingerprint>,
    ) -> Self {
        let uri = request.uri();
        let mut prints = redact::header_prints(request.headers(), fingerprint);
        if let Some(query) = uri.query() {
            prints.extend(redact::field_prints(query.as_bytes(), fingerprint));
        }
        Self {
            number,
            endpoint,
            method: redact::method(request.method()),
            path: redact::path(uri.path(), endpoint),
            query: uri.query().map(|query| redact::fields(query.as_bytes())),
            headers: redact::headers(request.headers()),
            body: String::new(),
            status: None,
            fault: None,
            explains: None,
            done: false,
            at,
            fingerprint: Arc::clone(fingerprint),
            prints,
        }
    }

    pub(super) fn brought(&mut self, call: &Call) {
        self.prints
            .extend(redact::field_prints(&call.body, &self.fingerprint));
        self.prints
            .extend(redact::member_prints(&call.body, &self.fingerprint));
        self.body = redact::body(call);
    }

    pub(super) fn answered(&mut self, reply: &Reply) {
        self.status = Some(reply.status);
        let why = reply.headers.get(EXPLAINS);
        self.explains = why.and_then(|it| it.to_str().ok()).map(ToOwned::to_owned);
    }

    pub(super) fn met(&mut self, fault: &'static str) {
        self.fault = Some(fault);
    }

    pub(super) fn left(&mut self) {
        self.done = true;
    }

    /// Whether it was answered, or its client has left.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The place in the order of arrival, from 1; it grows with every request and is never used twice.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it arrived.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// The method; one that HTTP does not define (RFC 9110, 9.1) is shown as `REDACTED`.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, without the query. Of a path that the emulator does not have, long segments are redacted.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, redacted, if there was a question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The headers in their order, names in lower case, values redacted.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first value of a header, redacted. The name is compared without case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body: the fields of a form or the members of a JSON object, decoded and redacted (the first 64); of anything
    /// else only the length.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The status that was answered; `None` while it is being answered, if the client left before, and if a fault took
    /// the connection.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The name of the fault that it met; see [`FaultKind`](crate::FaultKind).
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    /// Why it was refused, if no documentation allows it: what `x-phrase-emulator-explains` of the answer says.
    #[must_use]
    pub fn explains(&self) -> Option<&str> {
        self.explains.as_deref()
    }

    /// When it arrived, by the emulator's clock.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        self.at
    }

    /// Whether it carried exactly this token: in a header that may hold a secret (whole, or after the scheme word), in
    /// a field of the query, or in a field or a string member of the body (the first 64 of each). The log keeps no
    /// token, only hashes of 128 bits under keys of its own.
    #[must_use]
    pub fn used_token(&self, token: &str) -> bool {
        self.prints.contains(&self.fingerprint.of(token))
    }
}

impl fmt::Debug for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEntry")
            .field("number", &self.number)
            .field("endpoint", &self.endpoint)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("status", &self.status)
            .field("fault", &self.fault)
            .field("explains", &self.explains)
            .finish_non_exhaustive()
    }
}
