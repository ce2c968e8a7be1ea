use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{AuthError, ErrorKind};
use crate::header::HeaderStyle;
use crate::secret::{Secret, SecretId};
use crate::source::{Ask, FetchReason, Revocation, Token, TokenSource};

/// A [`TokenSource`] that answers from a script, and records what it was asked. Clones share both.
#[derive(Clone)]
pub struct ScriptedSource(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    answers: VecDeque<Result<Token, AuthError>>,
    lifetime: Option<Duration>,
    minted: u64,
    asked: Vec<FetchReason>,
    secret: Option<SecretId>,
    revoked: Vec<Secret>,
}

impl ScriptedSource {
    /// Gives these answers in turn, then `LoginRequired`.
    pub fn new(answers: impl IntoIterator<Item = Result<Token, AuthError>>) -> Self {
        let script = Script {
            answers: answers.into_iter().collect(),
            ..Script::default()
        };
        Self(Arc::new(Mutex::new(script)))
    }

    /// Gives bearer tokens `token-1`, `token-2`, … of this lifetime whenever the script is empty.
    pub fn minting(lifetime: Duration) -> Self {
        let script = Script {
            lifetime: Some(lifetime),
            ..Script::default()
        };
        Self(Arc::new(Mutex::new(script)))
    }

    /// Puts an answer at the end of the script.
    pub fn answer(&self, answer: Result<Token, AuthError>) {
        self.lock().answers.push_back(answer);
    }

    /// The secret that the source would send, from now on.
    pub fn set_secret(&self, secret: &str) {
        self.lock().secret = Some(Secret::from(secret).id());
    }

    /// How often a token was asked for.
    pub fn fetches(&self) -> usize {
        self.lock().asked.len()
    }

    /// Why, each time.
    pub fn asked(&self) -> Vec<FetchReason> {
        self.lock().asked.clone()
    }

    /// The tokens that were to be ended.
    pub fn revoked(&self) -> Vec<Secret> {
        self.lock().revoked.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenSource for ScriptedSource {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let mut script = self.lock();
        script.asked.push(ask.why);
        if let Some(answer) = script.answers.pop_front() {
            return answer;
        }
        let Some(lifetime) = script.lifetime else {
            return Err(AuthError::new(
                ErrorKind::LoginRequired,
                "the script has ended",
            ));
        };
        script.minted = script.minted.saturating_add(1);
        Token::new(
            format!("token-{}", script.minted),
            HeaderStyle::bearer(),
            lifetime,
        )
    }

    async fn secret_id(&self) -> Option<SecretId> {
        self.lock().secret
    }

    async fn revoke(&self, token: &Token) -> Result<Revocation, AuthError> {
        self.lock().revoked.push(token.secret().clone());
        Ok(Revocation::Revoked)
    }
}

impl fmt::Debug for ScriptedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedSource")
            .field("asked", &self.lock().asked)
            .finish_non_exhaustive()
    }
}
