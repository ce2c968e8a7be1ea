use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::http::{Fault, HttpClient, Limits, TransportError};

/// An [`HttpClient`] that answers from a script, and keeps what it was sent. Clones share both.
///
/// ```
/// use phrase_auth_core::testing::ScriptedClient;
///
/// let client = ScriptedClient::new();
/// client.answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#);
/// ```
#[derive(Clone, Default)]
pub struct ScriptedClient(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    answers: VecDeque<Result<Response<Bytes>, TransportError>>,
    sent: Vec<Request<Bytes>>,
}

impl ScriptedClient {
    /// An empty script: every request fails to connect.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an answer with this status and body at the end of the script.
    pub fn answer(&self, status: u16, body: &str) {
        let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        self.answer_with(Ok(response));
    }

    /// Puts a whole answer, or none, at the end of the script.
    pub fn answer_with(&self, answer: Result<Response<Bytes>, TransportError>) {
        self.lock().answers.push_back(answer);
    }

    /// What was sent, secrets and all: for assertions, not for printing.
    pub fn sent(&self) -> Vec<Request<Bytes>> {
        self.lock().sent.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HttpClient for ScriptedClient {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut script = self.lock();
        script.sent.push(request);
        let nothing = || Err(TransportError::new(Fault::Connect, false));
        script.answers.pop_front().unwrap_or_else(nothing)
    }
}

impl fmt::Debug for ScriptedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedClient")
            .field("sent", &self.lock().sent.len())
            .finish_non_exhaustive()
    }
}
